from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from shopify_fake import LINE, line, money, order, parcel, refund, returned, transaction

from voicebot.oms.connectors.shopify import mapping
from voicebot.oms.connectors.shopify.documents import OrderDoc
from voicebot.oms.model import Order
from voicebot.oms.status import (
    FulfillmentStatus,
    OrderStatus,
    PaymentStatus,
    RefundStatus,
    ReturnStatus,
    ShipmentStatus,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def mapped(zone: str = "UTC", **more: Any) -> Order:
    return mapping.order(OrderDoc.model_validate(order(**more)), NOW, ZoneInfo(zone))


def test_an_order_in_normal_form() -> None:
    one = mapped()
    assert (one.number, one.status, one.payment_status) == ("#1042", OrderStatus.OPEN, PaymentStatus.PAID)
    assert (one.total.minor, one.captured_minor, one.open_minor) == (2900, 2900, 0)
    assert (one.email, one.phone, one.tier, one.order_count) == ("nora@example.com", "+15185550100", "vip", 3)
    (item,) = one.lines
    assert (item.name, item.variant, item.product_type, item.unit_price.minor) == (
        "Everyday cotton tee",
        "M",
        "apparel",
        2400,
    )


def test_yen_have_no_minor_units() -> None:
    one = mapped(currencyCode="JPY", currentTotalPriceSet=money("3920", "JPY"))
    assert (one.total.minor, one.total.currency) == (3920, "JPY")


@pytest.mark.parametrize(
    ("financial", "status"),
    [
        ("PENDING", PaymentStatus.NOT_PAID),
        ("AUTHORIZED", PaymentStatus.AUTHORIZED),
        ("PARTIALLY_REFUNDED", PaymentStatus.PARTIALLY_REFUNDED),
        ("VOIDED", PaymentStatus.VOIDED),
        ("AWAITING_LLAMA", PaymentStatus.UNKNOWN),
    ],
)
def test_payment_states(financial: str, status: PaymentStatus) -> None:
    one = mapped(displayFinancialStatus=financial)
    assert (one.payment_status, one.raw_payment_status) == (status, financial)


def test_an_authorisation_that_was_captured_is_not_counted_twice() -> None:
    first = transaction("AUTHORIZATION")
    second = transaction("CAPTURE", parentTransaction={"id": first["id"]})
    one = mapped(transactions=[first, second])
    assert ([p.reference for p in one.payments], one.captured_minor) == ([second["id"]], 2900)
    assert mapped(transactions=[first]).captured_minor == 0
    declined = mapped(transactions=[transaction(status="FAILURE", errorCode="CARD_DECLINED")]).payments[0]
    assert (declined.failed, declined.decline_reason) == (True, "card_declined")


def test_a_parcel_and_what_is_in_it() -> None:
    one = mapped(lineItems={"nodes": [line(2)]}, fulfillments=[parcel(1)])
    assert (one.lines[0].shipped, one.lines[0].delivered, one.lines[0].cancellable) == (1, 0, 1)
    shipment = one.shipments[0]
    assert (shipment.status, shipment.carrier, shipment.eta) == (ShipmentStatus.IN_TRANSIT, "UPS", date(2026, 11, 6))
    came = mapped(fulfillments=[parcel(display="DELIVERED")])
    assert came.fulfillment_status is FulfillmentStatus.DELIVERED
    assert came.shipments[0].delivered_at == datetime(2026, 11, 5, 10, tzinfo=UTC)
    never = mapped(fulfillments=[parcel(status="CANCELLED")])
    assert (never.shipments, never.lines[0].shipped) == ((), 0)


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("America/New_York", "2026-11-22T02:00:00Z", 21),
        ("America/New_York", "2026-11-22T05:00:00Z", 22),
        ("Europe/Berlin", "2026-11-22T02:00:00Z", 22),
        ("Europe/Berlin", "2026-11-22T23:30:00Z", 23),
    ],
)
def test_days_are_counted_where_the_shop_is(zone: str, at: str, day: int) -> None:
    one = mapped(zone, fulfillments=[{**parcel(), "estimatedDeliveryAt": at}])
    assert one.shipments[0].eta == date(2026, 11, day)


@pytest.mark.parametrize(
    ("status", "ours", "requested", "back"),
    [
        ("REQUESTED", ReturnStatus.REQUESTED, 1, 0),
        ("OPEN", ReturnStatus.APPROVED, 1, 0),
        ("CLOSED", ReturnStatus.RESOLVED, 0, 1),
        ("DECLINED", ReturnStatus.DECLINED, 0, 0),
        ("NEW_WORD", ReturnStatus.UNKNOWN, 0, 0),
    ],
)
def test_returns_are_counted_on_their_line(status: str, ours: ReturnStatus, requested: int, back: int) -> None:
    one = mapped(
        lineItems={"nodes": [line(2)]},
        fulfillments=[parcel(2, display="DELIVERED")],
        returns={"nodes": [returned(status)]},
    )
    assert (one.returns[0].status, one.returns[0].lines[0].line_id) == (ours, LINE)
    assert (one.lines[0].return_requested, one.lines[0].returned) == (requested, back)
    assert one.lines[0].returnable == 2 - requested - back


@pytest.mark.parametrize(
    ("status", "ours", "left"),
    [
        ("SUCCESS", RefundStatus.SUCCEEDED, 2800),
        ("PENDING", RefundStatus.PENDING, 2800),
        ("FAILURE", RefundStatus.FAILED, 2900),
    ],
)
def test_refunds(status: str, ours: RefundStatus, left: int) -> None:
    one = mapped(refunds=[refund("1.00", status=status)])
    assert (one.refunds[0].status, one.refundable_minor) == (ours, left)


def test_a_cancelled_order_tells_what_was_ordered() -> None:
    one = mapped(
        cancelledAt=NOW.isoformat(), lineItems={"nodes": [line(2, current=0)]}, currentTotalPriceSet=money("0")
    )
    assert (one.status, one.total.minor, one.lines[0].quantity, one.lines[0].cancellable) == (
        OrderStatus.CANCELLED,
        2900,
        2,
        0,
    )
    assert mapped(lineItems={"nodes": [line(1, current=0)]}).lines == ()


def test_the_version_changes_with_what_a_plan_rests_upon_and_not_with_notes_and_tags() -> None:
    before = mapped().version
    assert mapped(note="hello", tags=["x"]).version == before
    for change in (
        {"refunds": [refund("1.00")]},
        {"fulfillments": [parcel()]},
        {"returns": {"nodes": [returned()]}},
        {"currentTotalPriceSet": money("1")},
        {"cancelledAt": NOW.isoformat()},
    ):
        assert mapped(**change).version != before
