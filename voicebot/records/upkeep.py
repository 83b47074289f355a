"""What a server does about old calls: ends the logs that a crash cut off, deletes what is past its retention."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from voicebot.errors import VoicebotError
from voicebot.records.database import transaction
from voicebot.records.events.base import Record
from voicebot.records.events.call import CallEnded
from voicebot.records.live import stamp
from voicebot.records.reading import CallFilter, Reading
from voicebot.records.settings import RecordsSettings
from voicebot.records.store import SqlEventStore
from voicebot.records.tables import calls, events

log = logging.getLogger(__name__)

_PAGE = 200

#: Deletes one kind of things that are past their time; told what time it is, tells how many of what went. Blocking.
Job = Callable[[datetime], Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What was deleted."""

    recordings: int = 0
    logs: int = 0


def end_cut_off_calls(store: SqlEventStore) -> list[str]:
    """Give the logs that a crash cut off their last event. For a server that starts, before its first call.

    Returns:
        Ids of those calls.
    """
    cut_off = store.unfinished()
    for call_id in cut_off:
        records = store.records(call_id)
        if not records:
            continue
        last = records[-1]
        ended = CallEnded(by="network", reason="the server stopped", duration_ms=last.at_ms)
        store.put(
            Record(call_id=call_id, seq=last.seq + 1, at_ms=last.at_ms, wall=last.wall, turn=last.turn, event=ended)
        )
    return cut_off


def clear(jobs: Iterable[Job], now: datetime) -> dict[str, int]:
    """One round of deleting; how many of what went. A job that fails is reported and keeps no other from its turn.

    Blocking; run it in a thread of its own, once a day.
    """
    gone: dict[str, int] = {}
    for job in jobs:
        try:
            gone |= job(now)
        except (VoicebotError, OSError) as error:
            log.error("retention: %s", error)
    return gone


def purge(store: SqlEventStore, data_dir: Path, settings: RecordsSettings, now: datetime) -> Purged:
    """Delete recordings and logs past their retention. Blocking.

    Raises:
        StoreError: the store cannot be read or written.
    """
    recordings = logs = 0
    if settings.recording_retention_days > 0:
        for file in _recordings_before(store, _days_before(now, settings.recording_retention_days)):
            recordings += _delete(data_dir, file)
    if settings.log_retention_days > 0:
        edge = _days_before(now, settings.log_retention_days)
        for file in _recordings_before(store, edge):
            recordings += _delete(data_dir, file)
        logs = _delete_logs(store.engine, edge)
    return Purged(recordings=recordings, logs=logs)


def _days_before(now: datetime, days: int) -> str:
    return stamp(now - timedelta(days=days))


def _recordings_before(store: SqlEventStore, edge: str) -> list[str]:
    files: list[str] = []
    before: str | None = None
    while page := store.calls(limit=_PAGE, before=before, filters=CallFilter(until=edge)):
        files += [call.recording for call in page if call.recording]
        before = page[-1].call
    return files


def _delete(data_dir: Path, file: str) -> int:
    path = (data_dir / file).resolve()
    if not path.is_relative_to(data_dir.resolve()) or not path.is_file():
        return 0
    path.unlink()
    return 1


def _delete_logs(engine: sa.Engine, edge: str) -> int:
    """One call a transaction, so that live calls' events never wait long."""
    with Reading(engine) as connection:
        old = list(connection.execute(sa.select(calls.c.id).where(calls.c.started < edge)).scalars())
    for call_id in old:
        with transaction(engine) as connection:
            connection.execute(sa.delete(events).where(events.c.call == call_id))
            connection.execute(sa.delete(calls).where(calls.c.id == call_id))
    return len(old)
