from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from oms_builders import NOW, FakeConnector, FakeLog, jumping, order, parcel, timed

from voicebot.oms.connector import Cap, Unavailable
from voicebot.oms.desk import CallReads, OrderDesk
from voicebot.oms.model import CustomerRef
from voicebot.oms.settings import OmsSettings
from voicebot.oms.status import ShipmentStatus
from voicebot.records.events.oms import OmsAnswered, OmsRequested

ELENA = CustomerRef(id="c-1", first_name="Elena", tier="gold")
LATE = order(parcel(ShipmentStatus.DELAYED), promised=-3)


def opened(connector: FakeConnector) -> tuple[OrderDesk, CallReads, FakeLog]:
    desk = OrderDesk(connector, OmsSettings(max_orders=2), wall=lambda: NOW)
    log = FakeLog()
    return desk, desk.for_call(log), log


def answered(log: FakeLog) -> list[OmsAnswered]:
    return [event for event in log.events if isinstance(event, OmsAnswered)]


async def by_number(reads: CallReads, number: str, deadline_s: float = 1.0) -> Mapping[str, Any]:
    return await reads.query("find_orders", {"number": number}, request="q1", deadline_s=deadline_s)


def test_found_order_and_its_two_events() -> None:
    async def story() -> None:
        _, reads, log = opened(FakeConnector(orders=[LATE], customers=[ELENA]))
        result = await by_number(reads, "448-1207")
        assert result["status"] == "ok"
        assert [o["number"] for o in result["orders"]] == ["4481207"]
        assert result["customer"] == {"id": "c-1", "first_name": "Elena", "tier": "gold"}
        assert result["nearest"] == []
        assert result["fetched_at"] == NOW.isoformat(timespec="milliseconds")
        json.dumps(result)
        requested, answer = log.events
        assert requested == OmsRequested(request="q1", op="find_orders", args={"number": "448-1207"}, why="turn")
        assert isinstance(answer, OmsAnswered)
        assert (answer.request, answer.status, answer.cached, answer.result) == ("q1", "ok", False, result)
        assert answer.took_ms == pytest.approx(100)

    jumping(story)


def test_unknown_number_brings_its_neighbours() -> None:
    async def story() -> None:
        _, reads, _ = opened(FakeConnector(orders=[LATE], near=("4481207",)))
        result = await by_number(reads, "4481201")
        assert (result["status"], result["orders"], result["nearest"]) == ("not_found", [], ["4481207"])
        assert result["customer"] is None

    jumping(story)


def test_all_hypotheses_are_searched_for_a_number_that_does_not_exist() -> None:
    async def story() -> None:
        connector = FakeConnector(orders=[LATE], near=("4481207",))
        _, reads, _ = opened(connector)
        heard = [["4481201", -0.2], ["448-1291", -0.4], ["x"], "y", [1, 2]]
        await reads.query("find_orders", {"number": "4481201", "heard": heard}, request="q1", deadline_s=1.0)
        assert connector.asked == ["find number 4481201", "nearest 4481201 4481291"]

    jumping(story)


def test_a_number_that_exists_brings_rivals_that_were_heard_and_exist_and_nothing_else() -> None:
    async def story() -> None:
        connector = FakeConnector(orders=[LATE], near=("4481207", "4481209", "4481203"))
        _, reads, _ = opened(connector)
        heard = [["4481207", -0.2], ["4481209", -0.3], ["4481203", -4.0]]
        found = await reads.query("find_orders", {"number": "4481207", "heard": heard}, request="q1", deadline_s=1.0)
        assert found["nearest"] == ["4481209"]
        sure = [["4481207", -0.2], ["4481209", -4.0]]
        await reads.query("find_orders", {"number": "4481207", "heard": sure}, request="q2", deadline_s=1.0)
        assert sum(asked.startswith("nearest") for asked in connector.asked) == 1

    jumping(story)


def test_who_tries_numbers_is_not_told_which_exist() -> None:
    async def story() -> None:
        desk = OrderDesk(FakeConnector(orders=[LATE], near=("4481207",)), OmsSettings(hints_per_call=4))
        reads = desk.for_call(FakeLog())
        answers = [(await by_number(reads, f"448120{last}"))["nearest"] for last in (1, 2, 2, 3, 4, 5, 6, 1)]
        hint = ["4481207"]
        assert answers == [hint, hint, hint, hint, hint, [], [], hint], "four numbers, however often"
        assert (await by_number(desk.for_call(FakeLog()), "4481205"))["nearest"] == hint, "another call"

    jumping(story)


def test_backend_without_neighbours_is_not_asked_for_them() -> None:
    async def story() -> None:
        connector = FakeConnector(caps=frozenset({Cap.FIND_BY_NUMBER}))
        _, reads, _ = opened(connector)
        assert (await by_number(reads, "1"))["nearest"] == []
        assert connector.asked == ["find number 1"]
        by_phone = await reads.query("find_orders", {"phone": "+14155550134"}, request="q2", deadline_s=1)
        assert by_phone["status"] == "unavailable"

    jumping(story)


def test_two_customers_behind_one_phone_are_not_guessed() -> None:
    async def story() -> None:
        other = CustomerRef(id="c-2", first_name="Omar")
        _, reads, _ = opened(FakeConnector(orders=[LATE], customers=[ELENA, other]))
        result = await reads.query("find_orders", {"phone": "+14155550134"}, request="q1", deadline_s=1)
        assert result["customer"] is None
        assert [c["id"] for c in result["customers"]] == ["c-1", "c-2"]

    jumping(story)


def test_customer_without_orders_is_found() -> None:
    async def story() -> None:
        _, reads, _ = opened(FakeConnector(customers=[ELENA]))
        result = await reads.query("find_orders", {"email": "e@example.com"}, request="q1", deadline_s=1)
        assert (result["status"], result["orders"]) == ("ok", [])
        assert result["customer"]["id"] == "c-1"

    jumping(story)


def test_long_lists_are_cut() -> None:
    async def story() -> None:
        many = [order(number=str(n)) for n in range(9)]
        _, reads, _ = opened(FakeConnector(orders=many, customers=[ELENA]))
        result = await reads.query("find_orders", {"customer_id": "c-1"}, request="q1", deadline_s=1)
        assert len(result["orders"]) == 2

    jumping(story)


@pytest.mark.parametrize(
    ("op", "args", "status"),
    [
        ("find_orders", {}, "not_found"),
        ("find_orders", {"phone": "anonymous"}, "not_found"),
        ("get_order", {}, "bad_answer"),
        ("get_order", {"id": "o-404"}, "not_found"),
        ("drop_orders", {}, "bad_answer"),
    ],
)
def test_every_question_gets_a_status(op: str, args: dict[str, Any], status: str) -> None:
    async def story() -> None:
        _, reads, log = opened(FakeConnector(orders=[LATE]))
        result = await reads.query(op, args, request="q1", deadline_s=1)
        assert result["status"] == status
        assert answered(log)[0].cause

    jumping(story)


def test_trouble_is_a_status_with_a_cause() -> None:
    async def story() -> None:
        _, reads, log = opened(FakeConnector(fault=lambda: Unavailable("answered 500")))
        assert await by_number(reads, "4481207") == {"status": "unavailable"}
        assert "answered 500" in answered(log)[0].cause

    jumping(story)


def test_slow_backend_is_a_timeout_on_time() -> None:
    async def story() -> None:
        _, reads, log = opened(FakeConnector(orders=[LATE], takes_s=30))
        result, took_s = await timed(by_number(reads, "4481207", deadline_s=0.4))
        assert result == {"status": "timeout"}
        assert took_s == pytest.approx(0.4)
        assert answered(log)[0].took_ms == pytest.approx(400)

    jumping(story)


def test_flaw_in_an_order_costs_one_answer(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        broken = order(parcel(ShipmentStatus.DELIVERED))
        object.__setattr__(broken, "lines", None)
        _, reads, _ = opened(FakeConnector(orders=[broken]))
        assert (await by_number(reads, "4481207"))["status"] == "bad_answer"

    jumping(story)
    assert "facts could not be made" in caplog.text


def test_prefetch_by_phone_answers_later_questions_about_the_same_order() -> None:
    async def story() -> None:
        connector = FakeConnector(orders=[LATE], customers=[ELENA])
        _, reads, log = opened(connector)
        reads.prefetch("find_orders", {"phone": "+14155550134"})
        reads.prefetch("find_orders", {"phone": "+14155550134"})
        await asyncio.sleep(0.2)
        for args in ({"phone": "(415) 555-0134"}, {"number": "4481207"}):
            result, took_s = await timed(reads.query("find_orders", args, request="q", deadline_s=1))
            assert (result["status"], took_s) == ("ok", 0.0)
        assert (await reads.query("get_order", {"id": "o-4481207"}, request="q", deadline_s=1))["status"] == "ok"
        assert connector.asked == ["find phone +14155550134"]
        prefetched, *later = answered(log)
        assert (prefetched.request, prefetched.cached) == ("prefetch-1", False)
        assert all(answer.cached and answer.saved_ms == pytest.approx(100) for answer in later)
        assert [e.why for e in log.events if isinstance(e, OmsRequested)] == ["prefetch", "turn", "turn", "turn"]

    jumping(story)


def test_a_number_that_wants_a_digit_brings_the_order_next_to_it() -> None:
    async def story() -> None:
        connector = FakeConnector(orders=[LATE], near=("4481207",))
        _, reads, log = opened(connector)
        reads.foresee([("near_orders", {"number": "448120"})])
        await asyncio.sleep(0.5)
        assert connector.asked == ["nearest 448120", "find number 4481207"]
        result, took_s = await timed(by_number(reads, "4481207"))
        assert (result["status"], took_s) == ("ok", 0.0)
        assert [answer.status for answer in answered(log)] == ["ok", "ok", "ok"]

    jumping(story)


def test_query_joins_a_prefetch_under_way() -> None:
    async def story() -> None:
        connector = FakeConnector(orders=[LATE], takes_s=0.3)
        _, reads, log = opened(connector)
        reads.prefetch("find_orders", {"number": "4481207"})
        await asyncio.sleep(0.2)
        _, took_s = await timed(by_number(reads, "4481207"))
        assert took_s == pytest.approx(0.1)
        assert len(connector.asked) == 1
        assert answered(log)[-1].saved_ms == pytest.approx(200)

    jumping(story)


def test_prefetches_are_bounded_per_call() -> None:
    async def story() -> None:
        connector = FakeConnector(takes_s=0.0)
        desk = OrderDesk(connector, OmsSettings(prefetches_per_call=3), wall=lambda: NOW)
        reads = desk.for_call(FakeLog())
        for number in range(9):
            reads.prefetch("find_orders", {"payment_reference": f"PAY-{number}"})
            await asyncio.sleep(0.1)
        assert len(connector.asked) == 3

    jumping(story)


def test_hang_up_cancels_what_nobody_waits_for() -> None:
    async def story() -> None:
        _, reads, log = opened(FakeConnector(takes_s=60))
        reads.prefetch("find_orders", {"number": "1"})
        await asyncio.sleep(0.1)
        await reads.close()
        assert [answer.status for answer in answered(log)] == ["cancelled"]

    jumping(story)


def test_calls_share_snapshots_but_not_logs() -> None:
    async def story() -> None:
        connector = FakeConnector(orders=[LATE])
        desk, reads, log = opened(connector)
        other_log = FakeLog(call_id="call-2")
        await by_number(reads, "4481207")
        await by_number(desk.for_call(other_log), "4481207")
        assert len(connector.asked) == 1
        assert answered(other_log)[0].cached
        assert not answered(log)[0].cached
        await desk.close()
        assert connector.closed

    jumping(story)


def test_today_is_the_shops() -> None:
    assert OrderDesk(FakeConnector(), OmsSettings(), wall=lambda: NOW).today() == "2026-11-21"
