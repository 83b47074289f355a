"""Money back to the payment it came from. Vendure has no idempotency keys: ours is in the refund's reason, and looked
for before anything is sent. A refund begins as `Pending` unless the payment provider settles it at once."""

from __future__ import annotations

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.marks import committed, stamp, with_stamp
from voicebot.oms.connectors.quoted import Quote
from voicebot.oms.connectors.vendure import queries
from voicebot.oms.connectors.vendure.documents import ChangedDoc, OrderDoc, RefundDoc
from voicebot.oms.connectors.vendure.writes.base import Shop, Wish
from voicebot.oms.connectors.wishes import refund_amount, refunded, text, unsupported, without_credit


class GiveBack:
    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        without_credit(wish.args, "method", "original")
        amount = refund_amount(wish.args, wish.order)
        payment, raw = payment_for(wish, amount)
        return Quote(preview=refunded(wish.order, amount), backend={"payment": payment, "amount": raw})

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        payment, amount = str(plan.backend["payment"]), int(plan.backend["amount"])
        reason = text(wish.args, "reason")
        async with shop.sent.watching(stamp(key)):
            await send(shop, payment, amount, with_stamp(key, reason), wish.deadline)
        return committed(plan, wish.order.number)

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        doc, order = await shop.reader.document(plan.action.target, deadline)
        if stamped(doc, key):
            return committed(plan, order.number)
        shop.sent.told(stamp(key))
        return None


def payment_for(wish: Wish, minor: int) -> tuple[str, int]:
    """Id of one payment that so much can be given back to, and the exact amount: all of the rest, when it rounds to it.

    Raises:
        NotAllowed: there is no single one; a colleague has to divide it.
    """
    for payment in wish.doc.payments:
        rest = wish.minor(payment.left)
        if payment.left and rest >= minor:
            return payment.id, payment.left if rest == minor else wish.raw(minor)
    raise unsupported("it would have to be divided among several payments")


async def send(shop: Shop, payment: str, amount: int, reason: str, deadline: Deadline) -> None:
    """One refund. Without the deprecated zeros, Vendure's own database refuses it."""
    given = {"paymentId": payment, "amount": amount, "reason": reason, "lines": [], "shipping": 0, "adjustment": 0}
    await shop.session.change(queries.REFUND, ChangedDoc, deadline, input=given)


def stamped(doc: OrderDoc, key: str) -> list[RefundDoc]:
    """Refunds that were made with a key and have not failed."""
    mark = stamp(key)
    refunds = (refund for payment in doc.payments for refund in payment.refunds)
    return [refund for refund in refunds if mark in refund.reason and refund.state != "Failed"]
