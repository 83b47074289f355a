"""The new address that an action asks for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Protocol

from voicebot.oms.actions import ActionPlan
from voicebot.oms.connector import Conflict, Deadline, NotAllowed, NotFound
from voicebot.oms.connectors.quoted import Asked, Quote
from voicebot.oms.connectors.wishes import changeable, refused, text, unchanged
from voicebot.oms.model import Address, Order

_PARTS = ("name", "street", "city", "region", "postcode", "country")
_NEEDED = ("street", "city", "postcode", "country")


class Addresses(Protocol):
    """Where addresses are read that nobody has to say."""

    async def account_address(self, customer_id: str, deadline: Deadline) -> Address | None:
        """The one that the account's parcels go to; None when that is none, or not certain. Raises `NotFound`."""
        ...

    async def order(self, order_id: str, deadline: Deadline) -> Order:
        """Raises `NotFound`."""
        ...


async def asked_address(args: Mapping[str, Any], order: Order, known: Addresses, deadline: Deadline) -> Address:
    """The whole new address of an order, out of `address` or `address_of`. Raises `NotAllowed`."""
    given, source = args.get("address"), text(args, "address_of")
    if source:
        there = await _of(source, order, known, deadline)
        # Accounts often leave the name out of an address.
        given = {**asdict(there), "name": there.name or order.ship_to.name}
    return wanted_address(given, order.ship_to)


async def address_quote(wish: Asked[Any], known: Addresses, **backend: Any) -> Quote:
    """Of another address for an order that nobody has packed; `backend` is kept with it. Raises `NotAllowed`."""
    changeable(wish.order)
    address = await asked_address(wish.args, wish.order, known, wish.deadline)
    return Quote(preview=unchanged(wish.order), backend={**backend, "address": _print_of(address)})


async def quoted_address(plan: ActionPlan, wish: Asked[Any], known: Addresses) -> Address:
    """The one that `address_quote` was about. Raises `Conflict` when the account, or the other order, that it is taken
    from has changed in between."""
    address = await asked_address(wish.args, wish.order, known, wish.deadline)
    if _print_of(address) != plan.backend["address"]:
        raise Conflict("the address has changed since it was quoted", where="the order")
    return address


async def is_there(plan: ActionPlan, order: Order, known: Addresses, deadline: Deadline) -> bool:
    """Whether an order goes where a plan wants it, whatever the order system makes of capitals."""
    wanted = await asked_address(plan.action.args, order, known, deadline)
    return _folded(wanted) == _folded(order.ship_to)


def wanted_address(given: object, now: Address) -> Address:
    """The whole new address; what is left out stays. Raises `NotAllowed`."""
    if not isinstance(given, Mapping) or not given or not set(given) <= set(_PARTS):
        raise _bad(f"an address has {', '.join(_PARTS)}")
    if any(not isinstance(value, str) or len(value) > 200 for value in given.values()):
        raise _bad("the parts of an address are short texts")
    merged = {part: str(given.get(part, getattr(now, part))).strip() for part in _PARTS}
    if not re.fullmatch("[A-Z]{2}", merged["country"]) or not all(merged[part] for part in _NEEDED):
        raise _bad("street, city, postcode and country are needed")
    if now.country and merged["country"] != now.country:
        raise _bad("taxes and delivery were computed for another country")
    return Address(**merged)


def _print_of(address: Address) -> str:
    """Tells whether an address is still the one that was quoted, and nothing of it."""
    return hashlib.sha256(repr(_folded(address)).encode()).hexdigest()[:16]


async def _of(source: str, order: Order, known: Addresses, deadline: Deadline) -> Address:
    if order.customer_id is None:
        raise refused("not_found", "a guest's order has neither an account nor other orders")
    if source == "account":
        address = await known.account_address(order.customer_id, deadline)
        if address is None:
            raise _bad("there is no account address")
        return address
    try:
        other = await known.order(source, deadline)
    except NotFound as error:
        raise refused("not_found", "the customer has no such order") from error
    if other.customer_id != order.customer_id:
        raise refused("not_found", "the customer has no such order")
    return other.ship_to


def _folded(address: Address) -> list[str]:
    return [str(getattr(address, part)).casefold() for part in _PARTS]


def _bad(what: str) -> NotAllowed:
    return refused("bad_address", what)
