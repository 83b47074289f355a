"""Refunds, payment links, and codes issued again. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from voicebot.oms.demo.changes.base import Change, Refused, World, about, one_of, text
from voicebot.oms.demo.schema import NoteDoc, RefundDoc

#: A new code is good for, when nobody says otherwise.
_REISSUED_DAYS = 30
_LONGEST_DAYS = 366


def refund(world: World, args: Mapping[str, Any]) -> Change:
    """Money back to the payment it came from, or as store credit; never more than is left of what was paid."""
    order, doc = world.known, world.order
    method = one_of(args, "method", "original", "store_credit")
    left = order.refundable_minor
    amount = args.get("amount_minor")
    if amount is None:
        amount = left
    if not isinstance(amount, int) or isinstance(amount, bool) or (amount <= 0 and left > 0):
        raise Refused("other", "amount_minor is a whole number above 0")
    if left == 0:
        raise Refused("nothing_left", "nothing is left of what was paid")
    if amount > left:
        raise Refused("more_than_paid", f"only {left} is left of what was paid")
    customer = world.customer
    if method == "store_credit":
        if customer is None:
            raise Refused("other", "a guest has no account for store credit")
        if customer.store_credit and customer.currency != doc.currency:
            raise Refused("other", f"the account's credit is in {customer.currency}")
        credit = {"store_credit": (customer.store_credit or 0) + amount, "currency": doc.currency}
        customer = customer.model_copy(update=credit)
    made = RefundDoc(
        id=f"RF-{doc.number}-{len(doc.refunds) + 1}",
        amount=amount,
        status="succeeded" if method == "store_credit" else "pending",
        method=method,  # type: ignore[arg-type]  # one of the two words
        reason=text(args, "reason", otherwise="refund"),
        at=world.now,
    )
    status = "refunded" if amount == left else "partially_refunded"
    doc = doc.model_copy(update={"refunds": (*doc.refunds, made), "payment_status": status})
    preview = {
        **about(world, {line.id: line.quantity - line.written_off for line in order.lines}),
        "refund_minor": amount,
        "method": method,
    }
    return Change(
        preview=preview,
        reference=made.id,
        order=doc,
        customer=customer if method == "store_credit" else None,
        basis=str(world.customer.store_credit) if world.customer and method == "store_credit" else "",
    )


def payment_link(world: World, args: Mapping[str, Any]) -> Change:
    """A link to a page where the customer pays what is open."""
    order, doc = world.known, world.order
    if order.open_minor == 0:
        raise Refused("nothing_left", "there is nothing to pay")
    count = sum(note.text.startswith("payment link ") for note in doc.notes) + 1
    reference = f"P-{doc.number}-{count}"
    note = NoteDoc(at=world.now, text=f"payment link {reference} made")
    preview = {
        **about(world, {line.id: line.quantity - line.written_off for line in order.lines}),
        "to_pay_minor": order.open_minor,
        "channel": "link",
        "expires_on": (world.today + timedelta(days=2)).isoformat(),
    }
    return Change(
        preview=preview,
        reference=reference,
        private={"link": f"https://pay.example.com/{reference}"},
        order=doc.model_copy(update={"notes": (*doc.notes, note)}),
        stales=False,
    )


def promo_reissue(world: World, args: Mapping[str, Any]) -> Change:
    """A new code with the same benefit, once for an order, in place of one that has expired or is used up.

    `valid_days` says for how long, today not counted.
    """
    days = _REISSUED_DAYS if args.get("valid_days") is None else args["valid_days"]
    if not isinstance(days, int) or isinstance(days, bool) or not 0 < days <= _LONGEST_DAYS:
        raise Refused("other", f"valid_days is a whole number from 1 to {_LONGEST_DAYS}")
    code = text(args, "code", longest=80).strip().upper()
    old = world.promotion(code) if code else None
    if old is None:
        raise Refused("not_found", "there is no such code")
    new_code = f"{old.replaces or old.code}-{world.order.number}"
    if world.promotion(new_code.upper()) is not None:
        raise Refused("already_requested", "it has been issued again for this order")
    over = not old.active or (old.ends_on is not None and old.ends_on < world.today) or old.uses_left == 0
    if not over:
        raise Refused("other", "the code is still good")
    ends_on = world.today + timedelta(days=days)
    made = old.model_copy(
        update={
            "code": new_code,
            "starts_on": world.today,
            "ends_on": ends_on,
            "uses_left": 1,
            "active": True,
            "order_id": world.order.id,
            "replaces": old.code,
        }
    )
    preview = {"code": new_code, "expires_on": ends_on.isoformat(), "percent": old.percent, "amount_minor": old.amount}
    preview |= {"currency": old.currency, "minimum_minor": old.minimum}
    return Change(preview=preview, reference=new_code, promotions=(made,), stales=False)


def note(world: World, args: Mapping[str, Any]) -> Change:
    """Text for colleagues on the order."""
    words = text(args, "text", longest=2000).strip()
    if not words:
        raise Refused("other", "a note has a text")
    made = NoteDoc(at=world.now, text=words)
    return Change(
        preview={},
        reference=world.order.number,
        order=world.order.model_copy(update={"notes": (*world.order.notes, made)}),
        stales=False,
    )
