"""`voicebot flow publish | versions | promote | rollback`: which version of the flows calls take."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voicebot.cli.options import AsJson, ConfigFile, DataDir
from voicebot.policy.problems import FileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from voicebot.config import Settings
    from voicebot.versions.pointers import Pointers
    from voicebot.versions.store import VersionStore

Note = Annotated[str, typer.Option("--note", help="What is new in it, for `voicebot flow versions`.")]


def publish(
    flows: Annotated[Path | None, typer.Argument(help="Folder with the flows; default: as in voicebot.toml.")] = None,
    policies: Annotated[
        Path | None, typer.Option(help="Folder with the policies; default: as in voicebot.toml.")
    ] = None,
    note: Note = "",
    candidate: Annotated[
        float | None, typer.Option(metavar="PERCENT", help="Only this share of the new calls takes it.")
    ] = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Check flows and policies, keep a copy, and have new calls take it; no restart. Running calls stay on theirs.

    A mistake is told as `flow lint` does, and nothing changes. Without --candidate all new calls take the version.

    Example: voicebot flow publish flows --policies policies --note "store pickup" --candidate 10
    """
    from voicebot.versions.contents import Folders

    settings, store = _open(config, data_dir)
    dialogue = settings.dialogue
    try:
        kept = store.keep(Folders(flows=flows or dialogue.flows, policies=policies or dialogue.policies))
    except FileError as error:
        for problem in error.problems:
            typer.echo(json.dumps(asdict(problem), ensure_ascii=False) if as_json else str(problem))
        if as_json:
            typer.echo(json.dumps({"published": None, "problems": len(error.problems)}))
        else:
            count = _counted(len(error.problems), "mistake")
            typer.echo(f"not published: {count}; calls take what they took before", err=True)
        raise typer.Exit(1) from None
    at, id_ = _now(), kept.id
    if candidate is None:
        changed = store.change(lambda now: now.published(id_, at=at, note=note))
    else:
        changed = store.change(lambda now: now.tried(id_, candidate, at=at, note=note))
    if as_json:
        counts = {"published": id_, "flows": kept.flows, "policies": kept.policies, "problems": 0}
        typer.echo(json.dumps({**counts, **_taken(changed)}))
    else:
        typer.echo(f"published {id_}: {kept.flows} flows and patterns, {_counted(kept.policies, 'policy', 'policies')}")
        typer.echo(_told(changed))


def versions(config: ConfigFile = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List what was published, the latest first, and which of it new calls take.

    With --json each version is one object, and the last one says what new calls take. What is published goes before
    the configured folders; while nothing is, calls take those.

    Example: voicebot flow versions
    """
    settings, store = _open(config, data_dir)
    pointers = store.pointers()
    rows = _rows(store, pointers)
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
        typer.echo(json.dumps(_taken(pointers)))
        return
    for row in rows:
        mark = "live" if row["live"] else f"{row['percent']:g} %" if row["percent"] else ""
        state = "" if row["state"] == "whole" else f"  {row['state'].upper()}"
        when = row["at"].replace("T", " ").removesuffix("Z")[:16]
        typer.echo(f"{mark:<6} {row['id']}  {when:<16}  {row['flows']:>3} flows  {row['note']}{state}".rstrip())
    if pointers.live is None:
        typer.echo(f"calls take the folders {settings.dialogue.flows} and {settings.dialogue.policies}")
    elif rows:
        typer.echo(f"what is published goes before the folder {settings.dialogue.flows}")


def promote(
    percent: Annotated[
        float | None, typer.Option(help="Give the candidate another share of the new calls instead of all.")
    ] = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Have all new calls take the candidate, or a larger share of them.

    Example: voicebot flow promote --percent 50
    """
    _change(config, data_dir, lambda now: now.promoted(at=_now(), percent=percent), as_json=as_json)


def rollback(
    version: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Version to go back to, or the beginning of its id.")
    ] = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Undo: end the candidate or, without one, have new calls take the version that was live before.

    Example: voicebot flow rollback
    """

    def back(now: Pointers) -> Pointers:
        rolled = now.rolled_back(at=_now(), to=to)
        if rolled.live is not None:
            store.open(rolled.live)  # whole, or nothing changes
        return rolled

    _, store = _open(config, data_dir)
    to = store.find(version) if version is not None else None
    _change(config, data_dir, back, as_json=as_json)


def _open(config: Path | None, data_dir: Path | None) -> tuple[Settings, VersionStore]:
    from voicebot import config as configuration
    from voicebot.versions.store import VersionStore

    settings = configuration.load(config, server__data_dir=data_dir)
    return settings, VersionStore(settings.server.data_dir.resolve())


def _change(config: Path | None, data_dir: Path | None, how: Callable[[Pointers], Pointers], *, as_json: bool) -> None:
    _, store = _open(config, data_dir)
    changed = store.change(how)
    typer.echo(json.dumps(_taken(changed)) if as_json else _told(changed))


def _rows(store: VersionStore, pointers: Pointers) -> list[dict[str, Any]]:
    tried = pointers.candidate
    wanted = {*pointers.lives, *([tried.id] if tried else [])}
    rows = []
    for id_ in {*store.ids(), *wanted}:
        changes = [change for change in pointers.history if change.id == id_]
        stored = store.stored(id_)
        fault = store.fault(id_)
        rows.append({
            "id": id_,
            "at": changes[-1].at if changes else "",
            "did": changes[-1].did if changes else "",
            "note": next((change.note for change in reversed(changes) if change.note), ""),
            "live": id_ == pointers.live,
            "percent": tried.percent if tried is not None and tried.id == id_ else None,
            "flows": stored.flows,
            "policies": stored.policies,
            "state": "whole" if fault is None else "damaged" if id_ in store.ids() else "vanished",
        })  # fmt: skip
    return sorted(rows, key=lambda row: (row["at"], row["id"]), reverse=True)


def _taken(pointers: Pointers) -> dict[str, Any]:
    tried = pointers.candidate
    return {
        "live": pointers.live,
        "candidate": tried.id if tried else None,
        "percent": tried.percent if tried else None,
        "source": "folders" if pointers.live is None else "published",
    }


def _told(pointers: Pointers) -> str:
    live = "the configured folders" if pointers.live is None else pointers.live
    tried = pointers.candidate
    share = f", {tried.percent:g} % of them {tried.id}" if tried else ""
    return f"new calls take {live}{share}; a running server follows within seconds"


def _counted(number: int, one: str, more: str = "") -> str:
    return f"{number} {one if number == 1 else more or f'{one}s'}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
