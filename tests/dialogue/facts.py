"""Facts of orders as the order system gives them, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

TODAY = "2026-11-21"
NOW = "2026-11-21T10:00:00Z"


def delivery(state: str = "in_transit", **changes: Any) -> dict[str, Any]:
    """Where one parcel is; on time and with DHL unless told otherwise."""
    facts = {
        "state": state,
        "promised_by": "2026-11-24",
        "eta": "2026-11-23",
        "shipped_on": "2026-11-19",
        "delivered_on": None,
        "carrier": "DHL",
        "tracking_number": "JD0146000001",
        "reason": None,
        "days_late": 0,
        "last_scan_on": "2026-11-21",
        "stale_days": 0,
        "pickup_point": None,
    }
    assert set(changes) <= set(facts)
    return {**facts, **changes}


def order(number: str = "4481207", item: str = "Trail Runner shoes", **changes: Any) -> dict[str, Any]:
    """An open order of one item."""
    where = changes.pop("delivery", None) or delivery()
    facts = {
        "id": f"ord_{number}",
        "number": number,
        "placed_on": "2026-11-16",
        "currency": "EUR",
        "total_minor": 8990,
        "item_count": 1,
        "items": [{"name": item, "quantity": 1, "sku": "SKU-1", "product_type": "shoes"}],
        "headline": f"the {item}",
        "order_status": "open",
        "payment_status": "paid",
        "fulfillment_status": "shipped",
        "region": "EU",
        "tier": "standard",
        "open": True,
        "delivery": where,
        "shipments": [{**where, "headline": f"the {item}"}],
        "split": False,
        "as_of": NOW,
    }
    assert set(changes) <= set(facts)
    return {**facts, **changes}


def found(*orders: dict[str, Any], nearest: Sequence[str] = (), status: str | None = None) -> dict[str, Any]:
    """Answer to `find_orders`."""
    return {
        "status": status or ("ok" if orders else "not_found"),
        "orders": list(orders),
        "customer": {"id": "c1", "first_name": "Ada", "tier": "standard"} if orders else None,
        "nearest": list(nearest),
        "fetched_at": NOW,
    }
