"""What a change of an order is made from, and what it consists of. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from voicebot.oms.demo import mapping
from voicebot.oms.demo.schema import CustomerDoc, LineDoc, OrderDoc, ProductDoc, PromotionDoc, VariantDoc
from voicebot.oms.model import Order, OrderLine
from voicebot.oms.status import OrderStatus
from voicebot.oms.wording import clean_name, headline

#: Days from a request until the goods have to be sent back, and from a dispatch to its arrival.
SEND_BACK_DAYS = 14
ARRIVAL_DAYS = 4
_CHANGEABLE = frozenset({OrderStatus.OPEN, OrderStatus.ON_HOLD})


class Refused(Exception):  # noqa: N818
    """The shop does not do it. `reason` is one of the codes of `voicebot.oms.connector.NotAllowed`."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(what)
        self.reason = reason


@dataclass(frozen=True)
class World:
    """Everything that a change may depend on, as it is now.

    Attributes:
        variant: product and variant of a SKU, None when the shop does not sell it.
        promotion: by its code in capitals.
        other: another order of the same customer by its id, None when there is none.
    """

    order: OrderDoc
    customer: CustomerDoc | None
    now: datetime
    today: date
    variant: Callable[[str], tuple[ProductDoc, VariantDoc] | None]
    promotion: Callable[[str], PromotionDoc | None]
    other: Callable[[str], OrderDoc | None] = lambda _: None

    @cached_property
    def known(self) -> Order:
        """The order in normal form, with its pieces counted."""
        return mapping.order(self.order, self.now)

    def price(self, sku: str) -> int:
        """Of one piece, in minor units of the order's currency. Raises `Refused`."""
        product, variant = self.product(sku)
        if product.currency == self.order.currency:
            return variant.price
        if self.order.currency not in variant.prices:
            raise Refused("other", f"{sku} has no price in {self.order.currency}")
        return variant.prices[self.order.currency]

    def product(self, sku: str) -> tuple[ProductDoc, VariantDoc]:
        found = self.variant(sku)
        if found is None:
            raise Refused("not_found", f"there is no {sku}")
        return found

    def in_stock(self, sku: str, pieces: int) -> None:
        """Raises `Refused` when there are not enough."""
        found = self.variant(sku)
        if found is None or found[1].stock < pieces:
            raise Refused("out_of_stock", f"fewer than {pieces} of {sku} are left")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """All that would happen. Nothing has.

    Attributes:
        preview: for the caller; see `voicebot.oms.actions.ActionPlan.preview`.
        reference: what the caller may quote.
        private: further facts of the result, for messages only.
        order, customer, promotions: documents that take the place of present ones.
        taken: pieces that leave the shelf, by SKU.
        basis: state outside of the order that the quote depends on.
        stales: whether other plans for this order are stale afterwards.
    """

    preview: Mapping[str, Any]
    reference: str
    private: Mapping[str, Any] = field(default_factory=dict)
    order: OrderDoc | None = None
    customer: CustomerDoc | None = None
    promotions: tuple[PromotionDoc, ...] = ()
    taken: Mapping[str, int] = field(default_factory=dict)
    basis: str = ""
    stales: bool = True

    def digest(self) -> str:
        """Two changes with one digest are the same to the caller."""
        return hashlib.sha256(
            json.dumps([self.preview, self.reference, self.basis, self.taken], sort_keys=True).encode()
        ).hexdigest()


Pieces = Mapping[str, int]


def wanted(args: Mapping[str, Any], *, least: int = 1) -> dict[str, int] | None:
    """Pieces by line of the arguments; None when they name none, which means all. Raises `Refused`."""
    lines = args.get("lines")
    if lines is None or lines == []:
        return None
    pieces: dict[str, int] = {}
    for part in lines if isinstance(lines, list) else [None]:
        if not isinstance(part, dict) or not isinstance(part.get("line"), str):
            raise Refused("other", "lines are a list of {line, quantity}")
        quantity = part.get("quantity", 1)
        if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < least:
            raise Refused("other", f"a quantity is a whole number from {least} on")
        pieces[part["line"]] = pieces.get(part["line"], 0) + quantity
    return pieces


def text(args: Mapping[str, Any], name: str, *, otherwise: str = "", longest: int = 500) -> str:
    """An argument that is text. Raises `Refused`."""
    value = args.get(name)
    if value is None:
        return otherwise
    if not isinstance(value, str) or len(value) > longest:
        raise Refused("other", f"{name} is a text of up to {longest} characters")
    return value


def one_of(args: Mapping[str, Any], name: str, first: str, *others: str) -> str:
    """An argument that is one of some words, the first one when left out. Raises `Refused`."""
    value = text(args, name, otherwise=first)
    if value not in (first, *others):
        raise Refused("other", f"{name} is one of {', '.join((first, *others))}")
    return value


def lines_by_id(world: World, pieces: Pieces) -> dict[str, OrderLine]:
    """Raises `Refused` when the order has no such line."""
    lines = {line.id: line for line in world.known.lines}
    for line in pieces:
        if line not in lines:
            raise Refused("not_found", f"the order has no line {line!r}")
    return lines


def changeable(world: World) -> None:
    """Raises `Refused` when the order is over or anything of it was packed."""
    order = world.known
    if order.status is OrderStatus.CANCELLED:
        raise Refused("already_cancelled", "the order is cancelled")
    if any(max(line.fulfilled, line.shipped, line.delivered) for line in order.lines):
        raise Refused("already_shipped", "the order is packed or on its way")
    if order.status not in _CHANGEABLE:
        raise Refused("closed", f"the order is {order.raw_status}")


def about(world: World, pieces: Pieces) -> dict[str, Any]:
    """Headline and items of a preview."""
    lines = [line for line in world.known.lines if pieces.get(line.id, 0) > 0]
    return {
        "headline": headline(world.known.lines, dict(pieces)),
        "items": [
            {"name": clean_name(line.name), "variant": clean_name(line.variant), "quantity": pieces[line.id]}
            for line in lines
        ],
        "currency": world.order.currency,
    }


def spoken_options(variant: VariantDoc) -> str:
    return ", ".join(variant.options.values())


def replaced(lines: tuple[LineDoc, ...], changed: Mapping[str, LineDoc]) -> tuple[LineDoc, ...]:
    return tuple(changed.get(line.id, line) for line in lines)
