"""When the first look-up was there, by the call's log; and the shares."""

from __future__ import annotations

from typing import Any

import _benchmarks_path  # noqa: F401
import prefetch
import pytest
from _ahead import LookUp, by_kind, first_look_up, summary
from _common import FIXTURES

from voicebot.records.events.base import CallEvent, Record
from voicebot.records.events.oms import OmsAnswered, OmsRequested
from voicebot.records.events.turn import TurnCommitted

NUMBER, OTHER = "4481207", "4480022"
BEGAN_MS, STOPPED_MS = 500.0, 1000.0


def log(*events: tuple[float, CallEvent]) -> list[Record]:
    ordered = sorted(events, key=lambda one: one[0])
    return [Record(call_id="c", seq=i, at_ms=at, wall="", turn=1, event=e) for i, (at, e) in enumerate(ordered, 1)]


def asked(
    at_ms: float, took_ms: float, why: str, *, order: str = NUMBER, **answer: Any
) -> list[tuple[float, CallEvent]]:
    name = f"{why}-{at_ms}"
    facts: dict[str, Any] = {"status": "ok", "took_ms": took_ms, "result": {"orders": [{"number": order}]}} | answer
    return [
        (at_ms, OmsRequested(request=name, op="find_orders", why=why)),
        (at_ms + took_ms, OmsAnswered(request=name, op="find_orders", **facts)),
    ]


TAKEN = (1250.0, TurnCommitted(text="", speculated=True))
CACHED: dict[str, Any] = {"cached": True, "saved_ms": 100.0}


def found(*events: tuple[float, CallEvent]) -> LookUp:
    return first_look_up(log(*events), NUMBER, (BEGAN_MS, STOPPED_MS), kind="k", call="c")


def test_read_at_ring_time_it_is_there_before_the_caller_stops() -> None:
    one = found(*asked(0, 100, "prefetch"), *asked(1100, 1, "speculation", **CACHED), TAKEN)
    assert (one.why, one.began_ms, one.ready_ms) == ("prefetch", -1000.0, -900.0)
    assert (one.in_time, one.before_turn) == (True, True)


def test_asked_by_the_turn_it_is_late_whatever_other_orders_were_read() -> None:
    one = found(*asked(0, 100, "prefetch", order=OTHER), TAKEN, *asked(1260, 100, "turn"))
    assert (one.why, one.ready_ms, one.in_time, one.before_turn) == ("turn", 360.0, False, False)


def test_a_request_that_was_joined_counts_from_its_own_beginning() -> None:
    joined = asked(1150, 50, "speculation", saved_ms=60.0)
    one = found(*asked(1090, 110, "prefetch"), *joined, TAKEN)
    assert (one.why, one.began_ms, one.ready_ms) == ("prefetch", 90.0, 200.0)
    assert (one.in_time, one.before_turn) == (False, True)


def test_a_prefetch_that_found_nothing_is_none() -> None:
    nothing = asked(600, 100, "prefetch", status="not_found", result={})
    assert found(*nothing, *asked(1100, 100, "speculation"), TAKEN).why == "speculation"


def test_without_the_order_the_call_is_late() -> None:
    for events, trouble in (
        ((TAKEN,), "not looked up"),
        ((*asked(1100, 100, "turn", order=OTHER), TAKEN), "not looked up"),
        ((*asked(600, 100, "prefetch"), TAKEN), "not looked up"),
        (tuple(asked(600, 100, "turn")), "no turn"),
        ((*asked(1100, 1, "turn", **CACHED), TAKEN), "another call"),
    ):
        one = found(*events)
        assert trouble in one.trouble
        assert not one.in_time
        assert not one.before_turn
        assert trouble in str(one)


def test_shares_are_of_all_calls() -> None:
    early = LookUp(kind="a", call="c", why="prefetch", began_ms=-200, ready_ms=-100.0, taken_ms=250.0)
    late = LookUp(kind="b", call="c", why="turn", began_ms=260.0, ready_ms=360.0, taken_ms=250.0)
    never = LookUp(kind="b", call="c", trouble="the order was not looked up")
    whole = summary([early, late, never, never])
    assert (whole["calls"], whole["looked_up"]) == (4, 2)
    assert (whole["before_stop_percent"], whole["look_ups_before_stop_percent"]) == (25.0, 50.0)
    assert whole["ready_p50_ms"] == pytest.approx(130.0)
    assert whole["asked_by"] == {"prefetch": 1, "turn": 1}
    kinds = by_kind([early, late, never])
    assert list(kinds) == ["a", "b"]
    assert (kinds["a"]["before_stop_percent"], kinds["b"]["before_stop_percent"]) == (100.0, 0.0)
    assert summary([])["before_stop_percent"] is None


def test_what_the_dialogue_asked_before_the_caller_spoke_is_there_in_time() -> None:
    opening = [(300.0, TAKEN[1]), *asked(310, 50, "turn")]
    one = found(*opening, TAKEN, *asked(1260, 100, "turn"))
    assert (one.why, one.ready_ms, one.taken_ms, one.in_time) == ("turn", -640.0, 250.0, True)
    assert found(*opening).trouble == "no turn was taken"


def test_every_kind_of_caller_has_its_clips_and_is_part_of_a_quick_run() -> None:
    for caller in prefetch.CALLERS:
        assert all((FIXTURES / f"{clip}.flac").exists() for clip in caller.says)
    assert {one.kind for one in prefetch.CALLERS if one.quick} == {one.kind for one in prefetch.CALLERS}
