"""Cancelling: the whole order at once, or pieces of it as a change of its items."""

from __future__ import annotations

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.marks import committed
from voicebot.oms.connectors.medusa.documents import Nothing
from voicebot.oms.connectors.medusa.writes.base import Shop, Wish
from voicebot.oms.connectors.medusa.writes.edit import ChangeItems
from voicebot.oms.connectors.quoted import Quote
from voicebot.oms.connectors.wishes import about, refused, to_cancel
from voicebot.oms.status import OrderStatus

_PIECES = ChangeItems()


class Cancel:
    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        order = wish.order
        everything, pieces = to_cancel(wish.args, order)
        if pieces is None:
            back = order.refundable_minor
            preview = {**about(order, everything), "refund_minor": back, "order_status": OrderStatus.CANCELLED.value}
            return Quote(preview={**preview, **_way_of(back)})
        left = {line_id: everything.get(line_id, 0) - quantity for line_id, quantity in pieces.items()}
        if any(pieces_left < 0 for pieces_left in left.values()):
            raise refused("more_than_ordered", "so many were not ordered")
        quote = await _PIECES.quantities(shop, wish, left)
        money = _way_of(quote.preview["refund_minor"])
        return Quote(preview={**quote.preview, **about(order, pieces), **money}, backend=quote.backend)

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        if "draft" in plan.backend:
            return await _PIECES.do(shop, plan, key, wish)
        await shop.session.post(f"orders/{wish.doc.id}/cancel", Nothing, wish.deadline)
        return committed(plan, wish.order.number)

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        if "draft" in plan.backend:
            return await _PIECES.done(shop, plan, key, deadline)
        order = await shop.reader.order(plan.action.target, deadline)
        return committed(plan, order.number) if order.status is OrderStatus.CANCELLED else None


def _way_of(refund_minor: int) -> dict[str, str]:
    """Where the money goes, if there is any to go back."""
    return {"method": "original"} if refund_minor else {}
