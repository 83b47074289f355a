from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from medusa_fake import FakeShop, Json, item, order, payment, pieces, refusal

from voicebot.oms.actions import Action, ActionKind, ActionPlan
from voicebot.oms.connector import Cap, Conflict, Deadline, NotAllowed, OmsError, Unavailable
from voicebot.oms.connectors.marks import stamp
from voicebot.oms.connectors.medusa.connector import MedusaConnector
from voicebot.oms.connectors.webhooks import SIGNATURE, signature
from voicebot.oms.connectors.wishes import Unsupported

SECRET = "whsec"


def soon() -> Deadline:
    return Deadline.after(5)


def shop_with(**more: Any) -> FakeShop:
    return FakeShop({"GET orders/order_1": {"order": order(**more)}})


async def planned(shop: FakeShop, kind: ActionKind, **args: Any) -> tuple[MedusaConnector, ActionPlan]:
    connector = shop.connector()
    known = await connector.get_order("order_1", deadline=soon())
    action = Action(kind=kind, target="order_1", args=args)
    return connector, await connector.plan(action, known, plan_id="p-1", deadline=soon())


async def test_the_whole_rest_is_refunded_with_all_its_decimals() -> None:
    shop = shop_with(payment_collections=[{"payments": [payment(refunds=[{"id": "ref_0", "amount": 5}])]}])
    shop.answers["POST payments/pay_1/refund"] = {}
    connector, plan = await planned(shop, ActionKind.REFUND)
    assert plan.preview["refund_minor"] == 2646
    await connector.commit(plan, key="k-1", deadline=soon())
    assert shop.bodies[-1] == {"amount": 26.464875, "note": stamp("k-1")}


async def test_a_part_is_refunded_in_whole_cents() -> None:
    shop = shop_with()
    shop.answers["POST payments/pay_1/refund"] = {}
    connector, plan = await planned(shop, ActionKind.REFUND, amount_minor=1005, reason="goodwill")
    await connector.commit(plan, key="k-1", deadline=soon())
    assert shop.bodies[-1] == {"amount": 10.05, "note": f"{stamp('k-1')} goodwill"}


async def test_a_refund_over_several_payments_is_left_to_people() -> None:
    both = [payment(20), {**payment(11.46), "id": "pay_2"}]
    with pytest.raises(Unsupported, match="several payments"):
        await planned(shop_with(payment_collections=[{"payments": both}]), ActionKind.REFUND)


async def test_money_that_is_only_reserved_is_not_refunded() -> None:
    shop = shop_with(payment_collections=[{"payments": [payment(captured=False)]}])
    with pytest.raises(NotAllowed) as caught:
        await planned(shop, ActionKind.REFUND)
    assert caught.value.reason == "nothing_left"


async def test_the_same_key_finds_its_refund_and_sends_no_second() -> None:
    shop = shop_with()
    connector, plan = await planned(shop, ActionKind.REFUND, amount_minor=500)
    made = {"id": "ref_1", "amount": 5, "note": stamp("k-1")}
    shop.answers["GET orders/order_1"] = {"order": order(payment_collections=[{"payments": [payment(refunds=[made])]}])}
    result = await connector.commit(plan, key="k-1", deadline=soon())
    assert (result.status, result.facts["refund_minor"]) == ("committed", 500)
    assert "POST payments/pay_1/refund" not in shop.asked
    assert await connector.outcome(plan, key="k-2", deadline=soon()) is None


async def test_a_commit_that_could_not_even_look_has_failed() -> None:
    shop = shop_with()
    connector, plan = await planned(shop, ActionKind.CANCEL)
    shop.answers["GET orders/order_1"] = 503, {}
    assert (await connector.commit(plan, key="k-1", deadline=soon())).status == "failed"
    with pytest.raises(Unavailable):
        await connector.outcome(plan, key="k-1", deadline=soon())


async def test_a_changed_order_is_not_written_to() -> None:
    shop = shop_with()
    connector, plan = await planned(shop, ActionKind.CANCEL)
    shop.answers["GET orders/order_1"] = {"order": order(items=[item(detail=pieces(fulfilled=1))])}
    with pytest.raises(Conflict):
        await connector.commit(plan, key="k-1", deadline=soon())
    assert "POST orders/order_1/cancel" not in shop.asked


async def test_an_order_that_somebody_else_has_cancelled_is_not_told_as_ours() -> None:
    shop = shop_with()
    connector, plan = await planned(shop, ActionKind.CANCEL)
    shop.answers["GET orders/order_1"] = {"order": order(status="canceled")}
    with pytest.raises(Conflict):
        await connector.commit(plan, key="k-1", deadline=soon())


async def test_a_quote_that_is_too_old_is_refused() -> None:
    shop = shop_with()
    connector, plan = await planned(shop, ActionKind.CANCEL)
    old = replace(plan, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    with pytest.raises(NotAllowed) as caught:
        await connector.commit(old, key="k-1", deadline=soon())
    assert caught.value.reason == "expired"


async def test_a_refusal_at_the_last_moment_is_certain() -> None:
    shop = shop_with()
    shop.answers["POST orders/order_1/cancel"] = refusal("All fulfillments must be canceled before canceling an order")
    connector, plan = await planned(shop, ActionKind.CANCEL)
    with pytest.raises(NotAllowed) as caught:
        await connector.commit(plan, key="k-1", deadline=soon())
    assert caught.value.reason == "already_shipped"


async def test_a_plan_for_an_order_that_has_moved_since_it_was_read_is_a_conflict() -> None:
    shop = shop_with()
    connector = shop.connector()
    known = await connector.get_order("order_1", deadline=soon())
    action = Action(kind=ActionKind.CANCEL, target="order_1")
    with pytest.raises(Conflict):
        await connector.plan(action, replace(known, version="another"), plan_id="p-1", deadline=soon())


@pytest.mark.parametrize("kind", [ActionKind.SUBSCRIPTION_PAUSE, ActionKind.PAYMENT_LINK, ActionKind.PROMO_REISSUE])
async def test_what_medusa_cannot_do_is_refused(kind: ActionKind) -> None:
    with pytest.raises(Unsupported):
        await planned(shop_with(), kind)


async def test_a_resend_that_would_be_charged_is_not_offered() -> None:
    """Whatever the price that was sent: the draft's own sum decides."""
    shop = shop_with(items=[item(detail=pieces(fulfilled=1, shipped=1, delivered=1))])
    charged: Json = {"order_preview": {"total": 57.594875}}
    variant = {"id": "variant_m", "sku": "TEE-M", "product_id": "prod_1", "inventory_quantity": 9}
    shop.answers |= {
        "GET product-variants": {"variants": [variant]},
        "GET products/prod_1": {"product": {"id": "prod_1", "title": "Tee", "variants": [variant]}},
        "GET shipping-options": {"shipping_options": []},
        "POST claims": {"claim": {"id": "claim_1", "display_id": 3}},
        "POST claims/claim_1/claim-items": {},
        "POST claims/claim_1/outbound/items": charged,
        "GET orders/order_1/changes": {"order_changes": []},
    }
    with pytest.raises(NotAllowed, match="charge"):
        await planned(shop, ActionKind.RESEND)
    assert {"variant_id": "variant_m", "quantity": 1, "unit_price": 0} in shop.bodies[-1]["items"]
    assert "POST claims/claim_1/request" not in shop.asked


async def test_an_order_goes_to_the_address_in_the_account() -> None:
    shop = shop_with()
    home = {"address_1": "9 Harbour Row", "city": "Salem", "province": "ma", "postal_code": "01970"}
    customer = {"id": "cus_1", "addresses": [{**home, "country_code": "us"}]}
    shop.answers |= {"GET customers/cus_1": {"customer": customer}, "POST orders/order_1": {}}
    connector, plan = await planned(shop, ActionKind.ADDRESS_CHANGE, address_of="account")
    await connector.commit(plan, key="k-1", deadline=soon())
    sent = shop.bodies[-1]["shipping_address"]
    assert (sent["first_name"], sent["last_name"], sent["address_1"]) == ("Nora", "Whitfield", "9 Harbour Row")
    assert (sent["city"], sent["postal_code"], sent["country_code"]) == ("Salem", "01970", "us")


@pytest.mark.parametrize("kind", [ActionKind.ITEM_CHANGE, ActionKind.EXCHANGE])
async def test_there_is_no_store_credit_to_settle_with(kind: ActionKind) -> None:
    delivered = {"items": [item(detail=pieces(delivered=1))]} if kind is ActionKind.EXCHANGE else {}
    with pytest.raises(Unsupported, match="store credit"):
        await planned(shop_with(**delivered), kind, settle="store_credit")


async def test_abandoning_what_opened_nothing_costs_nothing() -> None:
    shop = shop_with()
    connector, plan = await planned(shop, ActionKind.REFUND)
    shop.asked.clear()
    await connector.abandon(plan, deadline=soon())
    assert shop.asked == []


async def test_capabilities_follow_what_is_configured() -> None:
    shop = FakeShop()
    assert Cap.WEBHOOKS not in shop.connector().caps
    assert Cap.WEBHOOKS in shop.connector(webhook_secret=SECRET).caps
    assert Cap.NEAREST_NUMBERS not in shop.connector(number_cap=0).caps
    assert Cap.NEAREST_NUMBERS in shop.connector(number_cap=5).caps


def test_a_webhook_is_believed_within_minutes_and_once() -> None:
    shop = FakeShop()
    connector = shop.connector(webhook_secret=SECRET)
    body = json.dumps({"id": "e1", "orders": ["order_1"]}).encode()
    genuine = {SIGNATURE.title(): signature(SECRET, int(shop.now), body)}
    for headers, what in (
        ({}, body),
        (genuine, body + b" "),
        ({SIGNATURE: signature("other", int(shop.now), body)}, body),
        ({SIGNATURE: signature(SECRET, int(shop.now) - 301, body)}, body),
        ({SIGNATURE: signature(SECRET, int(shop.now), b"[]")}, b"[]"),
    ):
        with pytest.raises(OmsError):
            connector.verify_webhook(headers, what)
    assert connector.verify_webhook(genuine, body) == ("order_1",)
    with pytest.raises(OmsError, match="before"):
        connector.verify_webhook(genuine, body)
    with pytest.raises(OmsError):
        FakeShop().connector().verify_webhook(genuine, body)
