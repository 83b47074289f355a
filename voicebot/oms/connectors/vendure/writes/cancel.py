"""Cancelling all of an order that nobody has packed, or some of its pieces.

Vendure gives no money back by itself: that is a second call. When it cannot be made, the cancellation stands; the
result then names no refund, until a later look can make up for it.
"""

from __future__ import annotations

import logging
from typing import Any

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import NOTHING_DONE, Deadline, OmsError
from voicebot.oms.connectors.marks import committed, stamp, with_stamp, without_refund
from voicebot.oms.connectors.quoted import Quote, no_refund_under_way
from voicebot.oms.connectors.vendure import queries
from voicebot.oms.connectors.vendure.documents import ChangedDoc, HistoryDoc, OrderDoc
from voicebot.oms.connectors.vendure.writes import refund
from voicebot.oms.connectors.vendure.writes.base import Shop, Wish
from voicebot.oms.connectors.wishes import about, by_id, refused, text, to_cancel, unsupported

log = logging.getLogger(__name__)


class Cancel:
    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        order = wish.order
        everything, pieces = to_cancel(wish.args, order)
        if pieces is None:
            rest = {payment.id: payment.left for payment in wish.doc.payments if payment.left}
            preview = {
                **about(order, everything),
                "refund_minor": order.refundable_minor,
                "order_status": "cancelled",
                **({"method": "original"} if rest else {}),
            }
            reserved = [payment.id for payment in wish.doc.payments if payment.state == "Authorized"]
            return Quote(preview=preview, backend={"refunds": rest, "release": reserved})
        lines = by_id(order)
        for line_id, quantity in pieces.items():
            if quantity > lines[line_id].cancellable:
                raise refused("more_than_ordered", f"only {lines[line_id].cancellable} were ordered")
        if wish.doc.active or any(payment.state == "Authorized" for payment in wish.doc.payments):
            raise unsupported("the money is not taken yet: Vendure would take it for all pieces")
        worth = sum(lines[line_id].unit_price.minor * quantity for line_id, quantity in pieces.items())
        back = min(worth, order.refundable_minor)
        rest = dict([refund.payment_for(wish, back)]) if back else {}
        preview = {
            **about(order, pieces),
            "refund_minor": back,
            "total_minor": order.total.minor - worth,
            "order_status": order.status.value,
            **({"method": "original"} if back else {}),
        }
        selected = [{"orderLineId": line_id, "quantity": quantity} for line_id, quantity in pieces.items()]
        return Quote(preview=preview, backend={"refunds": rest, "lines": selected})

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        lines = plan.backend.get("lines")
        given: dict[str, Any] = {
            "orderId": wish.doc.id,
            "reason": with_stamp(key, text(wish.args, "reason")),
            "cancelShipping": lines is None,
            **({"lines": lines} if lines is not None else {}),
        }
        async with shop.sent.watching(stamp(key)):
            await shop.session.change(queries.CANCEL, ChangedDoc, wish.deadline, input=given)
        for payment in plan.backend.get("release", ()):
            try:
                await shop.session.change(queries.RELEASE, ChangedDoc, wish.deadline, id=payment)
            except OmsError as error:
                what = "an order was cancelled, and the money reserved for it not released (order %s, write %s): %s"
                log.warning(what, plan.action.target, key, error)
        return await _give_back(shop, plan, key, wish.order.number, wish.deadline)

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        doc, order = await shop.reader.document(plan.action.target, deadline)
        entry = _cancellation(doc, key)
        # An order that was never paid leaves no such entry: it just goes to "Cancelled".
        if entry is None and not (doc.state == "Cancelled" and not doc.payments):
            shop.sent.told(stamp(key))
            return None
        wanted = plan.backend.get("refunds") or {}
        if not wanted:
            return committed(plan, order.number)
        if refund.stamped(doc, key):
            return committed(plan, order.number)
        shop.sent.told(_refund_mark(key))
        if entry is not None and not shop.sent.lost(stamp(key)):
            no_refund_under_way(entry.created_at)
        return await _give_back(shop, plan, key, order.number, deadline)


async def _give_back(shop: Shop, plan: ActionPlan, key: str, number: str, deadline: Deadline) -> ActionResult:
    """What belongs to a cancellation that has happened."""
    reason = with_stamp(key, "cancelled")
    for payment, amount in (plan.backend.get("refunds") or {}).items():
        try:
            async with shop.sent.watching(_refund_mark(key)):
                await refund.send(shop, payment, int(amount), reason, deadline)
        except NOTHING_DONE as error:
            what = "an order was cancelled, and what was paid was not given back (order %s, write %s): %s"
            log.warning(what, plan.action.target, key, error)
            return without_refund(plan, number)
    return committed(plan, number)


def _refund_mark(key: str) -> str:
    return f"{stamp(key)} refund"


def _cancellation(doc: OrderDoc, key: str) -> HistoryDoc | None:
    mark = stamp(key)
    entries = doc.events("ORDER_CANCELLATION")
    return next((entry for entry in entries if mark in str(entry.data.get("reason"))), None)
