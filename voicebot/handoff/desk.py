"""Opens hand-offs, serves their packets, keeps the call-backs that are owed."""

from __future__ import annotations

import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa

from voicebot.handoff.callbacks import Callback, close, owed
from voicebot.handoff.hours import business_hours
from voicebot.handoff.packet import Links, packet
from voicebot.handoff.routing import checked_targets, target_for
from voicebot.handoff.settings import HandoffSettings
from voicebot.handoff.tables import SCHEMA, callbacks, handoffs
from voicebot.logs import failure
from voicebot.records.database import StoreError, insert_new, migrate, transaction
from voicebot.records.events.base import Record
from voicebot.records.events.handoff import CallbackRecorded, HandoffRequested
from voicebot.records.live import stamp, utc_now
from voicebot.records.log import EventLog
from voicebot.records.store import EventStore

logger = logging.getLogger(__name__)

#: Packets kept in memory as they were when opened, should the store not answer.
_RECENT = 256

_FLUSH_S = 1.0


class Store(EventStore, Protocol):
    """An event store that other tables may live beside."""

    @property
    def engine(self) -> sa.Engine: ...


def new_id() -> str:
    """22 random characters of `A-Za-z0-9_-`: cannot be guessed, needs no escaping in a SIP header, is no option."""
    while not (made := secrets.token_urlsafe(16))[0].isalnum():
        pass  # one in 32 begins with - or _
    return made


class HandoffDesk:
    """One per process. `open` and `record_callback` never wait for the database and never fail because of it.

    Args:
        store: the event store; the desk's tables are made beside its own.
        announce: is told of every packet when it is opened (`Webhook.send`); must not block.

    Raises:
        ConfigError: targets or business hours are malformed.
        StoreError: the database was written by a newer program.
    """

    def __init__(
        self,
        store: Store,
        settings: HandoffSettings | None = None,
        *,
        wall: Callable[[], datetime] = utc_now,
        make_id: Callable[[], str] = new_id,
        announce: Callable[[str, Mapping[str, Any]], None] | None = None,
    ) -> None:
        self._settings = settings or HandoffSettings()
        self._targets = checked_targets(self._settings.targets)
        self._hours = business_hours(self._settings)
        self._links = Links(base_url=self._settings.packet_base_url)
        self._store, self._wall, self._make_id, self._announce = store, wall, make_id, announce
        self._recent: OrderedDict[str, dict[str, Any]] = OrderedDict()
        migrate(store.engine, SCHEMA)

    # --- during the call ----------------------------------------------------------------------------------------------

    def open(
        self, log: EventLog, records: Sequence[Record], *, reason: str, queue: str = "default", summary: str = ""
    ) -> str:
        """Open a hand-off: its packet can be fetched from here on.

        Args:
            log: of the call; gets the event.
            records: the call so far.

        Returns:
            The hand-off's id.
        """
        handoff = self._make_id()
        requested = log.append(HandoffRequested(handoff=handoff, reason=reason, queue=queue, summary=summary))
        row = {"id": handoff, "call": log.call_id, "opened": requested.wall, "reason": reason, "queue": queue}
        self._store.submit(lambda connection: _add(connection, handoffs, row))
        try:
            self._remember(handoff, packet((*records, requested), handoff, links=self._links))
        except Exception as error:  # a flaw in the projection must not cost the caller the hand-off
            failure(logger, error, "call %s: the packet could not be made", log.call_id)
        return handoff

    def target(self, queue: str) -> str | None:
        """SIP URI to transfer the queue's callers to; None when there is none."""
        return target_for(queue, self._targets)

    def due(self, now: datetime) -> datetime:
        """When a call-back that is asked for at `now` is due."""
        return self._hours.due(now, timedelta(minutes=self._settings.callback_within_min))

    def record_callback(self, log: EventLog, handoff: str, number: str, due: datetime | None = None) -> str:
        """Record that a human will call `number` back; by default within the business hours' promise.

        Returns:
            When it is due: UTC, ISO 8601.
        """
        asked = self._wall()
        asked_for = Callback(
            id=self._make_id(),
            handoff=handoff,
            call=log.call_id,
            number=number,
            due=stamp(due or self.due(asked)),
            asked=stamp(asked),
        )
        log.append(CallbackRecorded(handoff=handoff, number=number, due=asked_for.due))
        row = {name: getattr(asked_for, name) for name in ("id", "handoff", "call", "number", "due", "asked")}
        self._store.submit(lambda connection: _add(connection, callbacks, row))
        return asked_for.due

    def _remember(self, handoff: str, made: dict[str, Any]) -> None:
        self._recent[handoff] = made
        while len(self._recent) > _RECENT:
            self._recent.popitem(last=False)
        if self._announce is not None:
            self._announce(handoff, made)

    # --- for humans and their programs --------------------------------------------------------------------------------

    def packet(self, handoff: str) -> dict[str, Any] | None:
        """The packet as of now, what happened after the hand-off included; None when there is no such hand-off.

        Reads the database: not on a call's event loop.
        """
        self._store.flush(_FLUSH_S)
        try:
            with self._store.engine.connect() as connection:
                query = sa.select(handoffs.c.call).where(handoffs.c.id == handoff)
                call = connection.execute(query).scalar_one_or_none()
            records = self._store.records(call) if call is not None else []
        except (sa.exc.SQLAlchemyError, StoreError) as error:
            logger.error(
                "the event store cannot be read, serving the packet as it was opened: %s", type(error).__name__
            )
            records = []
        return packet(records, handoff, links=self._links) if records else self._recent.get(handoff)

    def callbacks(self, *, open_only: bool = True, limit: int = 200) -> list[Callback]:
        """Calls that are owed, the most urgent first; with those already made when `open_only` is False."""
        self._store.flush(_FLUSH_S)
        return owed(self._store.engine, open_only=open_only, limit=limit)

    def close_callback(self, callback: str, *, outcome: str = "done") -> bool:
        """Note that a call-back was made; False when it was closed already, or never owed."""
        self._store.flush(_FLUSH_S)
        return close(self._store.engine, callback, at=self._wall(), outcome=outcome)

    def note_delivery(self, handoff: str, outcome: str) -> None:
        """Keep how posting the packet ended."""
        change = sa.update(handoffs).where(handoffs.c.id == handoff).values(delivery=outcome[:256])
        self._store.submit(lambda connection: _run(connection, change))

    def forget(self, before: datetime) -> int:
        """Delete hand-offs and closed call-backs from before then, as the logs that they came from are deleted.

        Blocking. A call-back that is still owed is kept, however old.

        Returns:
            How many were deleted.

        Raises:
            StoreError: the database cannot be written.
        """
        edge = stamp(before)
        done = (callbacks.c.asked < edge) & callbacks.c.closed.is_not(None)
        with transaction(self._store.engine) as connection:
            count = connection.execute(sa.delete(handoffs).where(handoffs.c.opened < edge)).rowcount
            return count + connection.execute(sa.delete(callbacks).where(done)).rowcount


def _add(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> None:
    connection.execute(insert_new(connection.engine, table), dict(row))


def _run(connection: sa.Connection, statement: sa.Update) -> None:
    connection.execute(statement)
