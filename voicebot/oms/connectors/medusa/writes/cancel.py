"""Cancelling: the whole order at once, or pieces of it as a change of its items."""

from __future__ import annotations

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.marks import committed
from voicebot.oms.connectors.medusa.documents import Nothing
from voicebot.oms.connectors.medusa.writes.base import Shop, Wish
from voicebot.oms.connectors.medusa.writes.edit import ChangeItems
from voicebot.oms.connectors.quoted import Quote
from voicebot.oms.connectors.wishes import about, all_pieces, by_id, changeable, named_lines, refused
from voicebot.oms.status import OrderStatus

_PIECES = ChangeItems()


class Cancel:
    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        order = wish.order
        if order.status is OrderStatus.CANCELLED:
            raise refused("already_cancelled", "the order is cancelled")
        pieces = named_lines(wish.args, order)
        everything = all_pieces(order)
        if pieces is None or pieces == everything:
            changeable(order)
            preview = {
                **about(order, everything),
                "refund_minor": order.refundable_minor,
                "method": "original",
                "order_status": OrderStatus.CANCELLED.value,
            }
            return Quote(preview=preview)
        lines = by_id(order)
        for line_id, quantity in pieces.items():
            if quantity > everything[line_id]:
                raise refused("more_than_ordered", f"only {everything[line_id]} were ordered")
            if quantity > lines[line_id].cancellable:
                raise refused("already_shipped", f"only {lines[line_id].cancellable} are not packed")
        changeable(order)
        left = {line_id: everything[line_id] - quantity for line_id, quantity in pieces.items()}
        quote = await _PIECES.quantities(shop, wish, left)
        return Quote(preview={**quote.preview, **about(order, pieces), "method": "original"}, backend=quote.backend)

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
