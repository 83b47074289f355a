"""Changes of the customer's account: the address in it, store credit that a difference is settled with. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from voicebot.oms.demo.changes.base import Change, Refused, World, text
from voicebot.oms.demo.schema import AddressDoc, CustomerDoc, OrderDoc, PaymentDoc

_PARTS = ("name", "street", "city", "region", "postcode", "country")
#: Former addresses that an account keeps, so that a change can be taken back.
_KEPT = 4


def address(world: World, args: Mapping[str, Any]) -> Change:
    """Another address in the account. Orders that were placed keep theirs."""
    customer = _customer(world)
    now = customer.addresses[0] if customer.addresses else AddressDoc(country=world.order.ship_to.country)
    new = new_address(world, args, now)
    rest = tuple(kept for kept in customer.addresses if kept != new)[: _KEPT - 1]
    changed = customer.model_copy(update={"addresses": (new, *rest)})
    return Change(
        preview={"headline": "the address in the account", "items": [], "currency": world.order.currency},
        reference=world.order.number,
        customer=changed,
        basis=new.model_dump_json(),
        stales=False,
    )


def new_address(world: World, args: Mapping[str, Any], now: AddressDoc) -> AddressDoc:
    """The address of `address` and `address_of`, complete; what neither gives stays as `now`. Raises `Refused`."""
    given = args.get("address")
    if source := text(args, "address_of", longest=80):
        given = _found(world, source).model_dump()
    if not isinstance(given, dict) or not given or not set(given) <= set(_PARTS):
        raise Refused("bad_address", f"an address has {', '.join(_PARTS)}")
    if any(not isinstance(value, str) or len(value) > 200 for value in given.values()):
        raise Refused("bad_address", "the parts of an address are short texts")
    merged = {**now.model_dump(), **{name: value.strip() for name, value in given.items()}}
    if not re.fullmatch("[A-Z]{2}", merged["country"]) or not all(merged[p] for p in ("street", "city", "postcode")):
        raise Refused("bad_address", "street, city, postcode and country are needed")
    return AddressDoc(**merged)


def credited(world: World, minor: int) -> CustomerDoc:
    """The customer with more store credit, or less. Raises `Refused`."""
    customer = _customer(world)
    if customer.store_credit is None or customer.currency != world.order.currency:
        raise Refused("too_little_credit", "the account has no store credit in this currency")
    if customer.store_credit + minor < 0:
        raise Refused("too_little_credit", "the store credit does not cover it")
    return customer.model_copy(update={"store_credit": customer.store_credit + minor})


def settled(world: World, doc: OrderDoc, difference: int) -> OrderDoc:
    """An order that is dearer, or cheaper, by what was settled with store credit."""
    update: dict[str, Any] = {"total": max(0, doc.total + difference)}
    if difference > 0:
        reference = f"SC-{doc.number}-{len(doc.payments) + 1}"
        paid = PaymentDoc(reference=reference, method="store_credit", amount=difference, captured_at=world.now)
        update["payments"] = (*doc.payments, paid)
    return doc.model_copy(update=update)


def _found(world: World, source: str) -> AddressDoc:
    if source in ("account", "previous"):
        addresses = _customer(world).addresses
        place = 0 if source == "account" else 1
        if len(addresses) <= place:
            raise Refused("bad_address", f"there is no {source} address")
        return addresses[place]
    other = world.other(source)
    if other is None:
        raise Refused("not_found", "the customer has no such order")
    return other.ship_to


def _customer(world: World) -> CustomerDoc:
    if world.customer is None:
        raise Refused("not_found", "a guest's order has no account")
    return world.customer
