"""What an action asks for, checked against the order before the order system is asked. Pure.

Order systems refuse most of it as well, but late and coarsely, and not all: Medusa changes a sent parcel's address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voicebot.oms.connector import NotAllowed
from voicebot.oms.facts import clean_name, headline
from voicebot.oms.model import Order, OrderLine
from voicebot.oms.status import OrderStatus

Args = Mapping[str, Any]
Pieces = Mapping[str, int]

_CHANGEABLE = frozenset({OrderStatus.OPEN, OrderStatus.ON_HOLD})
_LONGEST = 2000


class Unsupported(NotAllowed):
    """The order system cannot do it, or not in the way that is asked for; a person may know how. It says nothing of the
    order, as other refusals do."""

    status = "unsupported"


def refused(reason: str, what: str) -> NotAllowed:
    return NotAllowed(what, where="the order", reason=reason)


def unsupported(what: str) -> Unsupported:
    return Unsupported(what, where="the order")


def text(args: Args, name: str, otherwise: str = "") -> str:
    """An argument that is text. Raises `NotAllowed`."""
    value = args.get(name)
    if value is None:
        return otherwise
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise refused("other", f"{name} is a text of up to {_LONGEST} characters")
    return value.strip()


def one_of(args: Args, name: str, first: str, *others: str) -> str:
    """An argument that is one of some words, the first one when left out. Raises `NotAllowed`."""
    value = text(args, name, first)
    if value not in (first, *others):
        raise refused("other", f"{name} is one of {', '.join((first, *others))} here")
    return value


def without_credit(args: Args, name: str, only: str) -> str:
    """An argument of which store credit would be the other word, for order systems that know none. Raises
    `NotAllowed`."""
    if args.get(name) == "store_credit":
        raise unsupported("there is no store credit")
    return one_of(args, name, only)


def count(value: Any, *, least: int = 1) -> int:
    """Raises `NotAllowed`."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= 1000:
        raise refused("other", f"a quantity is a whole number from {least} on")
    return value


def named_lines(args: Args, order: Order, *, least: int = 1) -> dict[str, int] | None:
    """Pieces by line; None when the arguments name none, which means all. Raises `NotAllowed`."""
    lines = args.get("lines")
    if lines is None or lines == []:
        return None
    known = {line.id for line in order.lines}
    pieces: dict[str, int] = {}
    for part in lines if isinstance(lines, list) else [None]:
        if not isinstance(part, Mapping) or not isinstance(part.get("line"), str):
            raise refused("other", "lines are a list of {line, quantity}")
        if part["line"] not in known:
            raise refused("not_found", "the order has no such line")
        pieces[part["line"]] = pieces.get(part["line"], 0) + count(part.get("quantity", 1), least=least)
    return pieces


def changeable(order: Order) -> None:
    """Raises `NotAllowed` when the order is over, or anything of it was packed."""
    if order.status is OrderStatus.CANCELLED:
        raise refused("already_cancelled", "the order is cancelled")
    if any(max(line.fulfilled, line.shipped, line.delivered) for line in order.lines):
        raise refused("already_shipped", "the order is packed or on its way")
    if order.status not in _CHANGEABLE:
        raise refused("closed", f"the order is {order.raw_status}")


def returnable(args: Args, order: Order) -> dict[str, int]:
    """Pieces to be sent back; all that can be when the arguments name none. Raises `NotAllowed`."""
    if order.status is OrderStatus.CANCELLED:
        raise refused("already_cancelled", "the order is cancelled")
    if not any(line.delivered for line in order.lines):
        raise refused("not_delivered", "nothing of the order has arrived")
    pieces = named_lines(args, order)
    if pieces is None:
        pieces = {line.id: line.returnable for line in order.lines if line.returnable}
        if not pieces:
            requested = any(line.return_requested for line in order.lines)
            raise refused("already_requested" if requested else "nothing_left", "nothing is left to send back")
    lines = by_id(order)
    for line_id, quantity in pieces.items():
        line = lines[line_id]
        if quantity <= line.returnable:
            continue
        if not line.delivered:
            raise refused("not_delivered", "that line has not arrived")
        if quantity > line.quantity - line.written_off:
            raise refused("more_than_ordered", f"only {line.quantity} were ordered")
        requested = line.return_requested > 0 and quantity <= line.delivered - line.returned
        raise refused("already_requested" if requested else "nothing_left", f"only {line.returnable} are left")
    return pieces


def exchanged(args: Args, order: Order) -> tuple[dict[str, str], dict[str, int]]:
    """The SKU that is sent instead of each line, and the pieces of it: one of each line in `swaps`, or those in `lines`
    against one `sku`. Raises `NotAllowed`."""
    if args.get("swaps") is None:
        pieces = returnable(args, order)
        if len(pieces) != 1:
            raise refused("other", "several lines are exchanged by swaps")
        return dict.fromkeys(pieces, text(args, "sku")), pieces
    skus = dict(swaps(args, "swaps", all_pieces(order)))
    if not skus:
        raise refused("other", "swaps are a list of {line, sku}")
    named = [{"line": line, "quantity": 1} for line in skus]
    return skus, returnable({"lines": named}, order)


def sent_again(args: Args, order: Order) -> dict[str, int]:
    """Pieces to be sent once more; all that were sent when the arguments name none. Raises `NotAllowed`."""
    if not any(line.shipped or line.delivered for line in order.lines):
        raise refused("not_shipped", "nothing of the order has been sent")
    can = {
        line.id: max(0, max(line.shipped, line.delivered) - line.returned - line.return_requested - line.written_off)
        for line in order.lines
    }
    pieces = named_lines(args, order)
    if pieces is None:
        pieces = {line_id: left for line_id, left in can.items() if left}
        if not pieces:
            raise refused("already_requested", "all of it has been sent again")
    lines = by_id(order)
    for line_id, quantity in pieces.items():
        if quantity > can[line_id]:
            done = "already_requested" if lines[line_id].written_off else "more_than_ordered"
            raise refused(done, f"only {can[line_id]} can be sent again")
    return pieces


def to_cancel(args: Args, order: Order) -> tuple[dict[str, int], dict[str, int] | None]:
    """All pieces of an order that nobody has packed, and those that are named; None when these are all, or none is.
    Raises `NotAllowed`."""
    changeable(order)
    everything = {line: pieces for line, pieces in all_pieces(order).items() if pieces}
    pieces = named_lines(args, order)
    return everything, None if pieces == everything else pieces


def refund_amount(args: Args, order: Order) -> int:
    """Minor units to be given back; all that is left of what was paid when the arguments name none. Raises
    `NotAllowed`."""
    left = order.refundable_minor
    amount = args.get("amount_minor")
    if amount is None:
        amount = left
    if not isinstance(amount, int) or isinstance(amount, bool) or (amount <= 0 and left > 0):
        raise refused("other", "amount_minor is a whole number above 0")
    if left == 0:
        raise refused("nothing_left", "nothing is left of what was paid")
    if amount > left:
        raise refused("more_than_paid", f"only {left} is left of what was paid")
    return amount


def fee(args: Args) -> int | None:
    """Minor units that a return costs; None when the arguments name none. Raises `NotAllowed`."""
    minor = args.get("fee_minor")
    if minor is not None and (not isinstance(minor, int) or isinstance(minor, bool) or minor < 0):
        raise refused("other", "fee_minor is a whole number of minor units")
    return minor


def note_text(args: Args) -> str:
    """Words for colleagues. Raises `NotAllowed` when there are none."""
    words = text(args, "text")
    if not words:
        raise refused("other", "a note has a text")
    return words


def additions(args: Args) -> list[tuple[str, int]]:
    """SKUs to be added, and how many pieces. Raises `NotAllowed`."""
    add = args.get("add") or []
    made = []
    for part in add if isinstance(add, list) else [None]:
        if not isinstance(part, Mapping) or not isinstance(part.get("sku"), str):
            raise refused("other", "add is a list of {sku, quantity}")
        made.append((part["sku"], count(part.get("quantity", 1))))
    return made


def changed(order: Order, left: Pieces, *, added: bool) -> tuple[dict[str, int], dict[str, int]]:
    """Lines of which another number of pieces is to be left, and what is left of all lines.

    Args:
        left: pieces by line.
        added: whether new lines come as well.

    Raises:
        NotAllowed: nothing would change, or nothing be left.
    """
    now = all_pieces(order)
    changes = {line: pieces for line, pieces in left.items() if pieces != now[line]}
    after = {**now, **changes}
    if not changes and not added:
        raise refused("other", "nothing would change")
    if not any(after.values()) and not added:
        raise refused("nothing_left", "nothing would be left: cancel the order instead")
    return changes, after


def swaps(args: Args, name: str, now: Pieces) -> list[tuple[str, str]]:
    """Lines, and the SKU that takes the place of each: one `{line, sku}`, or a list of them.

    Args:
        name: of the argument.
        now: pieces by line; what has none cannot be swapped.

    Raises:
        NotAllowed: no such line, or the same one twice.
    """
    given = args.get(name)
    made: dict[str, str] = {}
    for swap in given if isinstance(given, list) else [given] if given is not None else []:
        whole = isinstance(swap, Mapping) and isinstance(swap.get("line"), str) and isinstance(swap.get("sku"), str)
        if not whole:
            raise refused("other", f"{name} is {{line, sku}}, or a list of them")
        if not now.get(swap["line"]) or swap["line"] in made:
            raise refused("not_found", "the order has no such line")
        made[swap["line"]] = swap["sku"]
    return list(made.items())


def about(order: Order, pieces: Pieces) -> dict[str, Any]:
    """Headline, items and currency of a preview."""
    lines = [line for line in order.lines if pieces.get(line.id, 0) > 0]
    return {
        "headline": headline(order.lines, dict(pieces)),
        "items": [
            {"name": clean_name(line.name), "variant": clean_name(line.variant), "quantity": pieces[line.id]}
            for line in lines
        ],
        "currency": order.currency,
    }


def unchanged(order: Order) -> dict[str, Any]:
    """The preview of what leaves an order's items and its status as they are."""
    return {**about(order, all_pieces(order)), "order_status": order.status.value}


def refunded(order: Order, minor: int) -> dict[str, Any]:
    """The preview of money that goes back to where it came from."""
    return {**about(order, all_pieces(order)), "refund_minor": minor, "method": "original"}


def by_id(order: Order) -> dict[str, OrderLine]:
    return {line.id: line for line in order.lines}


def all_pieces(order: Order) -> dict[str, int]:
    return {line.id: line.quantity - line.written_off for line in order.lines}
