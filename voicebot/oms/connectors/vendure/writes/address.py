"""Another address for an order that nobody has packed."""

from __future__ import annotations

from typing import Any

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.addresses import wanted_address
from voicebot.oms.connectors.medusa.wishes import about, all_pieces, changeable
from voicebot.oms.connectors.vendure.writes import modify
from voicebot.oms.connectors.vendure.writes.base import Quote, Shop, Wish
from voicebot.oms.model import Address


class ChangeAddress:
    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        changeable(wish.order)
        modify.not_in_checkout(wish.doc)
        wanted_address(wish.args.get("address"), wish.order.ship_to)
        preview = {**about(wish.order, all_pieces(wish.order)), "order_status": wish.order.status.value}
        return Quote(preview=preview, backend={"total": wish.doc.total_with_tax})

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        address = wanted_address(wish.args.get("address"), wish.order.ship_to)
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
