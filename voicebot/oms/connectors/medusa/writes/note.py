"""Notes for colleagues. Medusa has no such thing: they go into the order's metadata, each under a name of its own, so
that two of them never overwrite one another."""

from __future__ import annotations

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.marks import committed, stamp
from voicebot.oms.connectors.medusa.documents import Nothing
from voicebot.oms.connectors.medusa.writes.base import Shop, Wish
from voicebot.oms.connectors.quoted import Quote
from voicebot.oms.connectors.wishes import note_text, refused
from voicebot.oms.status import OrderStatus


class AddNote:
    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        note_text(wish.args)
        if wish.order.status is OrderStatus.CANCELLED:
            raise refused("closed", "Medusa keeps nothing on a cancelled order")
        return Quote(preview={})

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        body = {"metadata": {stamp(key): note_text(wish.args)}}
        await shop.session.post(f"orders/{wish.doc.id}", Nothing, wish.deadline, body)
        return committed(plan, wish.order.number)

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        doc, order = await shop.reader.document(plan.action.target, deadline)
        return committed(plan, order.number) if stamp(key) in doc.metadata else None
