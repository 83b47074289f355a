"""Changes of orders that were sent: return, exchange, resend. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from voicebot.oms.demo.changes import account
from voicebot.oms.demo.changes.base import (
    ARRIVAL_DAYS,
    SEND_BACK_DAYS,
    Change,
    Pieces,
    Refused,
    World,
    about,
    lines_by_id,
    one_of,
    spoken_options,
    text,
    wanted,
)
from voicebot.oms.demo.changes.unshipped import even_price
from voicebot.oms.demo.schema import ExchangeDoc, OrderDoc, ReplacementDoc, ReturnDoc, ReturnLineDoc

_LINKS = "https://returns.example.com"


def send_back(world: World, args: Mapping[str, Any]) -> Change:
    """A return of delivered pieces; the money goes back when they have come in."""
    resolution = one_of(args, "resolution", "refund", "store_credit")
    method = one_of(args, "method", "label", "qr", "drop_off")
    pieces = _returnable(world, args)
    lines = lines_by_id(world, pieces)
    fee = args.get("fee_minor", 0)
    if not isinstance(fee, int) or isinstance(fee, bool) or fee < 0:
        raise Refused("other", "fee_minor is a whole number of minor units")
    worth = sum(lines[line_id].unit_price.minor * quantity for line_id, quantity in pieces.items())
    back = ReturnDoc(
        id=_next_return(world.order),
        status="approved" if method == "drop_off" else "label_issued",
        lines=_parts(pieces, args),
        requested_at=world.now,
        resolution=resolution,  # type: ignore[arg-type]  # one of the two words
        fee=fee or None,
        send_back_by=world.today + timedelta(days=SEND_BACK_DAYS),
    )
    preview = {
        **about(world, pieces),
        "refund_minor": max(0, min(worth, world.known.refundable_minor) - fee),
        "fee_minor": fee,
        "resolution": resolution,
        **_way_back(world, method),
    }
    doc = world.order.model_copy(update={"returns": (*world.order.returns, back)})
    return Change(preview=preview, reference=back.id, private=_link(back.id, method), order=doc)


def exchange(world: World, args: Mapping[str, Any]) -> Change:
    """A return with other variants or products sent in its place, and the price difference."""
    method = one_of(args, "method", "label", "qr", "drop_off")
    wishes = _swaps(args)
    pieces = _returnable(world, {"lines": [{"line": line, "quantity": count} for line, _, count in wishes] or None})
    if len(pieces) != max(1, len(wishes)):
        raise Refused("other", "each line is exchanged once")
    if not wishes:
        wishes = [(line, text(args, "sku", longest=80), count) for line, count in pieces.items()]
    lines = lines_by_id(world, pieces)
    back = ReturnDoc(
        id=_next_return(world.order),
        status="approved" if method == "drop_off" else "label_issued",
        lines=_parts(pieces, args),
        requested_at=world.now,
        resolution="exchange",
        send_back_by=world.today + timedelta(days=SEND_BACK_DAYS),
    )
    settle = one_of(args, "settle", "original", "store_credit")
    sent: list[ExchangeDoc] = []
    taken: dict[str, int] = {}
    for line_id, sku, quantity in wishes:
        product, variant = world.product(sku)
        taken[sku] = taken.get(sku, 0) + quantity
        world.in_stock(sku, taken[sku])
        line = lines[line_id]
        each = even_price(world, line.sku, line.unit_price.minor, sku) - line.unit_price.minor
        name = ", ".join(part for part in (product.name, spoken_options(variant)) if part)
        sent.append(
            ExchangeDoc(
                id=f"X-{world.order.number}-{len(world.order.exchanges) + len(sent) + 1}",
                status="confirmed",
                return_id=back.id,
                sku=sku,
                name=name[:200],
                quantity=quantity,
                difference=each * quantity,
            )
        )
    difference = sum(swap.difference for swap in sent)
    by_credit = settle == "store_credit" and difference != 0
    unpaid = difference > 0 and not by_credit
    if unpaid:
        sent = [swap.model_copy(update={"status": "awaiting_payment"}) for swap in sent]
    product, variant = world.product(sent[0].sku)
    preview = {
        **about(world, pieces),
        "replacement": {"sku": variant.sku, "name": product.name, "variant": spoken_options(variant)},
        "to_pay_minor": max(0, difference),
        "refund_minor": min(max(0, -difference), world.known.refundable_minor),
        "settle": settle,
        "resolution": "exchange",
        "arrives_by": None if unpaid else (world.today + timedelta(days=ARRIVAL_DAYS)).isoformat(),
        **_way_back(world, method),
    }
    doc = world.order.model_copy(
        update={"returns": (*world.order.returns, back), "exchanges": (*world.order.exchanges, *sent)}
    )
    link = {**_link(back.id, method), **({"pay_link": f"https://pay.example.com/{sent[0].id}"} if unpaid else {})}
    return Change(
        preview=preview,
        reference=sent[0].id,
        private=link,
        order=doc,
        customer=account.credited(world, -difference) if by_credit else None,
        taken=taken,
    )


def _swaps(args: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    """Line, SKU and pieces of each exchange; none when no line is named: then it is the only one."""
    swaps = args.get("swaps")
    if swaps is None:
        sku = text(args, "sku", longest=80)
        return [(line, sku, count) for line, count in (wanted(args) or {}).items()]
    if not isinstance(swaps, list) or not all(isinstance(s, dict) and isinstance(s.get("line"), str) for s in swaps):
        raise Refused("other", "swaps are a list of {line, sku}")
    return [(s["line"], text(s, "sku", longest=80), 1) for s in swaps]


def resend(world: World, args: Mapping[str, Any]) -> Change:
    """The same things once more, free of charge; what is sent back or exchanged is not sent again as well."""
    reason = text(args, "reason", otherwise="resend")
    again: dict[str, int] = {}
    for sent in world.order.replacements:
        for part in sent.lines if sent.status != "cancelled" else ():
            again[part.line] = again.get(part.line, 0) + part.quantity
    can = {
        line.id: max(
            0, max(line.shipped, line.delivered) - line.returned - line.return_requested - again.get(line.id, 0)
        )
        for line in world.known.lines
    }
    if not any(line.shipped or line.delivered for line in world.known.lines):
        raise Refused("not_shipped", "nothing of the order has been sent")
    pieces = wanted(args)
    pieces = {line_id: count for line_id, count in can.items() if count > 0} if pieces is None else pieces
    lines = lines_by_id(world, pieces)
    if not pieces:
        raise Refused("already_requested", "all of it has been sent again")
    taken: dict[str, int] = {}
    for line_id, quantity in pieces.items():
        if quantity > can[line_id]:
            done = "already_requested" if again.get(line_id) else "more_than_ordered"
            raise Refused(done, f"only {max(0, can[line_id])} of {line_id} can be sent again")
        taken[lines[line_id].sku] = taken.get(lines[line_id].sku, 0) + quantity
    for sku, quantity in taken.items():
        world.in_stock(sku, quantity)
    sent = ReplacementDoc(
        id=f"S-{world.order.number}-{len(world.order.replacements) + 1}",
        status="confirmed",
        lines=_parts(pieces, args),
        requested_at=world.now,
        reason=reason,
    )
    preview = {
        **about(world, pieces),
        "to_pay_minor": 0,
        "arrives_by": (world.today + timedelta(days=ARRIVAL_DAYS)).isoformat(),
    }
    doc = world.order.model_copy(update={"replacements": (*world.order.replacements, sent)})
    return Change(preview=preview, reference=sent.id, order=doc, taken=taken)


def _returnable(world: World, args: Mapping[str, Any]) -> dict[str, int]:
    """Pieces to be sent back; all that can be when the arguments name none."""
    order = world.known
    if not any(line.delivered for line in order.lines):
        raise Refused("not_delivered", "nothing of the order has arrived")
    pieces = wanted(args)
    if pieces is None:
        pieces = {line.id: line.returnable for line in order.lines if line.returnable}
        if not pieces:
            requested = any(line.return_requested for line in order.lines)
            raise Refused("already_requested" if requested else "nothing_left", "nothing is left to send back")
    lines = lines_by_id(world, pieces)
    for line_id, quantity in pieces.items():
        line = lines[line_id]
        if quantity <= line.returnable:
            continue
        if not line.delivered:
            raise Refused("not_delivered", f"{line_id} has not arrived")
        if quantity > line.quantity - line.written_off:
            raise Refused("more_than_ordered", f"only {line.quantity} of {line_id} were ordered")
        requested = line.return_requested > 0 and quantity <= line.delivered - line.returned
        raise Refused("already_requested" if requested else "nothing_left", f"only {line.returnable} of {line_id} left")
    return pieces


def _parts(pieces: Pieces, args: Mapping[str, Any]) -> tuple[ReturnLineDoc, ...]:
    reason, condition = text(args, "reason"), text(args, "condition")
    return tuple(
        ReturnLineDoc(line=line_id, quantity=quantity, reason=reason, condition=condition)
        for line_id, quantity in pieces.items()
    )


def _next_return(doc: OrderDoc) -> str:
    return f"R-{doc.number}-{len(doc.returns) + 1}"


def _way_back(world: World, method: str) -> dict[str, Any]:
    return {"method": method, "send_back_by": (world.today + timedelta(days=SEND_BACK_DAYS)).isoformat()}


def _link(reference: str, method: str) -> dict[str, str]:
    return {} if method == "drop_off" else {"link": f"{_LINKS}/{method}/{reference}"}
