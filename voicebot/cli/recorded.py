"""Which recorded calls are meant: ids in the store, dates, or files that calls were written to."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from voicebot.errors import VoicebotError

if TYPE_CHECKING:
    from voicebot.config import Settings
    from voicebot.records.events.base import Record
    from voicebot.records.reading import CallReader

_ALL, _LAST = "all", "last"
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Calls:
    """Ids in the store, and calls read from files."""

    ids: tuple[str, ...]
    files: Mapping[str, Sequence[Record]]
    records: Callable[[str], Sequence[Record]]

    def __len__(self) -> int:
        return len(self.ids) + len(self.files)

    def __iter__(self) -> Iterator[tuple[str, Sequence[Record]]]:
        for call in self.ids:
            yield call, self.records(call)
        yield from self.files.items()


def chosen(settings: Settings, wanted: Sequence[str], since: str | None, last: int | None) -> Calls:
    from voicebot.records.store import read_store

    names = [name for given in wanted for name in given.split(",") if name]
    files = {call: log for name in names if Path(name).exists() for call, log in _exported(Path(name)).items()}
    names = [name for name in names if not Path(name).exists()]
    if files and not names and since is None and last is None:
        return Calls((), files, lambda _: ())
    store = read_store(settings.server.data_dir, settings.records)
    ids = [call_id(store, name) for name in names if name != _ALL]
    if _ALL in names or since is not None or last is not None:
        ids += _listed(store, since, last)
    return Calls(tuple(dict.fromkeys(ids)), files, store.records)


def call_id(store: CallReader, wanted: str) -> str:
    """The call that an id, the beginning of one, or `last` means.

    Raises:
        VoicebotError: there is none, or there are several.
    """
    if wanted == _LAST:
        latest = store.calls(limit=1)
        if not latest:
            raise VoicebotError("no call was recorded yet", fix="make one, then try again")
        return latest[0].call
    found = store.matching(wanted)
    if not found:
        raise VoicebotError(f"no call {wanted!r}", fix="voicebot calls list shows their ids")
    if len(found) > 1:
        raise VoicebotError(f"{wanted!r} begins several ids: {', '.join(found)}", fix="give more of it")
    return found[0]


def _listed(store: CallReader, since: str | None, last: int | None) -> list[str]:
    """Ids, the latest first."""
    from datetime import date

    from voicebot.records.reading import CallFilter

    try:
        filters = CallFilter(since=date.fromisoformat(since).isoformat() if since else None)
    except ValueError:
        raise typer.BadParameter(f"{since!r} is not a date such as 2026-11-20", param_hint="--since") from None
    ids: list[str] = []
    while last is None or len(ids) < last:
        page = min(_PAGE, last - len(ids)) if last is not None else _PAGE
        found = store.calls(limit=page, before=ids[-1] if ids else None, filters=filters)
        ids += [summary.call for summary in found]
        if len(found) < page:
            break
    return ids


def _exported(path: Path) -> dict[str, list[Record]]:
    """Calls in a file, or in the `*.jsonl` of a folder, as `voicebot calls show ID --json` writes them."""
    from voicebot.records.events.base import Record

    found: dict[str, list[Record]] = defaultdict(list)
    for file in sorted(path.glob("*.jsonl")) if path.is_dir() else [path]:
        try:
            lines = file.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise VoicebotError(f"cannot be read: {error}", where=str(file)) from None
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                if row["kind"] != "summary":
                    found[row["call"]].append(Record.from_json(row))
            except (ValueError, KeyError, TypeError, AttributeError):
                fix = "write it with voicebot calls show ID --json"
                raise VoicebotError("is not a recorded event", where=f"{file}:{number}", fix=fix) from None
    if not found:
        raise VoicebotError("there are no calls in it", where=str(path), fix="write them with calls show ID --json")
    return found
