"""The engine room: forks leave no trace until they are committed, deeds wait for the commit, faults never escape."""

from __future__ import annotations

import asyncio

import pytest
from call_fakes import NOW, answer, room, said

from voicebot.call.conversation import Timing
from voicebot.dialogue.effects import (
    AbandonPlan,
    CheckProof,
    CommitAction,
    Effect,
    Handoff,
    PlanAction,
    Query,
    Say,
    SendCode,
    SendMessage,
)
from voicebot.dialogue.inputs import Answered, Failed, Input, UserSaid
from voicebot.dialogue.wording import Part, text
from voicebot.records.events.call import Fault
from voicebot.records.events.dialogue import Said


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


@pytest.mark.parametrize(
    "deed",
    [
        Handoff(request="h1", reason="caller_asked"),
        PlanAction(request="a1", action="cancel", order="o1"),
        CommitAction(request="a2", plan="p1"),
        AbandonPlan(plan="p1"),
        CheckProof(request="v1", order="o1", factor="postcode", value="94107"),
        SendCode(request="s1", order="o1"),
        SendMessage(request="m1", order="o1", kind="label", wording=text("Your label.")),
    ],
    ids=lambda deed: type(deed).__name__,
)
async def test_deeds_wait_for_the_commit(deed: Effect) -> None:
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


async def test_a_slow_write_is_bridged_by_a_filler_and_a_quick_one_is_not() -> None:
    commit = CommitAction(request="c1", plan="p1", filler=text("One moment."))
    r = room(lambda given: (commit,) if isinstance(given, UserSaid) else (), Timing(filler_after_commit_s=0.01))
    fork = r.conversation.fork(lambda effect: None)
    fork.feed(said("yes"))
    await asyncio.sleep(0.03)
    assert r.floor == []
    fork.commit()
    await asyncio.sleep(0.03)
    assert r.floor[0] == commit
    assert [effect.text for effect in r.floor if isinstance(effect, Say)] == ["One moment."]
    r.conversation.feed(Answered(request="c1", result={"status": "done"}, now=NOW))
    r.conversation.feed(said("yes"))
    r.conversation.feed(Answered(request="c1", result={"status": "done"}, now=NOW))
    await asyncio.sleep(0.03)
    assert len([effect for effect in r.floor if isinstance(effect, Say)]) == 1
