"""Another address for an order that nobody has packed."""

from __future__ import annotations

from typing import Any

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.addresses import address_quote, quoted_address
from voicebot.oms.connectors.quoted import Quote
from voicebot.oms.connectors.vendure.writes import modify
from voicebot.oms.connectors.vendure.writes.base import Shop, Wish
from voicebot.oms.model import Address


class ChangeAddress:
    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        modify.not_in_checkout(wish.doc)
        return await address_quote(wish, shop.reader, total=wish.doc.total_with_tax)

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        address = await quoted_address(plan, wish, shop.reader)
        return await modify.make(shop, plan, key, wish, _change(address))

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        return await modify.made(shop, plan, key, deadline)


def _change(address: Address) -> dict[str, Any]:
    """Shipping and promotions stay as they were paid for."""
    new = {
        "fullName": address.name,
        "streetLine1": address.street,
        "streetLine2": "",
        "city": address.city,
        "province": address.region,
        "postalCode": address.postcode,
        "countryCode": address.country,
    }
    return {"updateShippingAddress": new, "options": {"freezePromotions": True, "recalculateShipping": False}}
