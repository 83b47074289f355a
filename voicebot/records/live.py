"""The log of a live call: numbers events, stamps them, and passes them on."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from voicebot.records.events.audio import PlaybackEnded
from voicebot.records.events.base import CallEvent, Record
from voicebot.records.events.call import CallEnded
from voicebot.records.events.dialogue import EngineInput
from voicebot.records.events.hearing import Partial
from voicebot.records.events.turn import SpeculationDropped, TurnCommitted
from voicebot.records.redaction import redact_all
from voicebot.records.settings import RecordsSettings
from voicebot.records.store import EventSink

log = logging.getLogger(__name__)

#: Of a log that outgrows its memory the beginning is kept: who called, what was disclosed, what was wanted.
_HEAD = 200

#: Families of events that hold the caller's words, or the bot's echo of them.
_WORDS = ("hearing.", "dialogue.")
_WORDY = (PlaybackEnded, TurnCommitted, SpeculationDropped)
#: Engine inputs that hold facts from our own systems: a tracking number may look like a card's.
_FACTS = frozenset(("query_answered", "decided"))


@dataclass(frozen=True, slots=True)
class Gap:
    """In place of `missed` records that a subscriber was too slow for."""

    missed: int


class Subscription:
    """Records as they come, from `async for`. Bounded: a slow reader misses the oldest and is told by a `Gap`."""

    def __init__(self, limit: int, forget: Callable[[Subscription], None]) -> None:
        self._waiting: deque[Record] = deque()
        self._limit, self._forget = limit, forget
        self._missed = 0
        self._ended = False
        self._changed = asyncio.Event()

    def offer(self, record: Record) -> None:
        """Never blocks."""
        if len(self._waiting) >= self._limit:
            self._waiting.popleft()
            self._missed += 1
        self._waiting.append(record)
        self._changed.set()

    def end(self) -> None:
        """No more will come; what waits is still delivered."""
        self._ended = True
        self._changed.set()

    def close(self) -> None:
        """Stop listening."""
        self._forget(self)
        self.end()

    def __aiter__(self) -> AsyncIterator[Record | Gap]:
        return self

    async def __anext__(self) -> Record | Gap:
        while not (self._missed or self._waiting):
            if self._ended:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        if self._missed:
            missed, self._missed = self._missed, 0
            return Gap(missed)
        return self._waiting.popleft()


class Feed:
    """Passes records on to whoever listens, on one event loop."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()

    def subscribe(self, *, limit: int = 1_000) -> Subscription:
        """Records from now on; `limit` is how many may wait for the reader."""
        subscription = Subscription(limit, self._subscriptions.discard)
        self._subscriptions.add(subscription)
        return subscription

    def publish(self, record: Record) -> None:
        for subscription in self._subscriptions:
            subscription.offer(record)

    def end(self) -> None:
        for subscription in self._subscriptions:
            subscription.end()
        self._subscriptions.clear()


def utc_now() -> datetime:
    """The time of day, aware."""
    return datetime.now(UTC)


class LiveLog:
    """`EventLog` of one live call; used on the call's event loop only.

    Args:
        clock: milliseconds on the call's media clock.
        wall: the time of day, aware.
        store: where events go to be kept; None keeps them in memory alone.
        everywhere: also receives them: the feed of all calls.
    """

    def __init__(
        self,
        call_id: str,
        *,
        clock: Callable[[], float],
        wall: Callable[[], datetime] = utc_now,
        store: EventSink | None = None,
        everywhere: Feed | None = None,
        settings: RecordsSettings | None = None,
    ) -> None:
        self.call_id = call_id
        self.feed = Feed()
        self._clock, self._wall, self._store, self._everywhere = clock, wall, store, everywhere
        self._settings = settings or RecordsSettings()
        self._head: list[Record] = []
        self._tail: deque[Record] = deque(maxlen=max(1, self._settings.memory_limit_events - _HEAD))
        self._seq = 0
        self._turn = 0
        self._ended: Record | None = None

    @property
    def records(self) -> Sequence[Record]:
        """The call so far, for projections: without partial hypotheses, and of a very long call without its middle."""
        return (*self._head, *self._tail)

    @property
    def ended(self) -> bool:
        return self._ended is not None

    def begin_turn(self, turn: int) -> None:
        self._turn = turn

    def append(self, event: CallEvent, *, at_ms: float | None = None, turn: int | None = None) -> Record:
        """Add an event. `call.ended` is the last: what comes later is reported and left out."""
        if self._ended is not None:
            log.warning("call %s: %s came after the end and is left out", self.call_id, event.kind)
            return dataclasses.replace(self._ended, event=event)
        if self._settings.redact_cards:
            event = without_cards(event)
        self._seq += 1
        record = Record(
            call_id=self.call_id,
            seq=self._seq,
            at_ms=self._clock() if at_ms is None else at_ms,
            wall=stamp(self._wall()),
            turn=self._turn if turn is None else turn,
            event=event,
        )
        self._pass_on(record)
        return record

    def subscribe(self, *, limit: int = 1_000) -> Subscription:
        """This call's records from now on; ends with the call."""
        subscription = self.feed.subscribe(limit=limit)
        if self.ended:
            subscription.end()
        return subscription

    def _pass_on(self, record: Record) -> None:
        if self._store is not None:
            self._store.put(record)
        if len(self._head) < _HEAD:
            self._head.append(record)
        elif not isinstance(record.event, Partial):
            self._tail.append(record)
        self.feed.publish(record)
        if self._everywhere is not None:
            self._everywhere.publish(record)
        if isinstance(record.event, CallEnded):
            self._ended = record
            self.feed.end()


class LiveLogs:
    """All live calls of a process.

    Attributes:
        feed: every record of every call.
    """

    def __init__(
        self,
        store: EventSink | None,
        *,
        settings: RecordsSettings | None = None,
        wall: Callable[[], datetime] = utc_now,
    ) -> None:
        self.feed = Feed()
        self._store, self._settings, self._wall = store, settings, wall
        self._logs: dict[str, LiveLog] = {}

    def open(self, call_id: str, *, clock: Callable[[], float]) -> LiveLog:
        """Begin the log of a call."""
        self._logs = {id_: live for id_, live in self._logs.items() if not live.ended}
        opened = LiveLog(
            call_id,
            clock=clock,
            wall=self._wall,
            store=self._store,
            everywhere=self.feed,
            settings=self._settings,
        )
        self._logs[call_id] = opened
        return opened

    def get(self, call_id: str) -> LiveLog | None:
        """The log of a live call; None when there is none, or it has ended."""
        found = self._logs.get(call_id)
        return found if found is not None and not found.ended else None

    def live(self) -> list[LiveLog]:
        return [live for live in self._logs.values() if not live.ended]


def without_cards(event: CallEvent) -> CallEvent:
    """The event with card numbers taken out of its words; the same object when there were none."""
    if not (isinstance(event, _WORDY) or event.kind.startswith(_WORDS)):
        return event
    if isinstance(event, EngineInput) and event.input.get("kind") in _FACTS:
        return event
    fields = {f.name: getattr(event, f.name) for f in dataclasses.fields(event)}
    changed = {name: clean for name, value in fields.items() if (clean := redact_all(value)) is not value}
    return dataclasses.replace(event, **changed) if changed else event


def stamp(moment: datetime) -> str:
    """UTC, ISO 8601 with milliseconds and `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
