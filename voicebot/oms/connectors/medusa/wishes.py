"""What an action asks for, checked against the order before Medusa is asked. Pure.

Medusa would refuse most of it as well, but late and coarsely, and not all: it changes the address of a sent parcel.
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


def refused(reason: str, what: str) -> NotAllowed:
    return NotAllowed(what, where="the order", reason=reason)


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


def by_id(order: Order) -> dict[str, OrderLine]:
    return {line.id: line for line in order.lines}


def all_pieces(order: Order) -> dict[str, int]:
    return {line.id: line.quantity - line.written_off for line in order.lines}
