"""`voicebot serve`: take calls."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

from voicebot.cli.options import AsJson, ConfigFile, DataDir
from voicebot.cli.stopping import on_signals

if TYPE_CHECKING:
    from voicebot.config import Settings


def serve(
    config: ConfigFile = None,
    sip_port: Annotated[int | None, typer.Option("--sip-port", help="SIP port, UDP and TCP (default 5060).")] = None,
    http_port: Annotated[int | None, typer.Option("--http-port", help="Web port (default 8080).")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take calls over SIP and from browsers until SIGTERM or Ctrl-C.

    Models are loaded and warmed before the listeners open; then "ready" is printed and /readyz answers 200. SIGTERM
    lets running calls finish (server.drain_timeout_s). Without oms.url the demo shop is started as well.

    Example: voicebot serve --sip-port 5070 --data-dir /var/lib/voicebot
    """
    from voicebot import config as configuration
    from voicebot import logs

    settings = configuration.load(config, sip__port=sip_port, web__http_port=http_port, server__data_dir=data_dir)
    logs.setup(settings.server.log_level)
    died = asyncio.run(_serve(settings, as_json=as_json))
    raise typer.Exit(1 if died else 0)


async def _serve(settings: Settings, *, as_json: bool) -> bool:
    from voicebot.server import running

    def say(event: str, text: str, **fields: object) -> None:
        typer.echo(json.dumps({"event": event, **fields}) if as_json else text)

    stop = on_signals()
    async with running(settings, progress=lambda step: say("progress", f"  {step}", step=step)) as server:
        say("ready", f"ready: sip {server.sip}, web {server.web}", sip=server.sip, web=server.web)
        waiting = [asyncio.create_task(stop.asked.wait()), asyncio.create_task(server.died.wait())]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        if server.board.running:
            count = server.board.running
            say("draining", f"draining: {count} calls running (once more ends them at once)", running=count)
        patience_s = 0.0 if server.died.is_set() else settings.server.drain_timeout_s
        cut = await server.board.drain(patience_s, at_once=stop.at_once)
        say("stopped", "stopped" + (f": {cut} calls were cut off" if cut else ""), cut_off=cut)
        return server.died.is_set()
