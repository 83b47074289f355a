"""Notes for colleagues, in the order's history."""

from __future__ import annotations

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.marks import committed, stamp, with_stamp
from voicebot.oms.connectors.quoted import Quote
from voicebot.oms.connectors.vendure import queries
from voicebot.oms.connectors.vendure.documents import ChangedDoc
from voicebot.oms.connectors.vendure.writes.base import Shop, Wish
from voicebot.oms.connectors.wishes import note_text


class AddNote:
    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        note_text(wish.args)
        return Quote(preview={})

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        given = {"id": wish.doc.id, "note": with_stamp(key, note_text(wish.args)), "isPublic": False}
        async with shop.sent.watching(stamp(key)):
            await shop.session.change(queries.NOTE, ChangedDoc, wish.deadline, input=given)
        return committed(plan, wish.order.number)

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        doc, order = await shop.reader.document(plan.action.target, deadline)
        mark = stamp(key)
        if any(mark in str(entry.data.get("note")) for entry in doc.events("ORDER_NOTE")):
            return committed(plan, order.number)
        shop.sent.told(mark)
        return None
