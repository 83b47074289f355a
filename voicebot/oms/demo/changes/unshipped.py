"""Changes of orders that nobody has packed: cancel, another address, other items. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from voicebot.oms.demo.changes import account
from voicebot.oms.demo.changes.account import new_address
from voicebot.oms.demo.changes.base import (
    Change,
    Refused,
    World,
    about,
    changeable,
    lines_by_id,
    one_of,
    replaced,
    spoken_options,
    text,
    wanted,
)
from voicebot.oms.demo.schema import LineDoc, OrderDoc, RefundDoc
from voicebot.oms.status import OrderStatus, PaymentStatus


def cancel(world: World, args: Mapping[str, Any]) -> Change:
    """The whole order, or pieces that are not packed. What was paid for them goes back where it came from."""
    order = world.known
    reason = text(args, "reason", otherwise="cancelled") or "cancelled"
    if order.status is OrderStatus.CANCELLED:
        raise Refused("already_cancelled", "the order is cancelled")
    pieces = wanted(args)
    if pieces is None:
        changeable(world)
        pieces = {line.id: line.cancellable for line in order.lines if line.cancellable}
    lines = lines_by_id(world, pieces)
    for line_id, quantity in pieces.items():
        line = lines[line_id]
        if quantity > line.quantity - line.written_off:
            raise Refused("more_than_ordered", f"only {line.quantity - line.written_off} of {line_id} were ordered")
        if quantity > line.cancellable:
            raise Refused("already_shipped", f"only {line.cancellable} of {line_id} are not packed")
    left = {line.id: line.quantity - line.written_off - pieces.get(line.id, 0) for line in order.lines}
    whole = not any(left.values())
    worth = sum(lines[line_id].unit_price.minor * quantity for line_id, quantity in pieces.items())
    doc = _written_off(world.order, pieces)
    if not whole:
        doc, back = _cheaper(world, doc, worth, reason)
    else:
        back = order.refundable_minor
        doc = _money_back(doc, back, reason=reason, at=world.now, paid=order.captured_minor)
        unpaid = {} if order.captured_minor else {"payment_status": "voided"}
        doc = doc.model_copy(update={"status": "cancelled", "cancelled_at": world.now, "hold_reason": None, **unpaid})
    preview = {
        **about(world, pieces),
        "refund_minor": back,
        "method": "original",
        "order_status": "cancelled" if whole else order.status.value,
        "total_minor": 0 if whole else doc.total,
    }
    return Change(preview=preview, reference=order.number, order=doc)


def address_change(world: World, args: Mapping[str, Any]) -> Change:
    """Another address in the same country; what is left out stays."""
    changeable(world)
    wanted_there = new_address(world, args, world.order.ship_to)
    if wanted_there.country != (world.order.ship_to.country or wanted_there.country):
        raise Refused("bad_address", "taxes and delivery were computed for another country")
    doc = world.order.model_copy(update={"ship_to": wanted_there})
    arrives = world.order.promised_by
    preview = {
        **about(world, {line.id: line.cancellable for line in world.known.lines}),
        "order_status": world.known.status.value,
        "arrives_by": arrives.isoformat() if arrives and arrives >= world.today else None,
    }
    return Change(preview=preview, reference=world.order.number, order=doc, basis=doc.ship_to.model_dump_json())


def item_change(world: World, args: Mapping[str, Any]) -> Change:
    """Other quantities, further items, or another variant in place of an ordered one."""
    changeable(world)
    doc, order = world.order, world.known
    changed: dict[str, LineDoc] = {}
    needed: dict[str, int] = {}
    pieces = wanted(args, least=0) or {}
    lines_by_id(world, pieces)
    lines = {line.id: line for line in doc.lines}
    for line_id, quantity in pieces.items():
        line = lines[line_id]
        now = line.quantity - line.written_off
        if quantity > now:
            needed[line.sku] = needed.get(line.sku, 0) + quantity - now
            changed[line_id] = line.model_copy(update={"quantity": line.written_off + quantity})
        else:
            changed[line_id] = line.model_copy(update={"written_off": line.quantity - quantity})
    swapped = _swaps(world, args, changed, needed)
    added = _added(world, args, needed)
    for sku, count in needed.items():
        world.in_stock(sku, count)
    after = (*replaced(doc.lines, changed), *added)
    if after == doc.lines:
        raise Refused("other", "nothing would change")
    if not any(line.quantity > line.written_off for line in after):
        raise Refused("nothing_left", "nothing would be left: cancel the order instead")
    difference = _worth(after) - _worth(doc.lines)
    doc, back = doc.model_copy(update={"lines": after}), 0
    settle, customer = one_of(args, "settle", "original", "store_credit"), None
    if settle == "store_credit" and difference:
        customer = account.credited(world, -difference)
        doc = account.settled(world, doc, difference)
    elif difference > 0:
        doc = _dearer(world, doc, difference)
    elif difference < 0:
        doc, back = _cheaper(world, doc, -difference, "changed")
    preview = {
        "headline": about(world, {line.id: line.cancellable for line in order.lines})["headline"],
        "items": [
            {"name": line.name, "variant": line.variant, "quantity": line.quantity - line.written_off}
            for line in after
            if line.quantity > line.written_off
        ],
        "currency": doc.currency,
        "refund_minor": back,
        "to_pay_minor": max(0, difference),
        "settle": settle,
        "total_minor": doc.total,
        "order_status": order.status.value,
        **({"replacement": swapped} if swapped else {}),
    }
    return Change(preview=preview, reference=order.number, order=doc, customer=customer, taken=needed)


def _swaps(
    world: World, args: Mapping[str, Any], changed: dict[str, LineDoc], needed: dict[str, int]
) -> dict[str, Any] | None:
    """Other variants in place of ordered ones; the first one's preview, None when there are none."""
    swaps = args.get("swap")
    made = [_swap(world, swap, changed, needed) for swap in (swaps if isinstance(swaps, list) else [swaps]) if swap]
    if len({swap["line"] for swap in swaps} if isinstance(swaps, list) else made) < len(made):
        raise Refused("other", "a line is swapped once")
    return made[0] if made else None


def _swap(world: World, swap: Any, changed: dict[str, LineDoc], needed: dict[str, int]) -> dict[str, Any]:
    if not isinstance(swap, dict) or not isinstance(swap.get("line"), str) or not isinstance(swap.get("sku"), str):
        raise Refused("other", "swap is {line, sku}, or a list of them")
    lines_by_id(world, {swap["line"]: 1})
    line = next(line for line in world.order.lines if line.id == swap["line"])
    line = changed.get(line.id, line)
    product, variant = world.product(swap["sku"])
    needed[variant.sku] = needed.get(variant.sku, 0) + line.quantity - line.written_off
    changed[line.id] = line.model_copy(
        update={
            "sku": variant.sku,
            "name": product.name,
            "variant": spoken_options(variant),
            "product_type": product.product_type,
            "tags": product.tags,
            "unit_price": even_price(world, line.sku, line.unit_price, variant.sku),
        }
    )
    return {"sku": variant.sku, "name": product.name, "variant": spoken_options(variant)}


def _added(world: World, args: Mapping[str, Any], needed: dict[str, int]) -> list[LineDoc]:
    add = args.get("add") or []
    made: list[LineDoc] = []
    for part in add if isinstance(add, list) else [None]:
        quantity = part.get("quantity", 1) if isinstance(part, dict) else 0
        if not isinstance(part, dict) or not isinstance(part.get("sku"), str):
            raise Refused("other", "add is a list of {sku, quantity}")
        if not isinstance(quantity, int) or isinstance(quantity, bool) or not 1 <= quantity <= 100:
            raise Refused("other", "a quantity is a whole number from 1 to 100")
        product, variant = world.product(part["sku"])
        needed[variant.sku] = needed.get(variant.sku, 0) + quantity
        made.append(
            LineDoc(
                id=f"l{len(world.order.lines) + len(made) + 1}-added",
                sku=variant.sku,
                name=product.name,
                variant=spoken_options(variant),
                product_type=product.product_type,
                tags=product.tags,
                quantity=quantity,
                unit_price=world.price(variant.sku),
            )
        )
    return made


def even_price(world: World, old_sku: str, paid: int, new_sku: str) -> int:
    """Price of what is sent instead: what was paid, when both cost the same today; else today's price."""
    price = world.price(new_sku)
    try:
        return paid if world.price(old_sku) == price else price
    except Refused:
        return price


def _worth(lines: tuple[LineDoc, ...]) -> int:
    return sum(line.unit_price * (line.quantity - line.written_off) for line in lines)


def _written_off(doc: OrderDoc, pieces: Mapping[str, int]) -> OrderDoc:
    changed = {
        line.id: line.model_copy(update={"written_off": line.written_off + pieces[line.id]})
        for line in doc.lines
        if line.id in pieces
    }
    return doc.model_copy(update={"lines": replaced(doc.lines, changed)})


def _dearer(world: World, doc: OrderDoc, minor: int) -> OrderDoc:
    """More to pay; whether money that went back before was for this or that would be anybody's guess."""
    if world.known.refundable_minor < world.known.captured_minor:
        raise Refused("other", "an order with a refund is not made dearer: order the rest separately")
    unpaid = world.known.payment_status in (PaymentStatus.NOT_PAID, PaymentStatus.UNKNOWN)
    status = doc.payment_status if unpaid else "partially_paid"
    return doc.model_copy(update={"total": doc.total + minor, "payment_status": status})


def _cheaper(world: World, doc: OrderDoc, minor: int, reason: str) -> tuple[OrderDoc, int]:
    """Less to pay: first what is still open falls away, the rest goes back."""
    order = world.known
    fallen = min(minor, order.open_minor)
    back = min(minor - fallen, order.refundable_minor)
    doc = doc.model_copy(update={"total": max(0, doc.total - minor)})
    if order.payment_status is PaymentStatus.PARTIALLY_PAID and fallen == order.open_minor:
        doc = doc.model_copy(update={"payment_status": "paid" if order.captured_minor else "authorized"})
    return _money_back(doc, back, reason=reason, at=world.now, paid=order.captured_minor), back


def _money_back(doc: OrderDoc, minor: int, *, reason: str, at: datetime, paid: int) -> OrderDoc:
    """A refund to where the money came from; nothing when nothing was paid."""
    if minor <= 0:
        return doc
    refund = RefundDoc(
        id=f"RF-{doc.number}-{len(doc.refunds) + 1}", amount=minor, status="pending", reason=reason, at=at
    )
    given = minor + sum(r.amount for r in doc.refunds if r.status not in ("failed", "cancelled"))
    status = "refunded" if given >= paid else "partially_refunded"
    return doc.model_copy(update={"refunds": (*doc.refunds, refund), "payment_status": status})
