"""`voicebot understand`: what the bot reads from a line of text."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from voicebot.cli.options import AsJson, ConfigFile, DataDir

if TYPE_CHECKING:
    from voicebot.dialogue.commands import Understanding


def understand(
    texts: Annotated[
        list[str] | None, typer.Argument(help="What callers say; read from standard input when left out.")
    ] = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Understand text as the first thing that a caller says: intent, confidence, slots, commands.

    One line in, one line out. With --json: text, intent, confidence, slots, commands, ms.

    Example: voicebot understand --json "where is my order 4481207"
    """
    from voicebot import config as configuration
    from voicebot import logs
    from voicebot.dialogue.engine import Engine
    from voicebot.dialogue.inputs import CallOpened
    from voicebot.dialogue.interpreter import load_interpreter
    from voicebot.dialogue.loader import load_flows

    settings = configuration.load(config, server__data_dir=data_dir)
    logs.setup("WARNING")
    flows = load_flows(settings.dialogue.flows)
    interpreter = load_interpreter(flows, settings.server.data_dir / "cache", settings.dialogue)
    engine = Engine(flows)
    opened = CallOpened(now="2000-01-01T12:00:00Z", today="2000-01-01")
    context = engine.context(engine.step(engine.start(), opened)[0])
    for text in texts or _lines():
        started = time.perf_counter()
        found = interpreter.understand_now(text, context)
        ms = round((time.perf_counter() - started) * 1000, 2)
        answer = {
            "text": text,
            "intent": found.intent or _act(found),
            "confidence": round(found.confidence, 3),
            "slots": dict(found.slots),
            "commands": [asdict(command) for command in found.commands],
            "ms": ms,
        }
        if as_json:
            typer.echo(json.dumps(answer, ensure_ascii=False))
        else:
            names = ", ".join(command.name for command in found.commands)
            slots = " ".join(f"{name}={value}" for name, value in found.slots.items())
            typer.echo(f"{found.intent or _act(found) or '-'} {found.confidence:.2f}  {names}  {slots}".rstrip())


def _act(found: Understanding) -> str | None:
    """The move of the conversation that an utterance without a wish makes, under its name in the taxonomy."""
    name = found.commands[0].name
    return None if name in ("not_understood", "set_slot", "start_flow") else name.removesuffix("_slot")


def _lines() -> Iterator[str]:
    for line in sys.stdin:
        if line.strip():
            yield line.strip()
