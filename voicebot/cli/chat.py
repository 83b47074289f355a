"""`voicebot chat`: the same conversation by text."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voicebot.cli.options import AsJson, ConfigFile, DataDir

if TYPE_CHECKING:
    from voicebot.call.text import TextCall
    from voicebot.config import Settings
    from voicebot.messages.messenger import Message


def chat(
    config: ConfigFile = None,
    data_dir: DataDir = None,
    caller: Annotated[str | None, typer.Option("--caller", help="The number the caller rings from.")] = None,
    flows: Annotated[
        Path | None, typer.Option("--flows", help="Folder with flows to try, whatever version is published.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Talk to the bot by text: same engine, flows, policies and order system as a call.

    One line in, one answer out; :state, :why and :back are for you, not for the bot. With --json each answer is one
    object: say, flow, step, commands, effects, ended. What the bot would have sent is shown as \\[sms] or \\[email],
    with --json as an effect `message_kept`.

    Example: printf 'where is my order\\n' | voicebot chat --caller +14155550134 --json
    """
    from voicebot import config as configuration
    from voicebot import logs

    settings = configuration.load(config, server__data_dir=data_dir, dialogue__flows=flows)
    logs.setup("WARNING")
    asyncio.run(_chat(settings, caller, published=flows is None, as_json=as_json))


async def _chat(settings: Settings, caller: str | None, *, published: bool, as_json: bool) -> None:
    from voicebot.call.leg import new_call_id
    from voicebot.call.text import TextCall
    from voicebot.messages.outbox import FILE, read_outbox
    from voicebot.server import open_house

    outbox = settings.server.data_dir / FILE
    behind, call_id = 0, new_call_id("text")

    def show(answer: Mapping[str, Any]) -> None:
        nonlocal behind
        kept, behind = read_outbox(outbox, behind)
        for line in printed(answer, [message for message in kept if message.call == call_id], as_json=as_json):
            typer.echo(line)

    async with open_house(settings, voice=False, published=published, progress=lambda _: None) as house:
        behind = outbox.stat().st_size if outbox.exists() else 0  # opening may have dropped old messages
        call = TextCall(house, call_id=call_id, caller=caller)
        try:
            show(await call.open())
            loop, reading = asyncio.get_running_loop(), ThreadPoolExecutor(1, "stdin")
            while not call.ended:
                if not as_json and sys.stdin.isatty():
                    typer.echo("you: ", nl=False)
                line = await loop.run_in_executor(reading, sys.stdin.readline)
                if not line:
                    break
                if line.startswith(":"):
                    _aside(call, line.strip(), as_json=as_json)
                elif line.strip():
                    show(await call.say(line.strip()))
        finally:
            await call.close()


def _aside(call: TextCall, command: str, *, as_json: bool) -> None:
    """A flow developer's own questions; the bot does not hear them."""
    from voicebot.call.asides import reasons, standing

    match command:
        case ":state":
            told = list(standing(call.state, call.flows))
        case ":why":
            told = list(reasons(call.records, call.flows))
        case ":back":
            kept = "there is nothing to take back, or something was done that cannot be"
            told = ["taken back" if call.back() else kept]
        case _:
            told = [":state where the conversation stands", ":why how the last turn came about", ":back one turn"]
    if as_json:
        typer.echo(json.dumps({"aside": command, "told": told}, ensure_ascii=False))
        return
    for line in told:
        typer.echo(f"    {line}")


def printed(answer: Mapping[str, Any], kept: Sequence[Message], *, as_json: bool) -> list[str]:
    """Lines to print for an answer, and for the messages that it would have sent."""
    if as_json:
        sent = [{"kind": "message_kept", "channel": message.channel, "text": message.text} for message in kept]
        return [json.dumps({**answer, "effects": [*answer["effects"], *sent]}, ensure_ascii=False)]
    return [*(f"[{message.channel}] {message.text}" for message in kept), *(f"bot: {line}" for line in answer["say"])]
