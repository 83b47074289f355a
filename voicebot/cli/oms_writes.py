"""`voicebot oms unknown`, `settle`, `settled`: writes of which nobody knows whether they have happened, for people."""

from __future__ import annotations

import asyncio
import getpass
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voicebot.cli.errors import told_in_a_line
from voicebot.cli.options import AsJson, ConfigFile, DataDir

if TYPE_CHECKING:
    import sqlalchemy as sa

    from voicebot.config import Settings
    from voicebot.oms.settling import Said, Settlement

_FIX = "check --data-dir"


def unknown(config: ConfigFile = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Writes of which nobody knows whether they have happened: an order system's answer was lost. Look them up there.

    The server asks the order system about them from time to time; what stays here is for people, who say with
    `voicebot oms settle KEY` what became of it.

    Example: voicebot oms unknown --data-dir var --json
    """
    from voicebot.oms import ledger

    with told_in_a_line(files=_FIX):
        settings = _settings(config, data_dir)
        with _engine(settings) as engine:
            entries = ledger.read(engine)
    for entry in entries:
        line = {
            "key": entry.key,
            "action": entry.action,
            "order": entry.target,
            "call": entry.call,
            "status": entry.status.value,
            "begun": entry.begun,
            "looks": entry.looks,
            "reason": entry.reason,
        }
        text = f"{entry.begun}  {entry.action:<20} order {entry.target}  call {entry.call}  {entry.reason or '-'}"
        _tell(as_json, line, f"{text}\n    {entry.key}")
    if not entries and not as_json:
        typer.echo("every write is accounted for")


def settle(
    key: Annotated[str, typer.Argument(help="Key of the write, as `voicebot oms unknown` shows it.")],
    done: Annotated[bool, typer.Option("--done", help="It was done: the order system shows it.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="It was not done, and may be tried again.")] = False,
    look: Annotated[bool, typer.Option("--look", help="Ask the order system now.")] = False,
    reference: Annotated[str, typer.Option(help="With --done: its refund, return or order number.")] = "",
    reason: Annotated[str, typer.Option(help="How you know, for the audit; needed with --done and --failed.")] = "",
    by: Annotated[str, typer.Option(help="Who says so; your login name when left out.")] = "",
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say what became of a write of unknown outcome, after looking it up in the order system, or let that be asked.

    Until then nobody can begin the same action on the order. What you say is final and is kept with your name
    (`voicebot oms settled`). Say --failed only when you are sure: the next caller may have it done then.

    Example: voicebot oms settle refund-1f0c… --done --reference re_812 --reason "is in the shop's refunds"

    Example: voicebot oms settle refund-1f0c… --look
    """
    reference, reason, who = (_plain(text) for text in (reference, reason, by or _login()))
    if wrong := _misused(done, failed, look, reference, reason, who):
        typer.echo(f"error: {wrong}", err=True)
        raise typer.Exit(2)
    from voicebot.oms.settling import Said

    said = Said.DONE if done else Said.FAILED if failed else Said.LOOK
    with told_in_a_line(files=_FIX):
        settings = _settings(config, data_dir)
        with _engine(settings):
            pass  # of this version, and there: nothing is made or brought up to date here
        line = asyncio.run(_settled(settings, _plain(key), said, who, reason, reference))
    _tell_settled(as_json, line)
    if line.said == "look" and line.status in ("begun", "unknown"):
        fix = "look it up there, and say --done or --failed"
        typer.echo(f"error: the order system could not tell: {line.reason} ({fix})", err=True)
        raise typer.Exit(1)


def settled(config: ConfigFile = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """What people said about writes of unknown outcome: when, who, and how they knew.

    Example: voicebot oms settled --data-dir var --json
    """
    from voicebot.oms import settling

    with told_in_a_line(files=_FIX):
        settings = _settings(config, data_dir)
        with _engine(settings) as engine:
            lines = settling.settled(engine)
    for line in lines:
        _tell_settled(as_json, line)
    if not lines and not as_json:
        typer.echo("nothing was settled by people")


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""  # as in a container that knows no users


def _plain(text: str) -> str:
    return text.strip().encode("utf-8", "replace").decode()


def _misused(done: bool, failed: bool, look: bool, reference: str, reason: str, who: str) -> str:
    """What is wrong with these flags; empty when nothing is."""
    known = "is in the shop's refunds"
    wrongs = (
        (done + failed + look != 1, "say what became of it (one of --done, --failed and --look)"),
        (bool(reference) and not done, "--reference is of what was done (with --done)"),
        (len(reference) > 128, "--reference has more than 128 characters (the order system's number alone)"),
        (not look and not reason, f'say how you know (as in --reason "{known}")'),
        (not 0 < len(who) <= 64, "say who you are, in at most 64 characters (as in --by kim)"),
        (look and bool(reason), "the order system is asked, and gives the reason (no --reason with --look)"),
    )
    return next((text for wrong, text in wrongs if wrong), "")


async def _settled(settings: Settings, key: str, said: Said, by: str, reason: str, reference: str) -> Settlement:
    from voicebot.oms.committing import Committer, grace_s
    from voicebot.oms.ledger import Ledger
    from voicebot.oms.settling import Said, Settling
    from voicebot.oms.start import open_oms

    ledger = Ledger(_url(settings))
    try:
        settling = Settling(ledger, grace_s=grace_s(settings.oms))
        if said is not Said.LOOK:
            return await settling.say(key, said, by=by, reason=reason, reference=reference)
        await settling.pending(key)
        # A demo shop of ours may run already, on its port.
        desk = await open_oms(replace(settings.oms, demo_port=0), settings.server.data_dir)
        try:
            committer = Committer(desk.connector, desk.guard, ledger, settings.oms)
            return await settling.look(key, committer, by=by)
        finally:
            await desk.close()
    finally:
        ledger.close()


def _settings(config: Path | None, data_dir: Path | None) -> Settings:
    from voicebot import config as configuration

    return configuration.load(config, server__data_dir=data_dir)


def _url(settings: Settings) -> str:
    from voicebot.records import database

    return database.url_for(settings.server.data_dir, settings.records.database_url)


@contextmanager
def _engine(settings: Settings) -> Iterator[sa.Engine]:
    """The database of a server, with the tables of this program."""
    from voicebot.oms.tables import SCHEMA
    from voicebot.records import database

    if not settings.records.database_url and not (settings.server.data_dir / database.FILE).is_file():
        fix = "name the server's data directory with --data-dir"
        raise database.StoreError("no calls were recorded here", where=str(settings.server.data_dir), fix=fix)
    engine = database.connect(_url(settings))
    try:
        database.check(engine, SCHEMA)
        yield engine
    finally:
        engine.dispose()


def _tell_settled(as_json: bool, line: Settlement) -> None:
    reference = f", reference {line.reference}" if line.reference else ""
    text = (
        f"{line.at}  {line.key}  {line.status.value}{reference}  {line.by} said {line.said.value}: {line.reason or '-'}"
    )
    _tell(as_json, asdict(line), text)


def _tell(as_json: bool, line: Mapping[str, Any], text: str) -> None:
    typer.echo(json.dumps(line) if as_json else text)
