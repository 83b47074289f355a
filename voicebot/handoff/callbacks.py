"""The call-backs that are owed, in the database: from the server's threads, and from beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from voicebot.handoff.tables import callbacks
from voicebot.records.database import transaction
from voicebot.records.live import stamp
from voicebot.records.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A call that is owed; times are UTC, ISO 8601. `closed` and `outcome` are None while it is."""

    id: str
    handoff: str
    call: str
    number: str
    due: str
    asked: str
    closed: str | None = None
    outcome: str | None = None


def owed(engine: sa.Engine, *, open_only: bool = True, limit: int = 200) -> list[Callback]:
    """Calls that are owed, the most urgent first; with those already made when `open_only` is False.

    Raises:
        StoreError: the database cannot be read.
    """
    query = sa.select(callbacks).order_by(callbacks.c.due).limit(limit)
    if open_only:
        query = query.where(callbacks.c.closed.is_(None))
    with Reading(engine) as connection:
        return [Callback(**row._mapping) for row in connection.execute(query)]


def close(engine: sa.Engine, callback: str, *, at: datetime, outcome: str = "done") -> bool:
    """Note that a call-back was made; False when it was closed already, or never owed.

    Raises:
        StoreError: the database cannot be written.
    """
    open_one = (callbacks.c.id == callback) & callbacks.c.closed.is_(None)
    values = {"closed": stamp(at), "outcome": outcome[:256]}
    with transaction(engine) as connection:
        return connection.execute(sa.update(callbacks).where(open_one).values(**values)).rowcount == 1
