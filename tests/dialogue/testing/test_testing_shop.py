"""The order system of a test."""

from __future__ import annotations

from typing import Any

from voicebot.dialogue.effects import (
    AbandonPlan,
    BookCallback,
    CheckProof,
    CommitAction,
    Handoff,
    PlanAction,
    Query,
    SendCode,
    SendMessage,
)
from voicebot.dialogue.inputs import Answered, CallbackBooked, Failed, HandoffResult, QueryAnswered
from voicebot.dialogue.testing.cases import Case
from voicebot.dialogue.testing.shop import Shop

NAMED: dict[str, dict[str, Any]] = {
    "sent": {"number": "4481207", "phone": "+14155550134", "email": "Sam@example.com", "customer_id": "c1",
             "headline": "the shoes", "delivery": {"state": "in_transit", "eta": "2026-11-23"},
             "shipments": [{"state": "in_transit", "eta": "2026-11-23", "headline": "the shoes"}],
             "items": [{"name": "shoes", "quantity": 1}, {"name": "socks", "quantity": 2}]},
    "lost": {"like": "sent", "delivery": {"state": "lost"}},
}  # fmt: skip


def shop(*orders: dict[str, Any], **rest: Any) -> Shop:
    given = {"test": "T", "turns": [{}], "orders": orders or [{"like": "sent"}], **rest}
    return Shop(Case.model_validate(given), NAMED)


def read(where: Shop, **args: Any) -> Any:
    answer = where.answer(Query(request="r1", op="find_orders", args=args))
    assert isinstance(answer, QueryAnswered)
    return answer.result


def done(where: Shop, effect: Any) -> Any:
    answer = where.answer(effect)
    assert isinstance(answer, Answered)
    assert answer.request == effect.request
    return answer.result


def prove(where: Shop, value: str, factor: str = "postcode") -> Any:
    return done(where, CheckProof(request="r1", order="id-4481207", factor=factor, value=value))


def test_orders_are_found_by_number_phone_and_address_and_tell_neither() -> None:
    for args in ({"number": "448 1207"}, {"phone": "+14155550134"}, {"email": "sam@EXAMPLE.com"}):
        result = read(shop(), **args)
        [order] = result["orders"]
        assert (result["status"], order["number"], order["subject"]) == ("ok", "4481207", "c1")
        assert not {"phone", "email"} & order.keys()
    assert read(shop(), number="999")["status"] == "not_found"
    assert read(shop(), phone=None)["status"] == "not_found"


def test_numbers_near_one_that_does_not_exist_are_named() -> None:
    two = shop({"like": "sent"}, {"like": "sent", "number": "9999999"})
    assert read(two, number="4481201")["nearest"] == ["4481207"]
    heard = [["4481207", -0.4], ["9999999", -0.5], ["1111111", -0.6]]
    assert read(two, number="4481207", heard=heard)["nearest"] == ["9999999"], "rivals that exist"
    assert read(two, number="4481207")["nearest"] == []


def test_an_order_takes_from_the_one_it_is_like() -> None:
    where = shop({"like": "lost", "number": "5", "item": {"name": "boots"}})
    [order] = read(where, number="5")["orders"]
    assert order["id"] == "id-5", "another number is another order"
    assert order["delivery"] == {"state": "lost", "eta": "2026-11-23"}
    assert order["shipments"][0] == {"state": "lost", "eta": "2026-11-23", "headline": "the shoes"}
    assert [item["name"] for item in order["items"]] == ["boots", "socks"]
    result = where.answer(Query(request="r", op="get_order", args={"id": "id-5"}))
    assert isinstance(result, QueryAnswered)
    assert result.result["order"]["number"] == "5"
    own = [{"state": "delivered"}, {"state": "lost"}]
    assert read(shop({"like": "lost", "shipments": own}), number="4481207")["orders"][0]["shipments"] == own


def test_a_test_changes_answers_by_status_by_mapping_and_in_turn() -> None:
    assert read(shop(answers={"find_orders": "timeout"}), number="4481207") == {"status": "timeout"}
    in_turn = shop(answers={"find_orders": ["timeout", {}, {"orders": []}]})
    assert [len(read(in_turn, number="4481207").get("orders", ())) for _ in range(4)] == [0, 1, 0, 0]
    found = shop(answers={"find_products": {"products": [{"id": "p"}]}})
    answer = found.answer(Query(request="r", op="find_products", args={}))
    assert isinstance(answer, QueryAnswered)
    assert answer.result == {"status": "ok", "products": [{"id": "p"}]}, "an answer was given, so something is found"


def test_late_answers_come_after_so_many_more_deeds() -> None:
    where = shop(answers={"find_orders": ["late", {"late": 2, "orders": []}, {}]})
    where.deeds = 1
    ask = Query(request="r1", op="find_orders", args={"number": "4481207"})
    assert (where.answer(ask), where.answer(ask), where.due()) == (None, None, [])
    assert where.answer(ask) is not None, "its turn is over"
    where.deeds = 2
    [first] = where.due()
    assert isinstance(first, QueryAnswered)
    assert "late" not in first.result
    assert (first.result["status"], len(first.result["orders"])) == ("ok", 1)
    assert where.due() == []
    where.deeds = 3
    [second] = where.due()
    assert isinstance(second, QueryAnswered)
    assert second.result["orders"] == []


def test_plans_and_what_comes_of_them() -> None:
    where = shop(answers={"plan cancel": {"refund_minor": 500, "needs": 3}, "plan return": "unsupported"})
    plan = done(where, PlanAction(request="r2", action="cancel", order="id-4481207"))
    assert (plan["status"], plan["plan"], plan["subject"], plan["needs"]) == ("ok", "p1", "c1", 3)
    assert plan["preview"] == {"headline": "the shoes", "currency": "USD", "refund_minor": 500}
    committed = done(where, CommitAction(request="r3", plan="p1"))
    assert (committed["status"], committed["refund_minor"]) == ("done", 500)
    assert committed["reference"]
    assert done(where, PlanAction(request="r4", action="return", order="id-4481207")) == {"status": "unsupported"}
    usual = done(where, PlanAction(request="r5", action="address_change", order="id-4481207"))
    assert (usual["plan"], usual["needs"]) == ("p3", 3), "the level that the action needs"
    refused = {"status": "not_allowed", "reason": "already_shipped"}
    assert done(shop(answers={"plan cancel": refused}), PlanAction(request="r", action="cancel", order="x")) == refused
    assert where.answer(AbandonPlan(plan="p1")) is None


def test_proofs_are_counted_and_then_locked() -> None:
    where = shop(on_file={"postcode": "SW1A 1AA", "email": None})
    assert prove(where, "x@example.com", "email") == {"status": "no_proof"}
    assert prove(where, "SW1A1AB") == {"status": "mismatch", "left": 2}
    assert prove(where, "sw1a 1aa") == {"status": "ok", "subject": "c1", "proved": 2}
    assert prove(where, "N1")["left"] == 1
    assert prove(where, "N1") == {"status": "locked", "left": 0}
    assert prove(where, "SW1A 1AA")["status"] == "locked", "the right one comes too late"
    assert prove(shop(), "482913", "code")["proved"] == 3
    assert prove(shop(answers={"prove code": "unavailable"}), "482913", "code") == {"status": "unavailable"}


def test_people_codes_and_messages() -> None:
    where = shop(answers={"handoff": "no_target"})
    assert where.answer(Handoff(request="r", reason="policy")) == HandoffResult(
        request="r", status="no_target", now="2026-11-20T12:00:00Z"
    )
    transferred = shop().answer(Handoff(request="r", reason="policy"))
    assert isinstance(transferred, HandoffResult)
    assert transferred.status == "transferred"
    booked = shop(today="2026-12-01").answer(BookCallback(request="r", number="+1"))
    assert isinstance(booked, CallbackBooked)
    assert (booked.number, booked.due) == ("+1", "2026-12-01T20:00:00Z")
    lost = shop(answers={"callback": "failed"}).answer(BookCallback(request="r", number="+1"))
    assert isinstance(lost, Failed)
    assert lost.detail == {"request": "r"}
    assert done(shop(), SendCode(request="r", order="o")) == {"status": "sent", "channel": "sms"}
    by_text = shop(answers={"message": {"channel": "sms"}})
    assert done(by_text, SendMessage(request="r", order="o", kind="k", wording=()))["channel"] == "sms"
