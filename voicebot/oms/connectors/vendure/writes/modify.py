"""Changes that Vendure makes in its state "Modifying": another address, other pieces.

A change that makes the order dearer cannot leave that state before it is paid for, which no call can do: it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import Conflict, Deadline
from voicebot.oms.connectors.marks import committed, stamp
from voicebot.oms.connectors.vendure import queries
from voicebot.oms.connectors.vendure.documents import ChangedDoc, OrderDoc
from voicebot.oms.connectors.vendure.writes.base import Shop, Wish
from voicebot.oms.connectors.wishes import unsupported


async def total_after(shop: Shop, wish: Wish, change: Mapping[str, Any]) -> int:
    """What the whole order would cost, in the shop's own units. Nothing is written, but the order is opened."""
    async with shop.modifying.opened(wish.doc, wish.deadline):
        return await _tried(shop, wish, change)


async def make(shop: Shop, plan: ActionPlan, key: str, wish: Wish, change: Mapping[str, Any]) -> ActionResult:
    """Do it, when it costs what the plan's `total` says. Raises `Conflict` when it does not any more."""
    mark = stamp(key)
    refunds = [
        {"paymentId": payment, "amount": amount, "reason": f"order changed ({mark})"}
        for payment, amount in (plan.backend.get("refunds") or {}).items()
    ]
    given = {**change, "orderId": wish.doc.id, "dryRun": False, "note": mark, "refunds": refunds}
    async with shop.modifying.opened(wish.doc, wish.deadline):
        if await _tried(shop, wish, change) != plan.backend["total"]:
            raise Conflict("it would cost something else by now", where="Modify")
        async with shop.sent.watching(mark):
            await shop.session.change(queries.MODIFY, ChangedDoc, wish.deadline, input=given)
    return committed(plan, wish.order.number)


async def made(shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
    """By the mark that the modification carries."""
    doc, order = await shop.reader.document(plan.action.target, deadline)
    mark = stamp(key)
    if any(modification.note == mark for modification in doc.modifications):
        await shop.modifying.rescue(doc.id, deadline)
        return committed(plan, order.number)
    shop.sent.told(mark)
    return None


def not_in_checkout(doc: OrderDoc) -> None:
    """Raises `NotAllowed` for an order that nobody has paid or had reserved money for: Vendure changes none."""
    if doc.active:
        raise unsupported("the order is still in the checkout")


async def _tried(shop: Shop, wish: Wish, change: Mapping[str, Any]) -> int:
    given = {**change, "orderId": wish.doc.id, "dryRun": True}
    answer = await shop.session.change(queries.MODIFY, ChangedDoc, wish.deadline, input=given)
    return answer.total_with_tax
