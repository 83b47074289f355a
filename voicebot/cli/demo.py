"""`voicebot demo`: a real call, made for you."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voicebot.cli.options import ConfigFile, DataDir
from voicebot.cli.stopping import on_signals
from voicebot.errors import VoicebotError

if TYPE_CHECKING:
    from rich.console import Console

    from voicebot.config import Settings
    from voicebot.records.live import LiveLogs
    from voicebot.server import Running

FIXTURES = Path(__file__).parents[2] / "audio_fixtures"
#: The recorded caller's turns; `@barge` makes a clip interrupt the answer.
SCRIPT = (
    "where_is_my_order.flac",
    "order_number_4481207.flac",
    "when_will_it_arrive.flac@barge=1500",
    "no_thanks_bye.flac",
)
#: One of the demo shop's customers whom caller ID does not know: she has to give the number.
UNKNOWN_CALLER = "anonymous"
STYLES = {
    "caller": "bold cyan",
    "bot": "bold green",
    "oms": "yellow",
    "policy": "magenta",
    "act": "bold magenta",
    "time": "dim",
    "handoff": "bold magenta",
    "fault": "bold red",
    "call": "dim",
    "note": "dim",
}


def demo(
    config: ConfigFile = None,
    sip_port: Annotated[int | None, typer.Option("--sip-port", help="SIP port (default 5060).")] = None,
    http_port: Annotated[int | None, typer.Option("--http-port", help="Web port (default 8080).")] = None,
    data_dir: DataDir = None,
    once: Annotated[bool, typer.Option("--once", help="Stop after the call instead of staying up.")] = False,
) -> None:
    """Start the server, let a recorded caller ring it over SIP, show the call live, and stay up for you.

    The caller is a process of its own with its own RTP socket. Afterwards the printed pages let you talk to the bot
    yourself and replay the call. Ctrl-C ends it.

    Example: voicebot demo --sip-port 5070 --http-port 8090
    """
    from voicebot import config as configuration
    from voicebot import logs

    settings = configuration.load(
        config,
        sip__port=sip_port,
        web__http_port=http_port,
        server__data_dir=data_dir,
        webrtc__allow_claimed_number=True,
    )
    logs.setup("WARNING")
    if not FIXTURES.is_dir():
        raise VoicebotError("the recorded callers are not here", where=str(FIXTURES), fix="run it from a clone")
    raise typer.Exit(asyncio.run(_demo(settings, once=once)))


async def _demo(settings: Settings, *, once: bool) -> int:
    from rich.console import Console

    from voicebot.server import running

    console = Console(highlight=False)
    stop = on_signals()
    console.print("[bold]Starting the server[/bold]: models, flows, demo shop")
    async with running(settings, progress=lambda step: console.print(f"  {step}")) as server:
        console.print(f"[bold]Ready[/bold]: sip {server.sip}, web {server.web}\n")
        code = await _one_call(server, console, stop.asked)
        if once or code or stop.asked.is_set():
            return code
        console.print("\n[bold]The server stays up.[/bold] Ctrl-C ends it.")
        console.print(f"  talk to it     {server.web}/talk")
        console.print(f"  replay calls   {server.web}/calls")
        console.print(f"  or ring        sip:shop@127.0.0.1:{settings.sip.port}")
        show = asyncio.create_task(_watch(server.house.logs, console))
        await stop.asked.wait()
        show.cancel()
        console.print("stopping")
        await server.board.drain(2.0, at_once=stop.at_once)
    return 0


async def _one_call(server: Running, console: Console, stop: asyncio.Event) -> int:
    """Let the recorded caller ring in a process of its own; show the call as it happens."""
    console.print("[bold]A recorded caller rings[/bold] over SIP and RTP and asks where her order is\n")
    show = asyncio.create_task(_watch(server.house.logs, console))
    turns = [f"--say={FIXTURES / clip}" for clip in SCRIPT]
    caller = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voicebot", "call", f"sip:shop@127.0.0.1:{server.settings.sip.port}"),
        *turns,
        f"--from={UNKNOWN_CALLER}",
        "--json",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    talking = asyncio.create_task(caller.communicate())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([talking, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not talking.done():
        with contextlib.suppress(ProcessLookupError):
            caller.terminate()
    out, err = await talking
    await asyncio.sleep(0.3)  # the last events of the call
    show.cancel()
    if caller.returncode and not stop.is_set():
        console.print(f"[bold red]the call failed[/bold red]: {err.decode(errors='replace').strip()}")
        return 1
    _measured(out.decode(errors="replace"), console)
    last = server.store.calls(limit=1)
    if last:
        console.print(f"\n  replay it: [bold]{server.web}/calls/{last[0].call}[/bold]")
    return 0


def _measured(output: str, console: Console) -> None:
    """What the caller measured at its own socket."""
    import json

    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    summary = next((line for line in reversed(lines) if line.get("event") == "summary"), None)
    if summary is None:
        return
    waits = [f"{turn['v2v_ms']:.0f}" for turn in summary["turns"] if turn.get("v2v_ms") is not None]
    console.print(
        f"\n[bold]Measured by the caller at its own RTP socket[/bold]: voice to voice {', '.join(waits)} ms"
        f" (median {summary['p50_ms']:.0f} ms)"
    )


async def _watch(logs: LiveLogs, console: Console) -> None:
    """Print every call's events as people read them."""
    from rich.text import Text

    from voicebot.records.live import Gap
    from voicebot.records.projections.text import describe

    async for record in logs.feed.subscribe():
        if isinstance(record, Gap):
            continue
        line = describe(record)
        if line is not None:
            console.print(Text(str(line), style=STYLES.get(line.style, "")))
