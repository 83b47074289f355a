"""Facts of an order's parts: its items, and what has become of its money and goods since. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from voicebot.oms.model import Order, OrderLine, Payment, ReturnLine
from voicebot.oms.status import OrderStatus, PaymentStatus, PickupStatus, ShipmentStatus
from voicebot.oms.wording import clean_name, headline

Facts = dict[str, Any]
Local = Callable[[datetime], date]
"""A moment as the shop's local date."""

#: Tags of products that policies ask for, each a fact of its own.
TRAITS = ("final_sale", "hygiene", "custom_made", "digital", "perishable")
_CHANGEABLE = frozenset({OrderStatus.OPEN, OrderStatus.ON_HOLD})
_PICKUP = {ShipmentStatus.AVAILABLE_FOR_PICKUP: PickupStatus.READY, ShipmentStatus.DELIVERED: PickupStatus.COLLECTED}


def item_facts(order: Order) -> list[Facts]:
    """One entry a line. `cancellable` and `returnable` count pieces that nothing stands against but a policy."""
    # A parcel that does not say what is in it may hold anything: nothing of the order can be promised as unpacked.
    changeable = order.status in _CHANGEABLE and all(shipment.lines for shipment in order.shipments)
    return [
        {
            "line": line.id,
            "name": clean_name(line.name),
            "variant": clean_name(line.variant),
            "quantity": line.quantity,
            "sku": line.sku,
            "product_type": line.product_type,
            "unit_minor": line.unit_price.minor,
            "currency": line.unit_price.currency,
            "tags": list(line.tags),
            "delivered": line.delivered,
            "returned": line.returned,
            "return_requested": line.return_requested,
            "returnable": line.returnable,
            "cancellable": line.cancellable if changeable else 0,
            "seller": clean_name(line.seller) or None,
            **traits(line),
        }
        for line in order.lines
    ]


def traits(line: OrderLine) -> dict[str, bool]:
    """Which of `TRAITS` a line's tags name: `final-sale` and `Final Sale` are `final_sale`."""
    tags = {tag.strip().lower().replace("-", "_").replace(" ", "_") for tag in line.tags}
    return {trait: trait in tags for trait in TRAITS}


def money_facts(order: Order, local: Local) -> Facts:
    """What was paid, came back, or is still to pay."""
    failed = _failed(order)
    good = [payment for payment in order.payments if not payment.failed]
    last: Payment | None = next(iter(reversed(good or order.payments)), None)
    return {
        "payment_method": last.method if last else None,
        "paid_minor": order.captured_minor,
        "refundable_minor": order.refundable_minor,
        "open_minor": order.open_minor,
        "payment_failed": failed,
        "decline_reason": next((p.decline_reason for p in reversed(order.payments) if p.decline_reason), None)
        if failed
        else None,
        "discount_minor": order.discount.minor if order.discount else 0,
        "promo_codes": list(order.promo_codes),
        "refunds": [
            {
                "reference": refund.id,
                "amount_minor": refund.amount.minor,
                "status": refund.status.value,
                "method": refund.method,
                "on": local(refund.at).isoformat() if refund.at else None,
            }
            for refund in order.refunds
        ],
    }


def _failed(order: Order) -> bool:
    if order.payment_status not in (PaymentStatus.NOT_PAID, PaymentStatus.PARTIALLY_PAID):
        return False
    return any(payment.failed for payment in order.payments) or order.hold_reason == "payment failed"


def goods_facts(order: Order, local: Local) -> Facts:
    """Returns, exchanges and what was sent again."""
    return {
        "returns": [
            {
                "reference": back.id,
                "status": back.status.value,
                "resolution": back.resolution,
                "requested_on": local(back.requested_at).isoformat(),
                "send_back_by": back.send_back_by.isoformat() if back.send_back_by else None,
                "fee_minor": back.fee.minor if back.fee else 0,
                "headline": _headline(order, back.lines),
            }
            for back in order.returns
        ],
        "exchanges": [
            {
                "reference": swap.id,
                "status": swap.status.value,
                "name": clean_name(swap.name),
                "difference_minor": swap.difference.minor,
            }
            for swap in order.exchanges
        ],
        "replacements": [
            {
                "reference": sent.id,
                "status": sent.status.value,
                "requested_on": local(sent.requested_at).isoformat(),
                "headline": _headline(order, sent.lines),
            }
            for sent in order.replacements
        ],
    }


def pickup_facts(order: Order, local: Local) -> Facts | None:
    """Click and collect: as the shop says, else from a parcel that waits at a store without any carrier."""
    if order.pickup is not None:
        ready, until = order.pickup.ready_on, order.pickup.until
        return {
            "store": clean_name(order.pickup.store),
            "status": order.pickup.status.value,
            "ready_on": ready.isoformat() if ready else None,
            "until": until.isoformat() if until else None,
        }
    for shipment in order.shipments:
        if shipment.pickup_point and shipment.carrier is None:
            ready_at = shipment.latest.at if shipment.latest else None
            return {
                "store": clean_name(shipment.pickup_point),
                "status": _PICKUP.get(shipment.status, PickupStatus.PREPARING).value,
                "ready_on": local(ready_at).isoformat() if ready_at and shipment.status in _PICKUP else None,
                "until": None,
            }
    return None


def _headline(order: Order, parts: Sequence[ReturnLine]) -> str:
    return headline(order.lines, {part.line_id: part.quantity for part in parts})
