"""Other quantities, further items, or another variant in place of an ordered one, before anything is packed.

Medusa's edit only notes that money is owed. What the customer has paid too much is therefore given back by a second
call; when that is refused, the change stands, and the result names no refund.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import NOTHING_DONE, Deadline
from voicebot.oms.connectors.marks import committed, without_refund
from voicebot.oms.connectors.medusa import drafts
from voicebot.oms.connectors.medusa.catalogue import ProductDoc, VariantDoc
from voicebot.oms.connectors.medusa.documents import PreviewAnswer
from voicebot.oms.connectors.medusa.writes import refund
from voicebot.oms.connectors.medusa.writes.base import Shop, Wish, as_backend, confirmed, draft_of
from voicebot.oms.connectors.quoted import Quote, no_refund_under_way
from voicebot.oms.connectors.wishes import (
    about,
    additions,
    all_pieces,
    by_id,
    changeable,
    changed,
    named_lines,
    swaps,
    without_credit,
)
from voicebot.oms.facts import clean_name

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Added:
    product: ProductDoc
    variant: VariantDoc
    quantity: int

    @property
    def spoken(self) -> dict[str, str]:
        return {"name": clean_name(self.product.title), "variant": clean_name(self.variant.spoken)}


class ChangeItems:
    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        changeable(wish.order)
        without_credit(wish.args, "settle", "original")
        left = named_lines(wish.args, wish.order, least=0) or {}
        now = {**all_pieces(wish.order), **left}
        swapped = [(line, sku, now[line]) for line, sku in swaps(wish.args, "swap", now)]
        wanted = [*additions(wish.args), *((sku, pieces) for _, sku, pieces in swapped)]
        added = [_Added(*(await shop.catalogue.sold(sku, pieces, wish.deadline)), pieces) for sku, pieces in wanted]
        left |= {line: 0 for line, _, _ in swapped}
        quote = await self.quantities(shop, wish, left, added)
        if not swapped:
            return quote
        # The first one is told by name.
        new = added[-len(swapped)]
        return Quote(
            preview={**quote.preview, "replacement": {"sku": new.variant.sku, **new.spoken}}, backend=quote.backend
        )

    async def quantities(self, shop: Shop, wish: Wish, left: Mapping[str, int], added: Sequence[_Added] = ()) -> Quote:
        """An edit that leaves so many pieces of each line named, and adds new lines. Raises `NotAllowed`."""
        changes, after = changed(wish.order, left, added=bool(added))
        order_id = wish.doc.id
        lines = by_id(wish.order)
        answer = PreviewAnswer()
        async with shop.drafts.building(drafts.EDIT, order_id, wish.plan_id, wish.deadline) as draft:
            for line_id, pieces in changes.items():
                # Pieces that were written off stay part of the line.
                body = {"quantity": pieces + lines[line_id].written_off}
                path = f"{draft.path}/items/item/{line_id}"
                answer = await shop.session.post(path, PreviewAnswer, wish.deadline, body)
            if added:
                items = [{"variant_id": new.variant.id, "quantity": new.quantity} for new in added]
                path = f"{draft.path}/items"
                answer = await shop.session.post(path, PreviewAnswer, wish.deadline, {"items": items})
            return _quote(wish, after, added, answer.order_preview.total - wish.doc.total, draft)

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        await shop.drafts.confirm(draft_of(plan), wish.deadline)
        if "payment" in plan.backend:
            payment, amount = str(plan.backend["payment"]), str(plan.backend["amount"])
            try:
                await refund.send(shop, payment, amount, key, "order changed", wish.deadline)
            except NOTHING_DONE as error:
                return _without_refund(plan, key, wish.order.number, str(error))
        return committed(plan, wish.order.number)

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        change = await confirmed(shop, plan, deadline)
        if change is None:
            return None
        doc, order = await shop.reader.document(plan.action.target, deadline)
        if "payment" in plan.backend and refund.stamped(doc, key) is None:
            if change.confirmed_at is not None:
                no_refund_under_way(change.confirmed_at)
            return _without_refund(plan, key, order.number, "there is no such refund")
        return committed(plan, order.number)


def _without_refund(plan: ActionPlan, key: str, number: str, why: str) -> ActionResult:
    what = "an order was changed, and what was paid too much was not given back (order %s, write %s): %s"
    log.warning(what, plan.action.target, key, why)
    return without_refund(plan, number)


def _quote(
    wish: Wish, after: Mapping[str, int], added: Sequence[_Added], difference: Decimal, draft: drafts.Draft
) -> Quote:
    order = wish.order
    back = min(max(0, -wish.minor(difference)), order.refundable_minor)
    money: dict[str, Any] = {}
    if back:
        payment, amount = refund.payment_for(wish, back)
        money = {"payment": payment, "amount": str(amount)}
    new = [{**each.spoken, "quantity": each.quantity} for each in added]
    preview = {
        **about(order, after),
        "headline": about(order, all_pieces(order))["headline"],
        "items": [*about(order, after)["items"], *new],
        "refund_minor": back,
        "to_pay_minor": max(0, wish.minor(difference)),
        "total_minor": order.total.minor + wish.minor(difference),
        "order_status": order.status.value,
    }
    return Quote(preview=preview, backend=as_backend(draft, **money))
