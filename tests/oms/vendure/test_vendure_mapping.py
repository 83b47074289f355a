from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from vendure_fake import doc, entry, line, order, parcel, payment, refund

from voicebot.oms.connectors.vendure import mapping
from voicebot.oms.connectors.vendure.documents import OrderDoc, ProfileDoc
from voicebot.oms.connectors.vendure.mapping import Scale
from voicebot.oms.model import Order
from voicebot.oms.status import CustomerStatus, FulfillmentStatus, OrderStatus, PaymentStatus, RefundStatus

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def mapped(precision: int = 2, **more: Any) -> Order:
    return mapping.order(OrderDoc.model_validate(order(**more)), NOW, Scale(precision))


def test_an_order_in_normal_form() -> None:
    one = mapped()
    assert (one.id, one.number, one.status, one.payment_status) == ("1", "41207", OrderStatus.OPEN, PaymentStatus.PAID)
    assert (one.total.minor, one.captured_minor, one.open_minor) == (3146, 3146, 0)
    assert (one.email, one.phone, one.customer_id) == ("nora@example.com", "+15185550100", "4")
    assert (one.ship_to.region, one.ship_to.country, one.ship_to.street) == ("NY", "US", "12 Alder Street")
    (item,) = one.lines
    assert (item.name, item.variant, item.product_type) == ("Everyday cotton tee", "M", "apparel")
    assert item.tags == ("summer", "apparel")
    assert one.placed_at == datetime(2026, 11, 2, 10, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("precision", "currency", "raw", "minor"),
    [(2, "USD", 2613, 2613), (2, "JPY", 392_000, 3920), (2, "KWD", 2613, 26_130), (3, "USD", 26_130, 2613)],
)
def test_money_is_of_the_shops_precision_whatever_the_currency(
    precision: int, currency: str, raw: int, minor: int
) -> None:
    scale = Scale(precision)
    assert scale.money(raw, currency).minor == minor
    assert scale.raw(minor, currency) == raw


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("ArrangingPayment", OrderStatus.OPEN),
        ("Shipped", OrderStatus.OPEN),
        ("Delivered", OrderStatus.COMPLETED),
        ("Modifying", OrderStatus.ON_HOLD),
        ("ArrangingAdditionalPayment", OrderStatus.ON_HOLD),
        ("Cancelled", OrderStatus.CANCELLED),
        ("awaiting_llama", OrderStatus.UNKNOWN),
    ],
)
def test_states(state: str, status: OrderStatus) -> None:
    one = mapped(state=state)
    assert (one.status, one.raw_status) == (status, state)


@pytest.mark.parametrize(
    ("payments", "status"),
    [
        ([], PaymentStatus.NOT_PAID),
        ([payment(state="Declined")], PaymentStatus.NOT_PAID),
        ([payment(state="Authorized")], PaymentStatus.AUTHORIZED),
        ([payment(state="Cancelled")], PaymentStatus.VOIDED),
        ([payment(1000)], PaymentStatus.PARTIALLY_PAID),
        ([payment(refunds=[refund(46)])], PaymentStatus.PARTIALLY_REFUNDED),
        ([payment(refunds=[refund(3146)])], PaymentStatus.REFUNDED),
        ([payment(refunds=[refund(3146, state="Failed")])], PaymentStatus.PAID),
    ],
)
def test_payment_states_come_from_the_amounts(payments: list[Any], status: PaymentStatus) -> None:
    assert mapped(payments=payments).payment_status is status


def test_a_pending_refund_is_promised_and_a_failed_one_is_not() -> None:
    one = mapped(payments=[payment(refunds=[refund(46), refund(100, state="Failed")])])
    assert [back.status for back in one.refunds] == [RefundStatus.PENDING, RefundStatus.FAILED]
    assert one.refundable_minor == 3100


def test_pieces_are_counted_by_the_parcels_they_are_in() -> None:
    one = mapped(
        lines=[line("1", 2), line("2")], fulfillments=[parcel("Shipped", ("1", 1)), parcel("Pending", ("2", 1))]
    )
    first, second = one.lines
    assert (first.fulfilled, first.shipped, first.delivered, first.cancellable) == (1, 1, 0, 1)
    assert (second.fulfilled, second.shipped) == (1, 0)
    assert one.fulfillment_status is FulfillmentStatus.PARTIALLY_SHIPPED


def test_a_cancelled_parcel_never_was() -> None:
    one = mapped(fulfillments=[parcel("Cancelled", ("1", 1))])
    assert (one.lines[0].fulfilled, one.shipments) == (0, ())


def test_a_delivery_has_the_historys_time_and_else_the_parcels() -> None:
    came = entry("ORDER_FULFILLMENT_TRANSITION", at="2026-11-04T08:00:00Z", fulfillmentId=3, to="Delivered")
    parcels = [parcel("Delivered", ("1", 1))]
    told = mapped(fulfillments=parcels, history={"items": [came]}).shipments[0]
    assert told.delivered_at == datetime(2026, 11, 4, 8, tzinfo=UTC)
    assert mapped(fulfillments=parcels).shipments[0].delivered_at == datetime(2026, 11, 5, 10, tzinfo=UTC)


def test_a_cancelled_order_tells_what_was_ordered_and_paid() -> None:
    gone = mapped(state="Cancelled", totalWithTax=0, lines=[line(quantity=0, placed=2)])
    assert (gone.lines[0].quantity, gone.lines[0].cancellable, gone.total.minor) == (2, 0, 3146)
    left = mapped(lines=[line("1", 0, placed=1), line("2")])
    assert [item.id for item in left.lines] == ["2"]


def test_a_guest_is_nobodys_customer() -> None:
    guest = {**order()["customer"], "user": None}
    one = mapped(customer=guest)
    assert (one.customer_id, one.email) == (None, "nora@example.com")
    assert mapped(customer=None).email is None
    assert mapping.accounts([doc(customer=guest).customer, doc().customer, doc().customer, None]) == [doc().customer]


@pytest.mark.parametrize(
    "change",
    [
        {"state": "Shipped"},
        {"totalWithTax": 1},
        {"lines": [line(quantity=2)]},
        {"payments": [payment(refunds=[refund(1)])]},
        {"shippingAddress": {**order()["shippingAddress"], "city": "Troy"}},
        {"customer": {**order()["customer"], "id": "44"}},
        {"fulfillments": [parcel("Pending", ("1", 1))]},
    ],
)
def test_the_version_changes_with_what_a_plan_rests_upon(change: dict[str, Any]) -> None:
    assert mapped(**change).version != mapped().version


def test_a_note_changes_no_version() -> None:
    assert mapped(history={"items": [entry("ORDER_NOTE", note="hello")]}).version == mapped().version


def test_a_customer() -> None:
    address = {"fullName": "Nora W", "streetLine1": "1 A", "city": "B", "postalCode": "1", "country": {"code": "us"}}
    given = {**order()["customer"], "groups": [{"name": "VIP"}], "addresses": [address]}
    one = mapping.customer(ProfileDoc.model_validate(given))
    assert (one.tier, one.status, one.addresses[0].country) == ("vip", CustomerStatus.ACTIVE, "US")
