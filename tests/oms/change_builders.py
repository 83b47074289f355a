"""An order of the demo shop, and its changes, for the tests of what actions do to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from voicebot.oms.actions import ActionKind as Kind
from voicebot.oms.demo.changes import CHANGES, Change, Refused, World
from voicebot.oms.demo.schema import CustomerDoc, OrderDoc, ProductDoc, PromotionDoc

NOW = datetime(2026, 11, 21, 15, tzinfo=UTC)
PRODUCT = ProductDoc.model_validate(
    {
        "id": "p",
        "name": "Mug",
        "product_type": "home",
        "currency": "USD",
        "variants": [
            {"sku": "RED", "options": {"colour": "red"}, "price": 1000, "prices": {"JPY": 1500}, "stock": 5},
            {"sku": "BLUE", "options": {"colour": "blue"}, "price": 1000, "prices": {"JPY": 1500}, "stock": 5},
            {"sku": "GOLD", "options": {"colour": "gold"}, "price": 3000, "stock": 5},
            {"sku": "PLAIN", "options": {}, "price": 400, "stock": 5},
        ],
    }
)
CODES = {
    "OLD": PromotionDoc(code="OLD", percent=10, ends_on=date(2026, 11, 1)),
    "USED": PromotionDoc(code="USED", amount=500, uses_left=0),
    "GOOD": PromotionDoc(code="GOOD", percent=10, ends_on=date(2026, 12, 24)),
}
ADA = CustomerDoc.model_validate(
    {
        "id": "c-1",
        "first_name": "Ada",
        "subscriptions": [
            {
                "id": "s-1",
                "plan": "Coffee",
                "status": "active",
                "price": 1700,
                "currency": "USD",
                "next_charge_on": "2026-11-30",
            },
            {"id": "s-2", "plan": "Tea", "status": "cancelled", "price": 900, "currency": "USD"},
        ],
    }
)
CAPTURED = {"reference": "P", "method": "card", "amount": 3400, "captured_at": "2026-11-18T10:00:00Z"}
RESERVED = {"reference": "P", "method": "card", "amount": 3400}


def parcel(code: str, *parts: tuple[str, int]) -> dict[str, Any]:
    lines = [{"line": line, "quantity": quantity} for line, quantity in parts]
    events = [{"at": "2026-11-19T10:00:00Z", "code": code}]
    return {"id": f"sh-{code}", "vocabulary": "easypost", "lines": lines, "events": events}


HERE = parcel("delivered", ("l1", 2), ("l2", 1))


def world(customer: CustomerDoc | None = ADA, **changes: Any) -> World:
    """Two red mugs at 9.00 (list price 10.00), one at 11.00, shipping 5.00; paid."""
    order = {
        "id": "o-1",
        "number": "1234567",
        "placed_at": "2026-11-18T10:00:00Z",
        "currency": "USD",
        "total": 3400,
        "shipping": 500,
        "status": "open",
        "payment_status": "paid",
        "payments": [CAPTURED],
        "customer_id": "c-1",
        "ship_to": {"street": "1 Mill Road", "city": "Boston", "postcode": "02116", "country": "US"},
        "lines": [
            {"id": "l1", "sku": "RED", "name": "Mug", "quantity": 2, "unit_price": 900},
            {"id": "l2", "sku": "RARE", "name": "Rare mug", "quantity": 1, "unit_price": 1100},
        ],
    }

    def variant(sku: str) -> Any:
        return next(((PRODUCT, v) for v in PRODUCT.variants if v.sku == sku), None)

    return World(
        order=OrderDoc.model_validate({**order, **changes}),
        customer=customer,
        now=NOW,
        today=NOW.date(),
        variant=variant,
        promotion=lambda code: CODES.get(code),
    )


def changed(where: World, kind: Kind, **args: Any) -> tuple[OrderDoc, Mapping[str, Any], Change]:
    change = CHANGES[kind](where, args)
    assert change.order is not None
    return change.order, change.preview, change


def reason(where: World, kind: Kind, **args: Any) -> str:
    with pytest.raises(Refused) as caught:
        CHANGES[kind](where, args)
    return caught.value.reason


def part(line: str, quantity: Any = 1) -> list[dict[str, Any]]:
    return [{"line": line, "quantity": quantity}]
