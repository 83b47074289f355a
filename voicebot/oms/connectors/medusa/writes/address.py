"""Another address for an order that nobody has packed. Medusa would change a sent one's as well: we do not."""

from __future__ import annotations

import re
from collections.abc import Mapping

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.medusa.documents import Nothing
from voicebot.oms.connectors.medusa.wishes import about, all_pieces, changeable, refused
from voicebot.oms.connectors.medusa.writes.base import Quote, Shop, Wish, committed
from voicebot.oms.model import Address, Order

_PARTS = ("name", "street", "city", "region", "postcode", "country")
_NEEDED = ("street", "city", "postcode", "country")


class ChangeAddress:
    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        changeable(wish.order)
        _wanted(wish.args.get("address"), wish.order.ship_to)
        return Quote(
            preview={**about(wish.order, all_pieces(wish.order)), "order_status": wish.order.status.value},
        )

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        address = _wanted(wish.args.get("address"), wish.order.ship_to)
        first, _, last = address.name.rpartition(" ")
        body = {
            "first_name": first,
            "last_name": last,
            "address_1": address.street,
            "address_2": "",
            "city": address.city,
            "province": address.region,
            "postal_code": address.postcode,
            "country_code": address.country.lower(),
        }
        await shop.session.post(f"orders/{wish.doc.id}", Nothing, wish.deadline, {"shipping_address": body})
        return committed(plan, wish.order.number)

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        order: Order = await shop.reader.order(plan.action.target, deadline)
        wanted = _wanted(plan.action.args.get("address"), order.ship_to)
        same = all(getattr(wanted, part).casefold() == getattr(order.ship_to, part).casefold() for part in _PARTS)
        return committed(plan, order.number) if same else None


def _wanted(given: object, now: Address) -> Address:
    """The whole new address; what is left out stays. Raises `NotAllowed`."""
    if not isinstance(given, Mapping) or not given or not set(given) <= set(_PARTS):
        raise refused("bad_address", f"an address has {', '.join(_PARTS)}")
    if any(not isinstance(value, str) or len(value) > 200 for value in given.values()):
        raise refused("bad_address", "the parts of an address are short texts")
    merged = {part: str(given.get(part, getattr(now, part))).strip() for part in _PARTS}
    if not re.fullmatch("[A-Z]{2}", merged["country"]) or not all(merged[part] for part in _NEEDED):
        raise refused("bad_address", "street, city, postcode and country are needed")
    if now.country and merged["country"] != now.country:
        raise refused("bad_address", "taxes and delivery were computed for another country")
    return Address(**merged)
