"""What is asked of Shopify, and what is made of its answers. No real shop was asked: the shapes are its reference's."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import httpx
import pytest
from shopify_fake import (
    CUSTOMER,
    ID,
    LINE,
    MARK,
    PLACED,
    Json,
    Shop,
    delivered,
    line,
    parcel,
    person,
    plan,
    refund,
    returned,
    soon,
    transaction,
)

from voicebot.oms.actions import ActionKind
from voicebot.oms.connector import (
    BadAnswer,
    Cap,
    Conflict,
    DeadlineExceeded,
    Forged,
    KeyKind,
    NotAllowed,
    NotFound,
    OrderKey,
    Repeated,
)
from voicebot.oms.connectors.shopify.webhooks import signature
from voicebot.oms.connectors.wishes import Unsupported


async def test_a_cancellation_is_waited_for() -> None:
    shop = Shop()
    connector = shop.connector()
    planned = await plan(connector, ActionKind.CANCEL, reason="changed my mind")
    assert planned.preview["refund_minor"] == 2900
    result = await connector.commit(planned, key="k", deadline=soon())
    assert (result.status, shop.looks) == ("committed", 3)
    sent = shop.sent("Cancel")
    assert (sent["refundMethod"], sent["reason"]) == ({"originalPaymentMethodsRefund": True}, "CUSTOMER")
    assert MARK in sent["staffNote"]


async def test_a_cancellation_that_takes_too_long_is_unknown_and_found_later() -> None:
    shop = Shop()
    shop.answers["Job"] = httpx.Response(504)
    connector = shop.connector()
    planned = await plan(connector, ActionKind.CANCEL)
    with pytest.raises(Exception, match="504"):
        await connector.commit(planned, key="k", deadline=soon())
    with pytest.raises(DeadlineExceeded, match="under way"):
        await connector.outcome(planned, key="k", deadline=soon())
    shop.order |= {"cancelledAt": PLACED, "cancellation": {"staffNote": shop.sent("Cancel")["staffNote"]}}
    told = await connector.outcome(planned, key="k", deadline=soon())
    assert told is not None
    assert told.status == "committed"


async def test_a_job_that_ends_without_a_cancelled_order_is_no_success() -> None:
    shop = Shop()
    shop.answers["Job"] = {"job": {"id": "gid://shopify/Job/1", "done": True}}
    connector = shop.connector()
    planned = await plan(connector, ActionKind.CANCEL)
    with pytest.raises(Exception, match="not cancelled"):
        await connector.commit(planned, key="k", deadline=soon())


@pytest.mark.parametrize(
    ("shop", "args", "reason"),
    [
        (Shop(fulfillments=[parcel()]), {}, "already_shipped"),
        (Shop(cancelledAt=PLACED), {}, "already_cancelled"),
        (Shop(lineItems={"nodes": [line(2)]}), {"lines": [{"line": LINE, "quantity": 3}]}, "more_than_ordered"),
        (Shop(lineItems={"nodes": [line(2)]}), {"lines": [{"line": LINE, "quantity": 1}]}, "other"),
        (Shop(transactions=[transaction("AUTHORIZATION", status="PENDING")]), {}, "other"),
    ],
)
async def test_what_cannot_be_cancelled_is_refused_before_anything_is_sent(shop: Shop, args: Json, reason: str) -> None:
    with pytest.raises(NotAllowed) as error:
        await plan(shop.connector(), ActionKind.CANCEL, **args)
    assert (error.value.reason, "Cancel" in shop.names) == (reason, False)


@pytest.mark.parametrize(
    ("shop", "kind", "args"),
    [
        (Shop(lineItems={"nodes": [line(2)]}), ActionKind.CANCEL, {"lines": [{"line": LINE, "quantity": 1}]}),
        (Shop(), ActionKind.REFUND, {"method": "store_credit"}),
        (Shop(), ActionKind.EXCHANGE, {}),
        (Shop(), ActionKind.ACCOUNT_ADDRESS, {"address_of": "previous"}),
    ],
)
async def test_what_shopify_cannot_do_is_told_as_that(shop: Shop, kind: ActionKind, args: Json) -> None:
    with pytest.raises(Unsupported):
        await plan(shop.connector(), kind, **args)


async def test_a_refund_carries_the_same_key_each_time_and_a_mark() -> None:
    shop = Shop()
    connector = shop.connector()
    planned = await plan(connector, ActionKind.REFUND, amount_minor=150, reason="goodwill")
    for _ in range(2):
        await connector.commit(planned, key="k", deadline=soon())
    one, two = [given for name, given in shop.asked if name == "Refund"]
    assert one["key"] == two["key"] == str(uuid.UUID(one["key"]))
    assert one["input"]["note"] == f"goodwill ({MARK})"
    (sent,) = one["input"]["transactions"]
    assert (sent["amount"], sent["kind"], sent["parentId"]) == ("1.50", "REFUND", "gid://shopify/OrderTransaction/SALE")
    assert await connector.outcome(planned, key="k", deadline=soon()) is None
    shop.order["refunds"] = [refund("1.50", f"goodwill ({MARK})")]
    assert await connector.outcome(planned, key="k", deadline=soon()) is not None
    assert await connector.outcome(planned, key="another", deadline=soon()) is None


@pytest.mark.parametrize(
    ("amount", "reason"), [(2901, "more_than_paid"), (0, "other"), ("5", "other"), (True, "other")]
)
async def test_odd_amounts_are_refused(amount: object, reason: str) -> None:
    with pytest.raises(NotAllowed) as error:
        await plan(Shop().connector(), ActionKind.REFUND, amount_minor=amount)
    assert error.value.reason == reason


async def test_a_return_is_of_pieces_of_parcels() -> None:
    shop = delivered()
    connector = shop.connector()
    wanted = {"lines": [{"line": LINE, "quantity": 1}], "reason": "too_small", "fee_minor": 400}
    planned = await plan(connector, ActionKind.RETURN, **wanted)
    assert (planned.preview["refund_minor"], planned.preview["fee_minor"]) == (2000, 400)
    result = await connector.commit(planned, key="k", deadline=soon())
    assert result.reference == "#1042-R1"
    sent = shop.sent("Return")["returnInput"]
    assert sent["returnLineItems"] == [
        {
            "fulfillmentLineItemId": "gid://shopify/FulfillmentLineItem/9",
            "quantity": 1,
            "returnReason": "SIZE_TOO_SMALL",
            "returnReasonNote": f"too_small ({MARK})",
        }
    ]
    assert sent["returnShippingFee"] == {"amount": {"amount": "4.00", "currencyCode": "USD"}}
    assert await connector.outcome(planned, key="k", deadline=soon()) is None
    shop.order["returns"] = {"nodes": [returned(note=f"too_small ({MARK})")]}
    assert await connector.outcome(planned, key="k", deadline=soon()) is not None


async def test_what_shopify_does_not_take_back_is_refused() -> None:
    shop = delivered()
    shop.answers["Returnable"] = {"returnableFulfillments": {"nodes": []}}
    with pytest.raises(NotAllowed) as error:
        await plan(shop.connector(), ActionKind.RETURN)
    assert error.value.reason == "nothing_left"


async def test_an_address_is_sent_whole() -> None:
    shop = Shop()
    connector = shop.connector()
    planned = await plan(connector, ActionKind.ADDRESS_CHANGE, address={"street": "9 Lindenallee"})
    await connector.commit(planned, key="k", deadline=soon())
    sent = shop.sent("Update")["input"]
    assert sent["id"] == ID
    assert (sent["shippingAddress"]["address1"], sent["shippingAddress"]["zip"]) == ("9 Lindenallee", "12207")
    assert await connector.outcome(planned, key="k", deadline=soon()) is None
    shop.order["shippingAddress"] |= {"address1": "9 Lindenallee"}
    assert await connector.outcome(planned, key="k", deadline=soon()) is not None


async def test_an_order_goes_to_the_address_in_the_account() -> None:
    shop = Shop()
    home = {"address1": "9 Harbour Row", "city": "Salem", "provinceCode": "MA", "zip": "01970", "countryCodeV2": "US"}
    shop.answers["Customer"] = {"customer": person(defaultAddress=home)}
    connector = shop.connector()
    planned = await plan(connector, ActionKind.ADDRESS_CHANGE, address_of="account")
    await connector.commit(planned, key="k", deadline=soon())
    sent = shop.sent("Update")["input"]["shippingAddress"]
    assert (sent["firstName"], sent["lastName"]) == ("Nora", "Whitfield")
    assert (sent["address1"], sent["zip"], sent["provinceCode"]) == ("9 Harbour Row", "01970", "MA")
    shop.answers["Customer"] = {"customer": person(defaultAddress=None)}
    with pytest.raises(NotAllowed) as error:
        await plan(connector, ActionKind.ADDRESS_CHANGE, address_of="account")
    assert error.value.reason == "bad_address"


async def test_a_note_goes_under_what_is_there() -> None:
    shop = Shop(note="Gift wrap")
    connector = shop.connector()
    planned = await plan(connector, ActionKind.NOTE, text="Call back")
    await connector.commit(planned, key="k", deadline=soon())
    assert shop.sent("Update")["input"]["note"] == f"Gift wrap\nCall back ({MARK})"


async def test_a_changed_order_and_an_old_plan_are_refused() -> None:
    shop = Shop()
    connector = shop.connector()
    planned = await plan(connector, ActionKind.REFUND, amount_minor=100)
    shop.order["refunds"] = [refund("1.00")]
    with pytest.raises(Conflict):
        await connector.commit(planned, key="k", deadline=soon())
    old = Shop().connector(plan_lifetime=timedelta(seconds=-1))
    with pytest.raises(NotAllowed):
        await old.commit(await plan(old, ActionKind.CANCEL), key="k", deadline=soon())


# -- searches


async def test_a_search_by_words_is_compared_with_the_key() -> None:
    shop = Shop()
    connector = shop.connector()
    for kind, wrong, right in (
        (KeyKind.NUMBER, "104", "1042"),
        (KeyKind.EMAIL, "ora@example.com", "nora@example.com"),
        (KeyKind.PHONE, "+15185550101", "+15185550100"),
        (KeyKind.CUSTOMER_ID, "gid://shopify/Customer/7", CUSTOMER),
    ):
        nobody = await connector.find_orders(OrderKey(kind, wrong), limit=5, deadline=soon())
        assert (nobody.orders, nobody.customers) == ((), ())
        found = await connector.find_orders(OrderKey(kind, right), limit=5, deadline=soon())
        assert [one.id for one in found.orders] == [ID]
        assert [ref.id for ref in found.customers] == [CUSTOMER]
    assert (await connector.get_customer(CUSTOMER, deadline=soon())).last_name == "Whitfield"
    assert await connector.find_customers(email="ora@example.com", deadline=soon()) == ()


async def test_nothing_in_a_key_becomes_a_part_of_the_search() -> None:
    shop = Shop()
    await shop.connector().find_orders(OrderKey(KeyKind.EMAIL, 'a"ORstatus:any\\'), limit=5, deadline=soon())
    assert shop.asked[0][1]["query"] == 'email:"a\\"ORstatus:any\\\\"'
    found = await shop.connector().find_orders(OrderKey(KeyKind.CUSTOMER_ID, "7 OR 1"), limit=5, deadline=soon())
    assert (found.orders, len(shop.asked)) == ((), 2)


@pytest.mark.parametrize("order_id", ["no-such-order", "gid://shopify/Order/1", "gid://shopify/Order/1 OR 2", ""])
async def test_an_id_that_does_not_exist_is_not_found(order_id: str) -> None:
    with pytest.raises(NotFound):
        await Shop().connector().get_order(order_id, deadline=soon())


# -- webhooks


async def test_a_webhook_is_believed_once() -> None:
    connector = Shop().connector(webhook_secret="hush")
    assert Cap.WEBHOOKS in connector.caps
    assert Cap.WEBHOOKS not in Shop().connector().caps
    body = json.dumps({"id": 1001, "admin_graphql_api_id": ID}).encode()
    headers = {
        "X-Shopify-Hmac-Sha256": signature("hush", body),
        "X-Shopify-Topic": "orders/updated",
        "X-Shopify-Webhook-Id": "w1",
    }
    for forged in ({**headers, "X-Shopify-Hmac-Sha256": signature("other", body)}, {}):
        with pytest.raises(Forged):
            connector.verify_webhook(forged, body)
    with pytest.raises(Forged):
        connector.verify_webhook(headers, body + b" ")
    assert connector.verify_webhook(headers, body) == (ID,)
    for again in (headers, {**headers, "X-Shopify-Webhook-Id": "w2"}):
        with pytest.raises(Repeated):
            connector.verify_webhook(again, body)


@pytest.mark.parametrize(
    ("topic", "document"),
    [("refunds/create", {"id": 3, "order_id": 1001}), ("returns/request", {"id": 4, "order": {"id": 1001}})],
)
async def test_what_belongs_to_an_order_names_it(topic: str, document: Json) -> None:
    connector = Shop().connector(webhook_secret="hush")
    body = json.dumps(document).encode()
    headers = {"x-shopify-hmac-sha256": signature("hush", body), "x-shopify-topic": topic}
    assert connector.verify_webhook(headers, body) == (ID,)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"order_id": "x"}'])
async def test_a_signed_webhook_that_cannot_be_read_is_told(body: bytes) -> None:
    connector = Shop().connector(webhook_secret="hush")
    with pytest.raises(BadAnswer):
        connector.verify_webhook({"x-shopify-hmac-sha256": signature("hush", body)}, body)
