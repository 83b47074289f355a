"""What is asked again is answered as it was; what was never asked is not answered."""

from __future__ import annotations

from typing import Any

from voicebot.dialogue.rerun.answers import Answers, addressed, answers_to
from voicebot.records.events.oms import OmsAnswered, OmsRequested
from voicebot.records.projections.reads import reads
from voicebot.records.projections.steps import Step
from voicebot.records.sample import log_of


def query(request: str, number: str = "1") -> dict[str, Any]:
    return {"kind": "query", "request": request, "op": "find_orders", "args": {"number": number}, "filler": []}


def handoff(request: str, summary: str = "") -> dict[str, Any]:
    return {"kind": "handoff", "request": request, "reason": "policy", "queue": "default", "summary": summary}


def told(request: str, status: str = "ok") -> dict[str, Any]:
    return {"kind": "query_answered", "request": request, "result": {"status": status}, "now": "n"}


def result(request: str, status: str) -> dict[str, Any]:
    return {"kind": "handoff_result", "request": request, "status": status, "now": "n"}


def given(row: dict[str, Any], *effects: dict[str, Any]) -> Step:
    return Step(turn=0, input=row, effects=effects)


OPENED = {"kind": "call_opened"}
SAID = {"kind": "user_said"}


def test_the_number_of_a_request_does_not_matter_its_arguments_do() -> None:
    answers = Answers([given(OPENED, query("r1")), given(told("r1"))])
    assert answers.find(query("r7", "2"), 0) is None
    asked = answers.find(query("r7"), 0)
    assert asked is not None
    assert (asked.id, asked.answer, asked.answered_at) == ("r1", told("r1"), 1)


def test_what_is_asked_twice_is_answered_in_order_where_it_was_asked() -> None:
    log = [
        given(OPENED, query("r1")),
        given(told("r1", "timeout")),
        given(SAID, query("r2")),
        given(told("r2")),
        given(SAID),
    ]
    answers = Answers(log)
    assert answers.find(query("x"), 2).id == "r2"  # type: ignore[union-attr]
    later = Answers(log)
    assert later.find(query("x"), 4).id == "r2"  # type: ignore[union-attr]
    assert later.find(query("y"), 4).id == "r1"  # type: ignore[union-attr]


def test_a_read_may_be_repeated_a_deed_is_answered_once() -> None:
    log = [given(OPENED, query("r1"), handoff("r2", "a late order")), given(told("r1")), given(result("r2", "failed"))]
    answers = Answers(log)
    assert [answers.find(query(f"n{i}"), 2) is not None for i in range(3)] == [True, True, True]
    assert [answers.find(handoff(f"n{i}", "other words"), 2) is not None for i in range(2)] == [True, False]


def test_what_was_read_ahead_is_known() -> None:
    def read(status: str) -> Answers:
        asked = OmsRequested(request="p1", op="find_orders", args={"number": "1"}, why="prefetch")
        came = OmsAnswered(
            request="p1", op="find_orders", status=status, took_ms=1, result={"status": status, "orders": []}
        )
        return Answers([given(OPENED)], reads(log_of([(0, 0, asked), (1, 0, came)])))

    asked = read("not_found").find(query("r1"), 0)
    assert asked is not None
    assert asked.answer is not None
    assert asked.answer["result"] == {"status": "not_found", "orders": []}
    assert read("cancelled").find(query("r1"), 0) is None


def test_a_failure_may_answer_a_request() -> None:
    failed = {"kind": "failed", "where": "handoff", "now": "n", "detail": {"request": "r2"}}
    assert answers_to(failed) == "r2"
    assert answers_to({"kind": "failed", "where": "talk", "now": "n", "detail": {}}) is None
    assert addressed(failed, "r9", "later") == {**failed, "now": "later", "detail": {"request": "r9"}}
    assert addressed(told("r1"), "r9", "later") == {**told("r9"), "now": "later"}


def test_a_request_that_was_never_answered_is_known_as_that() -> None:
    asked = Answers([given(OPENED, query("r1")), given(SAID)]).find(query("r4"), 0)
    assert asked is not None
    assert asked.answer is None


def test_looking_at_a_recorded_answer_does_not_use_it_up() -> None:
    answers = Answers([given(OPENED, handoff("r2")), given(result("r2", "failed"))])
    assert answers.recorded(handoff("x"), 0) == result("r2", "failed")
    assert answers.find(handoff("x"), 0) is not None
    assert answers.recorded(query("x"), 0) is None


def test_effects_of_any_kind_are_answered_by_any_input_that_names_them() -> None:
    plan = {"kind": "plan_action", "request": "r3", "action": "cancel", "order": "o1", "args": {}, "filler": []}
    commit = {"kind": "commit_action", "request": "r4", "plan": "p1", "filler": []}
    log = [
        given(OPENED, plan),
        given({"kind": "answered", "request": "r3", "result": {"status": "ok", "plan": "p1"}, "now": "n"}, commit),
        given({"kind": "answered", "request": "r4", "result": {"status": "done"}, "now": "n"}),
    ]
    answers = Answers(log)
    assert answers.find({**plan, "request": "r9", "filler": [{"kind": "text", "value": "Hm."}]}, 0).id == "r3"  # type: ignore[union-attr]
    assert answers.find({**plan, "request": "r9", "order": "o2"}, 0) is None
    assert answers.find({**commit, "request": "r9"}, 1).id == "r4"  # type: ignore[union-attr]
    assert answers.find({**commit, "request": "r10"}, 1) is None, "it was done once"
