"""The event log of one live call, as the rest of the house sees it."""

from __future__ import annotations

from typing import Protocol

from voicebot.records.events.base import CallEvent, Record


class EventLog(Protocol):
    """Append-only. `append` never blocks and never raises because of storage: storage faults are counted and logged."""

    call_id: str

    def append(self, event: CallEvent, *, at_ms: float | None = None, turn: int | None = None) -> Record:
        """Add an event; `at_ms` defaults to the media clock's now, `turn` to the turn last begun."""
        ...

    def begin_turn(self, turn: int) -> None:
        """Events from here on belong to this turn."""
        ...
