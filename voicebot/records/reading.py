"""Reading recorded calls, also beside a running server."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from voicebot.records.database import StoreError
from voicebot.records.events.base import Record
from voicebot.records.projections.summary import UNFINISHED, Summary, summarise
from voicebot.records.tables import calls, log_of

#: Frequent or bulky, and nothing that the row of a call still going on would miss.
_PASSED_OVER = ("hearing.partial", "hearing.end_of_turn", "dialogue.input", "dialogue.effect")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls to list; None matches all."""

    caller: str | None = None
    transport: str | None = None
    outcome: str | None = None
    """`contained`, `handed_off`, `abandoned`, or `unfinished` (live, or cut off by a crash)."""
    since: str | None = None
    """UTC, ISO 8601: started at or after."""
    until: str | None = None
    """UTC, ISO 8601: started before."""


class CallReader:
    """Recorded calls in a database. Any thread may read; it takes milliseconds, so not on a call's event loop."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def close(self) -> bool:
        """Let go of the database."""
        self.engine.dispose()
        return True

    def calls(self, *, limit: int = 50, before: str | None = None, filters: CallFilter | None = None) -> list[Summary]:
        query = sa.select(calls).order_by(calls.c.started.desc(), calls.c.id.desc()).limit(limit)
        for condition in _conditions(filters or CallFilter()):
            query = query.where(condition)
        with Reading(self.engine) as connection:
            if before is not None:
                edge = connection.execute(sa.select(calls.c.started).where(calls.c.id == before)).scalar_one_or_none()
                if edge is None:
                    raise StoreError(f"no call {before!r} to list from", where="before")
                query = query.where(sa.tuple_(calls.c.started, calls.c.id) < sa.tuple_(edge, before))
            found = [(row.id, row.summary) for row in connection.execute(query)]
            return [
                Summary.from_json(stored) if stored is not None else _so_far(connection, call_id)
                for call_id, stored in found
            ]

    def records(self, call_id: str, *, after_seq: int = 0, limit: int | None = None) -> list[Record]:
        with Reading(self.engine) as connection:
            return log_of(connection, call_id, after_seq=after_seq, limit=limit)

    def matching(self, prefix: str, *, limit: int = 10) -> list[str]:
        query = sa.select(calls.c.id).where(calls.c.id.startswith(prefix, autoescape=True))
        with Reading(self.engine) as connection:
            found = list(connection.execute(query.order_by(calls.c.started.desc()).limit(limit)).scalars())
            exact = connection.execute(sa.select(calls.c.id).where(calls.c.id == prefix)).scalar_one_or_none()
        return [exact] if exact is not None else found

    def unfinished(self) -> list[str]:
        """Calls whose log has no end: live ones, and those a crash cut off."""
        with Reading(self.engine) as connection:
            return list(connection.execute(sa.select(calls.c.id).where(calls.c.ended.is_(None))).scalars())


class Reading:
    """A connection whose database errors come out as `StoreError`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._connection: sa.Connection | None = None

    def __enter__(self) -> sa.Connection:
        try:
            self._connection = self._engine.connect()
        except sa.exc.SQLAlchemyError as error:
            raise self._readable(error) from error
        return self._connection

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self._connection is not None:
            self._connection.close()
        if isinstance(error, sa.exc.SQLAlchemyError):
            raise self._readable(error) from error

    def _readable(self, error: sa.exc.SQLAlchemyError) -> StoreError:
        where = self._engine.url.database or "database"
        return StoreError(f"cannot be read: {str(error).splitlines()[0]}", where=where)


def _so_far(connection: sa.Connection, call_id: str) -> Summary:
    records = log_of(connection, call_id, without=_PASSED_OVER) or log_of(connection, call_id, limit=1)
    return summarise(records)


def _conditions(filters: CallFilter) -> list[sa.ColumnElement[bool]]:
    wanted = {
        calls.c.caller: filters.caller,
        calls.c.transport: filters.transport,
        calls.c.outcome: None if filters.outcome == UNFINISHED else filters.outcome,
    }
    conditions: list[sa.ColumnElement[bool]] = [column == value for column, value in wanted.items() if value]
    if filters.outcome == UNFINISHED:
        conditions.append(calls.c.ended.is_(None))
    if filters.since is not None:
        conditions.append(calls.c.started >= filters.since)
    if filters.until is not None:
        conditions.append(calls.c.started < filters.until)
    return conditions
