"""Questions to the order system, each with its answer."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.records.events.base import Record
from voicebot.records.events.oms import OmsAnswered, OmsRequested


@dataclass(slots=True)
class Read:
    """One question; `answer` is None while it is open. The records tell when, the events what."""

    asked: Record
    request: OmsRequested
    answered: Record | None = None
    answer: OmsAnswered | None = None


def reads(records: Sequence[Record]) -> list[Read]:
    """All questions in the order in which they were asked.

    A request id may come twice (a speculation that was dropped, then the same question in earnest): an answer belongs
    to the oldest question of that id that is still open.
    """
    found: list[Read] = []
    waiting: dict[str, deque[Read]] = defaultdict(deque)
    for record in records:
        match record.event:
            case OmsRequested() as event:
                read = Read(record, event)
                found.append(read)
                waiting[event.request].append(read)
            case OmsAnswered() as event if waiting[event.request]:
                read = waiting[event.request].popleft()
                read.answered, read.answer = record, event
            case _:
                pass
    return found
