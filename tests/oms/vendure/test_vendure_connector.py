"""What is asked of Vendure, and in which order; a real one is asked by the conformance suite."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from vendure_fake import Json, Shop, ago, entry, order, payment, refund, refused

from voicebot.oms.actions import Action, ActionKind, ActionPlan
from voicebot.oms.connector import (
    UNDER_WAY_S,
    Cap,
    Conflict,
    Deadline,
    DeadlineExceeded,
    NotAllowed,
)
from voicebot.oms.connectors.marks import stamp
from voicebot.oms.connectors.vendure import VendureConnector
from voicebot.oms.connectors.wishes import Unsupported

ADDRESS = {"address": {"street": "9 Lindenallee"}}
MARK = stamp("k")


def soon() -> Deadline:
    return Deadline.after(5)


async def plan(connector: VendureConnector, kind: ActionKind, **args: Any) -> ActionPlan:
    now = await connector.get_order("1", deadline=soon())
    return await connector.plan(Action(kind=kind, target="1", args=args), now, plan_id="p", deadline=soon())


async def test_an_address_is_changed_in_modifying_and_the_order_taken_back() -> None:
    shop = Shop()
    connector = shop.connector()
    planned = await plan(connector, ActionKind.ADDRESS_CHANGE, **ADDRESS)
    assert shop.names == ["Order", "Order"]
    result = await connector.commit(planned, key="k", deadline=soon())
    assert (result.status, result.reference) == ("committed", "41207")
    assert shop.names[3:] == ["Transition", "Modify", "Modify", "Transition"]
    assert shop.states() == ["Modifying", "PaymentSettled"]
    sent = [given["input"] for name, given in shop.asked if name == "Modify"]
    assert [each["dryRun"] for each in sent] == [True, False]
    assert sent[1]["updateShippingAddress"]["city"] == "Albany"
    assert sent[1]["note"] == MARK
    assert await connector.outcome(planned, key="k", deadline=soon()) is not None
    assert await connector.outcome(planned, key="another", deadline=soon()) is None


async def test_a_change_that_would_cost_something_else_by_now_is_a_conflict_and_undone() -> None:
    shop = Shop()
    connector = shop.connector()
    planned = await plan(connector, ActionKind.ADDRESS_CHANGE, **ADDRESS)
    shop.total += 500
    with pytest.raises(Conflict, match="cost"):
        await connector.commit(planned, key="k", deadline=soon())
    assert shop.order["state"] == "PaymentSettled"
    assert shop.order["modifications"] == []


async def test_an_order_goes_to_the_address_in_the_account() -> None:
    shop = Shop()
    home = {"streetLine1": "9 Harbour Row", "city": "Salem", "postalCode": "01970", "country": {"code": "US"}}
    old = {**home, "streetLine1": "1 Old Road"}
    person = {**shop.order["customer"], "addresses": [old, {**home, "defaultShippingAddress": True}]}
    shop.answers["Customer"] = {"customer": person}
    connector = shop.connector()
    planned = await plan(connector, ActionKind.ADDRESS_CHANGE, address_of="account")
    await connector.commit(planned, key="k", deadline=soon())
    sent = [given["input"] for name, given in shop.asked if name == "Modify"][-1]["updateShippingAddress"]
    assert (sent["fullName"], sent["streetLine1"], sent["city"]) == ("Nora Whitfield", "9 Harbour Row", "Salem")
    person["addresses"] = [old, home]
    with pytest.raises(NotAllowed) as error:
        await plan(connector, ActionKind.ADDRESS_CHANGE, address_of="account")
    assert error.value.reason == "bad_address"


async def test_another_orders_address_is_taken_only_when_it_is_the_same_customers() -> None:
    shop = Shop()
    there = {**shop.order["shippingAddress"], "streetLine1": "9 Harbour Row"}
    stranger = {**shop.order["customer"], "id": "5"}
    others = {
        "2": order("2", shippingAddress=there),
        "3": order("3", shippingAddress=there, customer=stranger),
    }
    shop.answers["Order"] = lambda given: {"order": others.get(given["id"], shop.order)}
    connector = shop.connector()
    planned = await plan(connector, ActionKind.ADDRESS_CHANGE, address_of="2")
    await connector.commit(planned, key="k", deadline=soon())
    sent = [given["input"] for name, given in shop.asked if name == "Modify"][-1]["updateShippingAddress"]
    assert sent["streetLine1"] == "9 Harbour Row"
    for source in ("3", "99"):
        with pytest.raises(NotAllowed) as error:
            await plan(connector, ActionKind.ADDRESS_CHANGE, address_of=source)
        assert error.value.reason == "not_found"


async def test_there_is_no_store_credit_to_settle_with() -> None:
    with pytest.raises(Unsupported, match="store credit"):
        await plan(Shop().connector(), ActionKind.ITEM_CHANGE, lines=[], settle="store_credit")


async def test_an_order_that_somebody_opened_first_is_left_to_him() -> None:
    shop = Shop()
    connector = shop.connector()
    planned = await plan(connector, ActionKind.ADDRESS_CHANGE, **ADDRESS)
    shop.answers["Transition"] = refused("ORDER_STATE_TRANSITION_ERROR")
    with pytest.raises(Conflict):
        await connector.commit(planned, key="k", deadline=soon())
    assert shop.states() == ["Modifying"]


async def test_when_nobody_knows_whether_it_was_opened_the_history_tells() -> None:
    shop = Shop()
    connector = shop.connector()
    planned = await plan(connector, ActionKind.ADDRESS_CHANGE, **ADDRESS)
    first = [True]

    def lose_one(given: Json) -> Json | httpx.Response:
        answer = shop.move(given)
        return httpx.Response(502) if first and first.pop() else answer

    shop.answers["Transition"] = lose_one
    with pytest.raises(Exception, match="502"):
        await connector.commit(planned, key="k", deadline=soon())
    assert shop.states() == ["Modifying", "PaymentSettled"]


async def test_a_way_back_that_failed_is_made_up_for_at_the_next_look() -> None:
    shop = Shop()
    connector = shop.connector()
    planned = await plan(connector, ActionKind.ADDRESS_CHANGE, **ADDRESS)
    shop.answers["Transition"] = lambda given: (
        httpx.Response(503) if given["state"] == "PaymentSettled" else shop.move(given)
    )
    result = await connector.commit(planned, key="k", deadline=soon())
    assert (result.status, shop.order["state"]) == ("committed", "Modifying")
    shop.answers["Transition"] = shop.move
    assert await connector.modifying.sweep(soon()) == 1
    assert shop.order["state"] == "PaymentSettled"
    assert await connector.modifying.sweep(soon()) == 0


@pytest.mark.parametrize(
    ("by", "age_s", "rescued"), [("9", 90, True), ("9", 5, False), ("1", 90, False), ("1", 90_000, False)]
)
async def test_only_our_own_forgotten_orders_are_taken_back(by: str, age_s: float, rescued: bool) -> None:
    opened = entry("ORDER_STATE_TRANSITION", at=ago(age_s), by=by, **{"from": "PaymentAuthorized", "to": "Modifying"})
    shop = Shop(state="Modifying", history={"items": [opened]})
    connector = shop.connector(forgotten_s=60)
    assert await connector.modifying.sweep(soon()) == int(rescued)
    assert shop.states() == (["PaymentAuthorized"] if rescued else [])


@pytest.mark.parametrize("by", ["9", "1"])
async def test_the_next_plan_takes_back_what_we_forgot_and_leaves_a_colleagues(by: str) -> None:
    opened = entry("ORDER_STATE_TRANSITION", at=ago(90), by=by, **{"from": "PaymentSettled", "to": "Modifying"})
    shop = Shop(state="Modifying", history={"items": [opened]})
    connector = shop.connector(forgotten_s=60)
    known = replace(await connector.get_order("1", deadline=soon()), version="")
    for kind, planned in ((ActionKind.NOTE, True), (ActionKind.CANCEL, by == "9")):
        action = Action(kind=kind, target="1", args={"text": "call back"})
        if planned:
            await connector.plan(action, known, plan_id="p", deadline=soon())
        else:
            with pytest.raises(Conflict):
                await connector.plan(action, known, plan_id="p", deadline=soon())
    assert shop.states() == (["PaymentSettled"] if by == "9" else [])


async def test_cancelling_gives_back_what_was_captured() -> None:
    shop = Shop()
    connector = shop.connector()
    planned = await plan(connector, ActionKind.CANCEL, reason="changed my mind")
    assert planned.preview["refund_minor"] == 3146
    result = await connector.commit(planned, key="k", deadline=soon())
    assert result.facts["refund_minor"] == 3146
    sent = {name: given["input"] for name, given in shop.asked if name in ("Cancel", "Refund")}
    assert sent["Cancel"] == {"orderId": "1", "reason": f"changed my mind ({MARK})", "cancelShipping": True}
    zeros = {"lines": [], "shipping": 0, "adjustment": 0}
    assert sent["Refund"] == {"paymentId": "5", "amount": 3146, "reason": f"cancelled ({MARK})", **zeros}


async def test_a_cancellation_whose_refund_is_refused_promises_none(caplog: pytest.LogCaptureFixture) -> None:
    shop = Shop()
    shop.answers["Refund"] = refused("REFUND_AMOUNT_ERROR")
    connector = shop.connector()
    planned = await plan(connector, ActionKind.CANCEL)
    result = await connector.commit(planned, key="k", deadline=soon())
    assert result.status == "committed"
    assert "refund_minor" not in result.facts
    assert "not given back (order 1, write k)" in caplog.text


async def test_reserved_money_is_released(caplog: pytest.LogCaptureFixture) -> None:
    shop = Shop(payments=[payment(state="Authorized")], state="PaymentAuthorized")
    connector = shop.connector()
    planned = await plan(connector, ActionKind.CANCEL)
    assert planned.preview["refund_minor"] == 0
    await connector.commit(planned, key="k", deadline=soon())
    assert shop.names[-2:] == ["Cancel", "Release"]
    shop.answers["Release"] = httpx.Response(503)
    await connector.commit(planned, key="k", deadline=soon())
    assert "not released (order 1, write k)" in caplog.text


async def test_after_a_crash_a_cancellations_refund_waits_until_none_can_be_under_way() -> None:
    shop = Shop()
    before = shop.connector()
    planned = await plan(before, ActionKind.CANCEL)
    cancelled = entry("ORDER_CANCELLATION", at=ago(5), reason=f"x ({MARK})")
    shop.order.update(state="Cancelled", history={"items": [cancelled]})
    after = shop.connector()
    for age_s in (5, UNDER_WAY_S + 5):
        cancelled["createdAt"] = ago(age_s)
        with pytest.raises(Exception, match="may still be"):
            await after.outcome(planned, key="k", deadline=soon())
    assert "Refund" not in shop.names
    cancelled["createdAt"] = ago(45)
    told = await after.outcome(planned, key="k", deadline=soon())
    assert told is not None
    assert told.facts["refund_minor"] == 3146
    shop.order["payments"] = [payment(refunds=[refund(3146, reason=f"cancelled ({MARK})")])]
    await after.outcome(planned, key="k", deadline=soon())
    assert shop.names.count("Refund") == 1


async def test_a_refund_that_may_be_under_way_is_told_as_unknown() -> None:
    shop = Shop()
    connector = shop.connector()
    planned = await plan(connector, ActionKind.REFUND, amount_minor=100)

    shop.answers["Refund"] = httpx.Response(504)
    with pytest.raises(Exception, match="504"):
        await connector.commit(planned, key="k", deadline=soon())
    with pytest.raises(DeadlineExceeded, match="under way"):
        await connector.outcome(planned, key="k", deadline=soon())
    shop.order["payments"] = [payment(refunds=[refund(100, reason=f"({MARK})")])]
    told = await connector.outcome(planned, key="k", deadline=soon())
    assert told is not None
    assert told.status == "committed"


async def test_a_refund_that_certainly_never_arrived_is_told_as_not_made() -> None:
    shop = Shop()
    connector = shop.connector()
    planned = await plan(connector, ActionKind.REFUND, amount_minor=100)
    shop.answers["Refund"] = httpx.Response(503)
    with pytest.raises(Exception, match="503"):
        await connector.commit(planned, key="k", deadline=soon())
    assert await connector.outcome(planned, key="k", deadline=soon()) is None


@pytest.mark.parametrize("kind", [ActionKind.RETURN, ActionKind.EXCHANGE, ActionKind.RESEND, ActionKind.PAYMENT_LINK])
async def test_what_vendure_cannot_do_is_refused(kind: ActionKind) -> None:
    connector = Shop().connector()
    assert not {Cap.RETURN, Cap.EXCHANGE, Cap.RESEND, Cap.PAYMENT_LINK} & connector.caps
    with pytest.raises(Unsupported):
        await plan(connector, kind)


async def test_an_old_plan_has_expired() -> None:
    shop = Shop()
    connector = shop.connector(plan_lifetime=timedelta(seconds=-1))
    planned = await plan(connector, ActionKind.CANCEL)
    with pytest.raises(NotAllowed) as error:
        await connector.commit(planned, key="k", deadline=soon())
    assert error.value.reason == "expired"


async def test_in_the_background_numbers_are_read_and_orders_taken_back() -> None:
    opened = entry("ORDER_STATE_TRANSITION", at=ago(90), **{"from": "PaymentSettled", "to": "Modifying"})
    shop = Shop(state="Modifying", history={"items": [opened]})
    read, back = asyncio.Event(), asyncio.Event()

    def numbers(_: Json) -> Json:
        read.set()
        return {"orders": {"items": [{"code": "41207"}]}}

    def move(given: Json) -> Json:
        back.set()
        return shop.move(given)

    shop.answers |= {"Numbers": numbers, "Transition": move}
    connector = shop.connector(number_cap=10)
    assert (await connector.warm(soon())).ok
    await asyncio.wait_for(asyncio.gather(read.wait(), back.wait()), 5)
    await connector.close()
    assert shop.states() == ["PaymentSettled"]


async def test_numbers_are_read_whatever_becomes_of_orders_left_open() -> None:
    read = asyncio.Event()

    def numbers(_: Json) -> Json:
        read.set()
        return {"orders": {"items": []}}

    shop = Shop()
    shop.answers |= {"Numbers": numbers, "States": httpx.Response(503)}
    connector = shop.connector(number_cap=10)
    await connector.warm(soon())
    await asyncio.wait_for(read.wait(), 5)
    await connector.close()


@pytest.mark.parametrize("answer", [httpx.Response(503), refused("ORDER_STATE_TRANSITION_ERROR")])
async def test_one_order_that_cannot_be_taken_back_does_not_keep_the_others(answer: Any) -> None:
    opened = entry("ORDER_STATE_TRANSITION", at=ago(90), **{"from": "PaymentSettled", "to": "Modifying"})
    shop = Shop(state="Modifying", history={"items": [opened]})
    shop.answers["States"] = {"orders": {"items": [{"id": "1"}, {"id": "2"}]}}
    shop.answers["Order"] = lambda given: {"order": {**shop.order, "id": given["id"]}}
    shop.answers["Transition"] = lambda given: answer if given["id"] == "1" else shop.move(given)
    assert await shop.connector().modifying.sweep(soon()) == 1
    assert shop.order["state"] == "PaymentSettled"
