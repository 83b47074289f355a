"""`voicebot chat`: the same conversation by text."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voicebot.cli.options import AsJson, ConfigFile, DataDir

if TYPE_CHECKING:
    from voicebot.config import Settings


def chat(
    config: ConfigFile = None,
    data_dir: DataDir = None,
    caller: Annotated[str | None, typer.Option("--caller", help="The number the caller rings from.")] = None,
    as_json: AsJson = False,
) -> None:
    """Talk to the bot by text: same engine, flows, policies and order system as a call.

    One line in, one answer out. With --json each answer is one object: say, flow, step, commands, effects, ended.

    Example: printf 'where is my order\\n' | voicebot chat --caller +14155550134 --json
    """
    from voicebot import config as configuration
    from voicebot import logs

    settings = configuration.load(config, server__data_dir=data_dir)
    logs.setup("WARNING")
    asyncio.run(_chat(settings, caller, as_json=as_json))


async def _chat(settings: Settings, caller: str | None, *, as_json: bool) -> None:
    from voicebot.call.leg import new_call_id
    from voicebot.call.text import TextCall
    from voicebot.server import open_house

    def show(answer: Mapping[str, Any]) -> None:
        if as_json:
            typer.echo(json.dumps(answer, ensure_ascii=False))
        else:
            for line in answer["say"]:
                typer.echo(f"bot: {line}")

    async with open_house(settings, voice=False, progress=lambda _: None) as house:
        call = TextCall(house, call_id=new_call_id("text"), caller=caller)
        try:
            show(await call.open())
            loop, reading = asyncio.get_running_loop(), ThreadPoolExecutor(1, "stdin")
            while not call.ended:
                if not as_json and sys.stdin.isatty():
                    typer.echo("you: ", nl=False)
                line = await loop.run_in_executor(reading, sys.stdin.readline)
                if not line:
                    break
                if line.strip():
                    show(await call.say(line.strip()))
        finally:
            await call.close()
