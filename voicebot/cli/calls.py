"""`voicebot calls`: what was recorded of calls."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from voicebot.cli.recorded import call_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import sqlalchemy as sa
    from rich.console import Console

    from voicebot.handoff.callbacks import Callback
    from voicebot.records.projections.summary import Summary
    from voicebot.records.projections.text import Shown
    from voicebot.records.reading import CallReader

T = TypeVar("T")

app = typer.Typer(
    help="Look at recorded calls. Example: voicebot calls show last",
    no_args_is_help=True,
)

DataDir = Annotated[Path | None, typer.Option(help="The server's data directory; default: as in voicebot.toml.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]

_STYLES = {
    "caller": "bold cyan",
    "bot": "bold green",
    "note": "dim",
    "oms": "yellow",
    "policy": "magenta",
    "act": "bold magenta",
    "time": "dim",
    "handoff": "bold yellow",
    "fault": "bold red",
    "call": "blue",
    "title": "bold",
    "bar": "green",
}


@app.command("list")
def list_calls(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, the latest first.")] = 20,
    caller: Annotated[str | None, typer.Option(help="Only calls from this number or address.")] = None,
    outcome: Annotated[str | None, typer.Option(help="contained, handed_off, abandoned or unfinished.")] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """List calls, the latest first.

    Example: voicebot calls list --limit 5 --outcome handed_off
    """
    from voicebot.records.reading import CallFilter

    filters = CallFilter(caller=caller, outcome=outcome)
    found = _with_store(data_dir, lambda store: store.calls(limit=limit, filters=filters))
    if as_json:
        for summary in found:
            typer.echo(json.dumps(summary.to_json(), ensure_ascii=False))
    elif not found:
        typer.echo("no calls")
    else:
        _print_table(found)


@app.command("show")
def show_call(
    call: Annotated[str, typer.Argument(help="Id of the call, its beginning, or `last`.")],
    as_json: Json = False,
    events: Annotated[bool, typer.Option("--events", help="Also every event as it was recorded.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Show one call: words, reads, decisions with reasons, and where each turn's time went.

    Example: voicebot calls show last --json | tail -1

    With --json every event is one line, and the last line (kind `summary`) sums the call up.
    """
    from voicebot.records.projections.summary import summarise
    from voicebot.records.projections.text import show
    from voicebot.records.projections.transcript import transcript
    from voicebot.records.projections.waterfall import waterfall

    records = _with_store(data_dir, lambda store: store.records(call_id(store, call)))
    if as_json:
        for record in records:
            typer.echo(json.dumps(record.to_json(), ensure_ascii=False))
        summary = {"kind": "summary", **summarise(records).to_json()}
        summary["transcript"] = [line.to_json() for line in transcript(records)]
        summary["waterfall"] = [turn.to_json() for turn in waterfall(records)]
        typer.echo(json.dumps(summary, ensure_ascii=False))
        return
    console = _console()
    print_lines(console, show(records))
    if events:
        console.print()
        for record in records:
            row = record.to_json()
            data = json.dumps(row["data"], ensure_ascii=False)
            console.print(
                f"{row['seq']:>5} {row['at_ms']:>9.1f} ms  {row['kind']:<24} {data}", markup=False, highlight=False
            )


@app.command("callbacks")
def callbacks(
    close: Annotated[str | None, typer.Option(metavar="ID", help="This one was made: take it off the list.")] = None,
    outcome: Annotated[str | None, typer.Option(help="What came of it; with --close (default done).")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Also those that were made.")] = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """List the call-backs that are owed, the most urgent first, or close one.

    Example: voicebot calls callbacks --close 3kTqPz… --outcome "reached, wants a refund"
    """
    from voicebot.handoff.callbacks import owed

    if close is not None:
        _close_callback(data_dir, close, outcome or "done", as_json=as_json)
        return
    if outcome is not None:
        raise typer.BadParameter("says what came of the call-back that --close names", param_hint="--outcome")
    found = _with_store(data_dir, lambda store: owed(_with_handoffs(store), open_only=not all_))
    for one in found:
        typer.echo(json.dumps(dataclasses.asdict(one), ensure_ascii=False) if as_json else _line(one))
    if not found and not as_json:
        typer.echo("no call-backs" if all_ else "no call-backs are owed")


def _line(one: Callback) -> str:
    made = f"  closed {_minute(one.closed)}: {one.outcome}" if one.closed else ""
    return f"{one.id}  due {_minute(one.due)}  {one.number}  call {one.call}{made}"


def _minute(stamped: str) -> str:
    return f"{stamped[:16].replace('T', ' ')} UTC"


def _close_callback(data_dir: Path | None, callback: str, outcome: str, *, as_json: bool) -> None:
    from datetime import UTC, datetime

    from voicebot.handoff.callbacks import close

    now = datetime.now(UTC)
    if not _with_store(data_dir, lambda store: close(_with_handoffs(store), callback, at=now, outcome=outcome)):
        _fail(f"no call-back {callback!r} is owed (voicebot calls callbacks lists them)")
    typer.echo(json.dumps({"closed": callback, "outcome": outcome}) if as_json else f"closed {callback}: {outcome}")


def _with_handoffs(store: CallReader) -> sa.Engine:
    from voicebot.handoff.tables import SCHEMA
    from voicebot.records.database import check

    check(store.engine, SCHEMA)
    return store.engine


def print_lines(console: Console, lines: Sequence[Shown]) -> None:
    """Print projected lines in colour; the words are printed as they are, never as markup."""
    from rich.text import Text

    for line in lines:
        console.print(Text(str(line), style=_STYLES.get(line.style, "")), soft_wrap=True)


def _print_table(found: Sequence[Summary]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for heading in ("call", "started", "seconds", "from", "outcome", "intents", "turns", "p50 ms", "p95 ms", "faults"):
        table.add_column(heading, no_wrap=heading in ("call", "started"), overflow="fold")
    for call in found:
        cells = (
            call.call,
            call.started[:19].replace("T", " "),
            f"{call.duration_ms / 1000:.0f}",
            call.caller or "withheld",
            call.outcome,
            ", ".join(call.intents),
            str(call.turns),
            f"{call.p50_ms:.0f}" if call.p50_ms is not None else "",
            f"{call.p95_ms:.0f}" if call.p95_ms is not None else "",
            str(len(call.faults) or ""),
        )
        table.add_row(*(Text(cell) for cell in cells))
    _console().print(table)


def _console() -> Console:
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:  # a pipe has no width: programs get whole lines
        console.width = 1_000
    return console


def _with_store(data_dir: Path | None, read: Callable[[CallReader], T]) -> T:
    from voicebot.config import load
    from voicebot.errors import VoicebotError
    from voicebot.records.store import read_store

    try:
        settings = load(server__data_dir=data_dir)
        store = read_store(settings.server.data_dir, settings.records)
        try:
            return read(store)
        finally:
            store.close()
    except VoicebotError as error:
        _fail(str(error))


def _fail(message: str) -> NoReturn:
    typer.echo(f"error: {message}", err=True)
    raise typer.Exit(1)
