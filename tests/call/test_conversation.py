"""The engine room: forks leave no trace until they are committed, deeds wait for the commit, faults never escape."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from voicebot.call.conversation import Conversation, Timing
from voicebot.dialogue.commands import Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.effects import Effect, Handoff, Query, Say
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.inputs import Failed, Input, QueryAnswered, UserSaid
from voicebot.dialogue.wording import Part, text
from voicebot.policy.book import PolicyBook
from voicebot.records.events.base import CallEvent, Record
from voicebot.records.events.call import Fault
from voicebot.records.events.dialogue import Said

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
        self.answer: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()

    async def query(
        self, op: str, args: Mapping[str, Any], *, request: str, why: str = "turn", deadline_s: float
    ) -> Mapping[str, Any]:
        self.asked.append(why)
        return await asyncio.shield(self.answer)

    def prefetch(self, op: str, args: Mapping[str, Any]) -> None: ...


@dataclass
class Room:
    conversation: Conversation
    log: MemoryLog
    orders: Orders
    floor: list[Effect]


def room(rule: Rule, timing: Timing | None = None) -> Room:
    log, orders, floor = MemoryLog(), Orders(), list[Effect]()
    conversation = Conversation(
        engine=cast(Engine, ScriptedEngine(rule)),
        policies=PolicyBook({}),
        reads=orders,
        log=log,
        floor=floor.append,
        now=lambda: NOW,
        today=lambda: "2026-01-01",
        now_ms=lambda: 0.0,
        timing=timing,
    )
    return Room(conversation, log, orders, floor)


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


async def test_a_dropped_fork_leaves_no_trace() -> None:
    r = room(answer)
    tried: list[Effect] = []
    fork = r.conversation.fork(tried.append)
    fork.feed(said("where is my order"))
    await asyncio.sleep(0)
    fork.drop()
    r.orders.answer.set_result({"status": "ok"})
    await asyncio.sleep(0)
    assert [type(effect) for effect in tried] == [Say]
    assert r.floor == []
    assert r.log.events == []
    assert r.conversation.line.state == r.conversation.engine.start()


async def test_a_committed_fork_is_the_line_and_its_read_goes_on() -> None:
    r = room(answer)
    fork = r.conversation.fork(lambda effect: None)
    fork.feed(said("where is my order"))
    await asyncio.sleep(0)
    fork.commit()
    r.orders.answer.set_result({"status": "ok"})
    await r.conversation.line.settled()
    assert r.orders.asked == ["speculation"]
    assert [effect.text for effect in r.floor if isinstance(effect, Say)] == ["It is on its way."]
    assert [event.text for event in r.log.of(Said) if isinstance(event, Said)] == ["One moment.", "It is on its way."]


async def test_a_read_of_the_old_line_is_answered_on_the_new_one() -> None:
    r = room(answer)
    r.conversation.feed(said("where is my order"))
    fork = r.conversation.fork(r.floor.append)
    fork.commit()
    r.orders.answer.set_result({"status": "ok"})
    await asyncio.sleep(0.01)
    assert [effect.utterance for effect in r.floor if isinstance(effect, Say)] == ["u1", "u2"]
    assert r.conversation.line is fork.line


async def test_a_fork_of_a_line_that_moved_on_is_stale() -> None:
    r = room(lambda given: ())
    fork = r.conversation.fork(r.floor.append)
    fork.feed(said("yes"))
    r.conversation.feed(said("no"))
    assert fork.stale
    with pytest.raises(RuntimeError, match="stale"):
        fork.commit()


async def test_deeds_wait_for_the_commit() -> None:
    deed = Handoff(request="h1", reason="caller_asked")
    r = room(lambda given: (deed,))
    tried: list[Effect] = []
    fork = r.conversation.fork(tried.append)
    fork.feed(said("a person please"))
    assert tried == []
    assert r.floor == []
    fork.commit()
    assert r.floor == [deed]


async def test_a_slow_read_is_bridged_by_a_filler_only_after_the_commit() -> None:
    query = Query(request="r1", op="get_order", filler=text("Let me look."))
    r = room(lambda given: (query,) if isinstance(given, UserSaid) else (), Timing(filler_after_commit_s=0.01))
    fork = r.conversation.fork(lambda effect: None)
    fork.feed(said("where is my order"))
    await asyncio.sleep(0.03)
    assert r.floor == []
    fork.commit()
    await asyncio.sleep(0.03)
    assert [effect.text for effect in r.floor if isinstance(effect, Say)] == ["Let me look."]
    r.orders.answer.set_result({"status": "ok"})
    await r.conversation.line.settled()


async def test_a_fault_inside_becomes_an_input_and_an_event() -> None:
    def rule(given: Input) -> tuple[Effect, ...]:
        if isinstance(given, Failed):
            return (Say(utterance="u9", wording=text("Sorry, something went wrong.")),)
        raise KeyError("flaw")

    r = room(rule)
    r.conversation.feed(said("hello"))
    assert [effect.utterance for effect in r.floor if isinstance(effect, Say)] == ["u9"]
    assert len(r.log.of(Fault)) == 1


async def test_a_fault_in_the_fault_handling_does_not_escape() -> None:
    def rule(given: Input) -> tuple[Effect, ...]:
        raise KeyError("flaw")

    r = room(rule)
    r.conversation.feed(said("hello"))
    assert len(r.log.of(Fault)) == 2


async def test_what_is_written_down_is_what_people_read() -> None:
    wording = (Part("text", "Due "), Part("date", "2026-01-05"), Part("text", ", "), Part("money", "1999 EUR"))
    r = room(lambda given: (Say(utterance="u1", wording=(*wording, Part("text", "."))),))
    r.conversation.feed(said("when"))
    assert r.log.of(Said) == [Said(utterance="u1", text="Due Mon, Jan 5, €19.99.", flow="test", step="1")]
