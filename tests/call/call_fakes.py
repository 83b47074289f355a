"""Stand-ins behind the engine room's Protocols: an engine that follows a rule, orders that answer when told to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from voicebot.call.conversation import Conversation, Floor, Timing
from voicebot.dialogue.commands import Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.effects import Effect, Query, Say
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.inputs import Input, QueryAnswered, UserSaid
from voicebot.dialogue.wording import text
from voicebot.policy.book import PolicyBook
from voicebot.records.events.base import CallEvent, Record

NOW = "2026-01-01T00:00:00Z"
Rule = Callable[[Input], tuple[Effect, ...]]


class ScriptedEngine:
    """State is the number of inputs taken; effects come from a function."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule

    def start(self) -> int:
        return 0

    def step(self, state: int, given: Input) -> tuple[int, tuple[Effect, ...]]:
        return state + 1, self._rule(given)

    def context(self, state: int) -> Context:
        return Context(flow="test", step=str(state))


@dataclass
class MemoryLog:
    call_id: str = "c1"
    events: list[CallEvent] = field(default_factory=list)

    def append(self, event: CallEvent, *, at_ms: float | None = None, turn: int | None = None) -> Record:
        self.events.append(event)
        return Record(call_id="c1", seq=len(self.events), at_ms=at_ms or 0.0, wall=NOW, turn=turn or 0, event=event)

    def begin_turn(self, turn: int) -> None: ...

    def of(self, kind: type[CallEvent]) -> list[CallEvent]:
        return [event for event in self.events if isinstance(event, kind)]


class Orders:
    """Reads that answer when told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.prefetched: list[tuple[str, Mapping[str, Any]]] = []
        self.answer: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()

    async def query(
        self, op: str, args: Mapping[str, Any], *, request: str, why: str = "turn", deadline_s: float
    ) -> Mapping[str, Any]:
        self.asked.append(why)
        return await asyncio.shield(self.answer)

    def prefetch(self, op: str, args: Mapping[str, Any]) -> None:
        self.prefetched.append((op, args))

    def foresee(self, reads: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        self.prefetched.extend(reads)


@dataclass
class Room:
    conversation: Conversation
    log: MemoryLog
    orders: Orders
    floor: list[Effect]


def room(rule: Rule, timing: Timing | None = None, floor: Floor | None = None) -> Room:
    """A conversation whose committed effects land in `Room.floor`, unless another floor is given."""
    log, orders, effects = MemoryLog(), Orders(), list[Effect]()
    conversation = Conversation(
        engine=cast(Engine, ScriptedEngine(rule)),
        policies=PolicyBook({}),
        reads=orders,
        log=log,
        floor=floor or effects.append,
        now=lambda: NOW,
        today=lambda: "2026-01-01",
        now_ms=lambda: 0.0,
        timing=timing,
    )
    return Room(conversation, log, orders, effects)


def said(words: str) -> UserSaid:
    return UserSaid(understanding=Understanding(text=words), now=NOW)


def answer(given: Input) -> tuple[Effect, ...]:
    match given:
        case UserSaid():
            return (Say(utterance="u1", wording=text("One moment.")), Query(request="r1", op="get_order"))
        case QueryAnswered():
            return (Say(utterance="u2", wording=text("It is on its way.")),)
        case _:
            return ()
