"""Money back to the payment it came from. Medusa ignores idempotency keys here, and the same call twice is two refunds:
ours carries a stamp in its note, which is looked for before anything is sent."""

from __future__ import annotations

from decimal import Decimal

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.marks import committed, stamp
from voicebot.oms.connectors.medusa.documents import Nothing, OrderDoc, PaymentDoc, RefundDoc
from voicebot.oms.connectors.medusa.writes.base import Shop, Wish
from voicebot.oms.connectors.quoted import Quote
from voicebot.oms.connectors.wishes import refund_amount, refunded, text, unsupported, without_credit
from voicebot.oms.money import Money


class GiveBack:
    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        without_credit(wish.args, "method", "original")
        amount = refund_amount(wish.args, wish.order)
        payment, exact = payment_for(wish, amount)
        return Quote(preview=refunded(wish.order, amount), backend={"payment": payment, "amount": str(exact)})

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        payment, amount = str(plan.backend["payment"]), str(plan.backend["amount"])
        await send(shop, payment, amount, key, text(wish.args, "reason"), wish.deadline)
        return committed(plan, wish.order.number)

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        doc, order = await shop.reader.document(plan.action.target, deadline)
        made = stamped(doc, key)
        return committed(plan, order.number, refund_minor=Money.of(made.amount, order.currency).minor) if made else None


def payment_for(wish: Wish, minor: int) -> tuple[str, Decimal]:
    """Id of one payment that so much can be given back to, and the exact amount: all of the rest, when it rounds to it.

    Raises:
        NotAllowed: there is no single one; a colleague has to divide it.
    """
    for payment in wish.doc.payments:
        rest = wish.minor(payment.left)
        if rest >= minor:
            return payment.id, payment.left if rest == minor else Money(minor, wish.order.currency).amount
    raise unsupported("it would have to be divided among several payments")


async def send(shop: Shop, payment: str, amount: str, key: str, reason: str, deadline: Deadline) -> None:
    """One refund with the key's stamp."""
    note = f"{stamp(key)} {reason}".strip()
    body = {"amount": float(Decimal(amount)), "note": note}
    await shop.session.post(f"payments/{payment}/refund", Nothing, deadline, body)


def stamped(doc: OrderDoc, key: str) -> RefundDoc | None:
    """The refund that was made with a key."""
    mark = stamp(key)
    payments: tuple[PaymentDoc, ...] = doc.payments
    return next((r for p in payments for r in p.refunds if r.note.startswith(mark)), None)
