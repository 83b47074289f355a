from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from voicebot.oms.demo import mapping
from voicebot.oms.demo.schema import CustomerDoc, OrderDoc
from voicebot.oms.model import Order
from voicebot.oms.money import Money
from voicebot.oms.status import CustomerStatus, OrderStatus, PaymentStatus, Reason, ReturnStatus, ShipmentStatus

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def mapped(**changes: Any) -> Order:
    document = {
        "id": "o-1",
        "number": "1",
        "placed_at": "2026-11-01T10:00:00+02:00",
        "currency": "JPY",
        "total": 5000,
        "status": "open",
        "payment_status": "paid",
        "lines": [{"id": "l1", "sku": "S", "name": "Mug", "quantity": 5, "unit_price": 1000}],
        **changes,
    }
    return mapping.order(OrderDoc.model_validate(document), NOW)


def parcel(code: str, quantity: int, **changes: Any) -> dict[str, Any]:
    scan = {"at": "2026-11-03T10:00:00Z", "code": code}
    lines = [{"line": "l1", "quantity": quantity}]
    return {"id": f"s-{code}-{quantity}", "vocabulary": "easypost", "lines": lines, "events": [scan], **changes}


def test_times_become_utc_and_money_keeps_its_currency() -> None:
    order = mapped()
    assert order.placed_at == datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert order.placed_at.tzinfo is UTC
    assert order.total == Money(5000, "JPY")
    assert order.fetched_at == NOW


def test_foreign_statuses_stay_visible() -> None:
    order = mapped(status="awaiting_llama", payment_status="bartered")
    assert (order.status, order.raw_status) == (OrderStatus.UNKNOWN, "awaiting_llama")
    assert (order.payment_status, order.raw_payment_status) == (PaymentStatus.UNKNOWN, "bartered")
    customer = CustomerDoc(id="c", first_name="Ada", status="frozen")
    assert mapping.customer_ref(customer).status is CustomerStatus.UNKNOWN


def test_quantities_are_counted_from_parcels_and_returns() -> None:
    order = mapped(
        shipments=[parcel("delivered", 2), parcel("in_transit", 1), parcel("pre_transit", 1)],
        returns=[
            {
                "id": "r1",
                "status": "received",
                "requested_at": "2026-11-05T10:00:00Z",
                "lines": [{"line": "l1", "quantity": 1}],
            },
            {
                "id": "r2",
                "status": "requested",
                "requested_at": "2026-11-05T10:00:00Z",
                "lines": [{"line": "l1", "quantity": 1}],
            },
            {
                "id": "r3",
                "status": "declined",
                "requested_at": "2026-11-05T10:00:00Z",
                "lines": [{"line": "l1", "quantity": 1}],
            },
        ],
    )
    line = order.lines[0]
    assert (line.fulfilled, line.shipped, line.delivered) == (4, 3, 2)
    assert (line.returned, line.return_requested) == (1, 1)
    assert order.returns[2].status is ReturnStatus.DECLINED


def test_scans_are_sorted_and_normalised() -> None:
    scans = [
        {"at": "2026-11-04T10:00:00Z", "code": "in_transit/weather_delay"},
        {"at": "2026-11-03T10:00:00Z", "code": "pre_transit"},
    ]
    shipment = mapped(shipments=[parcel("x", 1, events=scans)]).shipments[0]
    assert [event.status for event in shipment.events] == [ShipmentStatus.LABEL_CREATED, ShipmentStatus.DELAYED]
    assert shipment.reason is Reason.WEATHER
