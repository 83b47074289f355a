"""What can be done to a Shopify order: each family a quote, doing it, and telling whether it was done."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from voicebot.oms.actions import ActionKind, ActionPlan, ActionResult
from voicebot.oms.connector import Deadline, Unavailable
from voicebot.oms.connectors.addresses import address_quote, is_there, quoted_address
from voicebot.oms.connectors.marks import Sent, committed, stamp, with_stamp, without_refund
from voicebot.oms.connectors.quoted import Asked, Quote, Write
from voicebot.oms.connectors.shopify import mapping, queries
from voicebot.oms.connectors.shopify.documents import (
    CancelDoc,
    Done,
    JobAnswer,
    OrderDoc,
    RefundedDoc,
    ReturnableAnswer,
    ReturnedDoc,
    TransactionDoc,
)
from voicebot.oms.connectors.shopify.reading import Reader
from voicebot.oms.connectors.shopify.session import Session
from voicebot.oms.connectors.wishes import (
    about,
    by_id,
    fee,
    note_text,
    one_of,
    refund_amount,
    refunded,
    refused,
    returnable,
    text,
    to_cancel,
    unsupported,
    without_credit,
)
from voicebot.oms.model import Order
from voicebot.oms.money import Money
from voicebot.oms.status import RefundStatus

#: Between two looks at a cancellation's job.
_LOOK_S = 0.25
_KEYS = uuid.UUID("5f0d5be2-3f0e-4d5e-9f3b-1b7a5f6f4a11")
_CANCEL_REASONS = {"fraud": "FRAUD", "out_of_stock": "INVENTORY", "declined": "DECLINED", "staff": "STAFF"}
#: The policies' words for a reason; `OTHER` where Shopify has none for it.
RETURN_REASONS = {
    "changed_mind": "UNWANTED",
    "too_small": "SIZE_TOO_SMALL",
    "too_big": "SIZE_TOO_LARGE",
    "damaged": "DEFECTIVE",
    "defective": "DEFECTIVE",
    "wrong_item": "WRONG_ITEM",
    "missing": "OTHER",
    "not_as_described": "NOT_AS_DESCRIBED",
    "late": "OTHER",
    "other": "OTHER",
}
#: Characters of a note on a cancellation or a return.
_LONGEST_NOTE = 255


class Wish(Asked[OrderDoc]):
    """With Shopify's own form of the order."""


@dataclass(frozen=True, slots=True)
class Shop:
    """What a write works with. `pause_s` lies between two looks at a job."""

    session: Session
    reader: Reader
    sent: Sent = field(default_factory=Sent)
    pause_s: float = _LOOK_S


class Cancel:
    """All of an order that nobody has packed. Shopify does it in the background, refund and restocking included.

    Only one with our stamp in its staff note is ours: a colleague's may have given no money back.
    """

    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        order = wish.order
        everything, pieces = to_cancel(wish.args, order)
        if pieces is not None and any(pieces[line] > everything.get(line, 0) for line in pieces):
            raise refused("more_than_ordered", "that many were not ordered")
        if pieces is not None:
            raise unsupported("single lines are an edit of the order, which a colleague makes")
        if any(t.kind == "AUTHORIZATION" and t.status == "PENDING" for t in wish.doc.transactions):
            raise refused("other", "Shopify cancels nothing while a payment is pending")
        back = order.refundable_minor
        preview = {
            **about(order, everything),
            "refund_minor": back,
            "order_status": "cancelled",
            **({"method": "original"} if back else {}),
        }
        return Quote(preview=preview)

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        reason = text(wish.args, "reason")
        async with shop.sent.watching(stamp(key)):
            answer = await shop.session.change(
                queries.CANCEL,
                CancelDoc,
                wish.deadline,
                orderId=wish.doc.id,
                reason=_CANCEL_REASONS.get(reason.lower(), "CUSTOMER"),
                staffNote=with_stamp(key, reason, _LONGEST_NOTE),
                restock=True,
                notifyCustomer=True,
                refundMethod={"originalPaymentMethodsRefund": True},
            )
            if answer.job is not None:
                await self._finished(shop, answer.job.id, wish.deadline)
        if made := await self.done(shop, plan, key, wish.deadline):
            return made
        raise Unavailable("the job has ended, and the order is not cancelled by it", where="Cancel")

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        doc, order = await shop.reader.document(plan.action.target, deadline)
        note = doc.cancellation.staff_note if doc.cancellation else ""
        if doc.cancelled_at is not None and stamp(key) in note:
            failed = any(refund.status is RefundStatus.FAILED for refund in order.refunds)
            return (without_refund if failed and order.refundable_minor else committed)(plan, order.number)
        shop.sent.told(stamp(key))
        return None

    async def _finished(self, shop: Shop, job: str, deadline: Deadline) -> None:
        """Raises `DeadlineExceeded` when it takes longer than there is time."""
        while True:
            now = (await shop.session.ask(queries.JOB, JobAnswer, deadline, id=job)).job
            # One that Shopify no longer knows has ended.
            if now is None or now.done:
                return
            await asyncio.sleep(shop.pause_s)


class GiveBack:
    """Money back to the payment it came from, with Shopify's own idempotency key."""

    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        without_credit(wish.args, "method", "original")
        amount = refund_amount(wish.args, wish.order)
        parent = _taken(wish.doc, wish.order, amount)
        backend = {
            "parent": parent.id,
            "gateway": parent.gateway,
            "amount": str(Money(amount, wish.order.currency).amount),
        }
        return Quote(preview=refunded(wish.order, amount), backend=backend)

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        transaction = {
            "orderId": wish.doc.id,
            "parentId": plan.backend["parent"],
            "gateway": plan.backend["gateway"],
            "kind": "REFUND",
            "amount": plan.backend["amount"],
        }
        note = with_stamp(key, text(wish.args, "reason"))
        given = {"orderId": wish.doc.id, "note": note, "notify": True, "transactions": [transaction]}
        async with shop.sent.watching(stamp(key)):
            answer = await shop.session.change(
                queries.REFUND, RefundedDoc, wish.deadline, input=given, key=uuid_of(key)
            )
        if mapping.refund_status(answer.refund) is RefundStatus.FAILED:
            return ActionResult(status="failed")
        return committed(plan, wish.order.number)

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        doc, order = await shop.reader.document(plan.action.target, deadline)
        ours = [refund for refund in doc.refunds if stamp(key) in refund.note]
        if any(mapping.refund_status(refund) is not RefundStatus.FAILED for refund in ours):
            return committed(plan, order.number)
        shop.sent.told(stamp(key))
        return None


class SendBack:
    """A return, approved at once; the money follows when the shop has processed what came back."""

    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        resolution = without_credit(wish.args, "resolution", "refund")
        one_of(wish.args, "method", "drop_off", "label", "qr")
        pieces = returnable(wish.args, wish.order)
        parts = await self._parts(shop, wish, pieces)
        costs = fee(wish.args) or 0
        lines = by_id(wish.order)
        worth = sum(lines[line].unit_price.minor * quantity for line, quantity in pieces.items())
        preview = {
            **about(wish.order, pieces),
            "refund_minor": min(max(0, worth - costs), wish.order.refundable_minor),
            "fee_minor": costs,
            "resolution": resolution,
        }
        return Quote(preview=preview, backend={"parts": parts, "fee": costs})

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        reason, condition = text(wish.args, "reason"), text(wish.args, "condition")
        words = ", ".join(part for part in (reason, condition) if part)
        code = RETURN_REASONS.get(reason.lower().replace(" ", "_"), "OTHER" if words else "UNKNOWN")
        note = with_stamp(key, words, _LONGEST_NOTE)
        lines = [
            {"fulfillmentLineItemId": part, "quantity": quantity, "returnReason": code, "returnReasonNote": note}
            for part, quantity in plan.backend["parts"]
        ]
        given: dict[str, Any] = {
            "orderId": wish.doc.id,
            "returnLineItems": lines,
            "requestedAt": datetime.now(UTC).isoformat(),
        }
        if plan.backend["fee"]:
            money = Money(plan.backend["fee"], wish.order.currency)
            given["returnShippingFee"] = {"amount": {"amount": str(money.amount), "currencyCode": money.currency}}
        async with shop.sent.watching(stamp(key)):
            answer = await shop.session.change(queries.RETURN, ReturnedDoc, wish.deadline, returnInput=given)
        return committed(plan, answer.return_.name if answer.return_ else wish.order.number)

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        doc, _ = await shop.reader.document(plan.action.target, deadline)
        mark = stamp(key)
        for back in doc.returns.nodes:
            if any(mark in part.return_reason_note for part in back.return_line_items.nodes):
                return committed(plan, back.name)
        shop.sent.told(mark)
        return None

    async def _parts(self, shop: Shop, wish: Wish, pieces: Mapping[str, int]) -> list[tuple[str, int]]:
        """Pieces of parcels, which is what Shopify takes back. Raises `NotAllowed`."""
        answer = await shop.session.ask(queries.RETURNABLE, ReturnableAnswer, wish.deadline, id=wish.doc.id)
        open_ = dict(pieces)
        parts: list[tuple[str, int]] = []
        for parcel in answer.returnable_fulfillments.nodes:
            for item in parcel.returnable_fulfillment_line_items.nodes:
                line = item.fulfillment_line_item.line_item.id
                taken = min(open_.get(line, 0), item.quantity)
                if taken > 0:
                    open_[line] -= taken
                    parts.append((item.fulfillment_line_item.id, taken))
        if any(open_.values()):
            raise refused("nothing_left", "Shopify takes no more of it back")
        return parts


class ChangeAddress:
    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        return await address_quote(wish, shop.reader)

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        address = await quoted_address(plan, wish, shop.reader)
        first, _, last = address.name.rpartition(" ")
        new = {
            "firstName": first,
            "lastName": last,
            "address1": address.street,
            "address2": "",
            "city": address.city,
            "provinceCode": address.region or None,
            "zip": address.postcode,
            "countryCode": address.country,
        }
        given = {"id": wish.doc.id, "shippingAddress": new}
        async with shop.sent.watching(stamp(key)):
            await shop.session.change(queries.UPDATE, Done, wish.deadline, input=given)
        return committed(plan, wish.order.number)

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        order = await shop.reader.order(plan.action.target, deadline)
        if await is_there(plan, order, shop.reader, deadline):
            return committed(plan, order.number)
        shop.sent.told(stamp(key))
        return None


class AddNote:
    """An order has one note: ours goes under what is there."""

    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        note_text(wish.args)
        return Quote(preview={})

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        whole = f"{wish.doc.note}\n{with_stamp(key, note_text(wish.args))}".strip()
        async with shop.sent.watching(stamp(key)):
            await shop.session.change(queries.UPDATE, Done, wish.deadline, input={"id": wish.doc.id, "note": whole})
        return committed(plan, wish.order.number)

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        doc, order = await shop.reader.document(plan.action.target, deadline)
        if stamp(key) in doc.note:
            return committed(plan, order.number)
        shop.sent.told(stamp(key))
        return None


def uuid_of(key: str) -> str:
    """The same UUID for the same key, which is what Shopify's `@idempotent` wants."""
    return str(uuid.uuid5(_KEYS, key))


def _taken(doc: OrderDoc, order: Order, minor: int) -> TransactionDoc:
    """One payment that so much can be given back to. Raises `NotAllowed`."""
    for transaction in doc.transactions:
        if transaction.kind not in ("SALE", "CAPTURE") or transaction.status != "SUCCESS":
            continue
        given = [
            other.amount_set.shop_money.amount
            for other in doc.transactions
            if other.kind == "REFUND"
            and other.status in ("SUCCESS", "PENDING")
            and other.parent_transaction is not None
            and other.parent_transaction.id == transaction.id
        ]
        left = transaction.amount_set.shop_money.amount - sum(given)
        if Money.of(left, order.currency).minor >= minor:
            return transaction
    raise unsupported("it would have to be divided among several payments")


WRITES: Mapping[ActionKind, Write[Shop, Wish]] = {
    ActionKind.CANCEL: Cancel(),
    ActionKind.ADDRESS_CHANGE: ChangeAddress(),
    ActionKind.RETURN: SendBack(),
    ActionKind.REFUND: GiveBack(),
    ActionKind.NOTE: AddNote(),
}
