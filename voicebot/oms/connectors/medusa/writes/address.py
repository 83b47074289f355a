"""Another address for an order that nobody has packed. Medusa would change a sent one's as well: we do not."""

from __future__ import annotations

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.addresses import address_quote, is_there, quoted_address
from voicebot.oms.connectors.marks import committed
from voicebot.oms.connectors.medusa.documents import Nothing
from voicebot.oms.connectors.medusa.writes.base import Shop, Wish
from voicebot.oms.connectors.quoted import Quote


class ChangeAddress:
    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        return await address_quote(wish, shop.reader)

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        address = await quoted_address(plan, wish, shop.reader)
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
        order = await shop.reader.order(plan.action.target, deadline)
        return committed(plan, order.number) if await is_there(plan, order, shop.reader, deadline) else None
