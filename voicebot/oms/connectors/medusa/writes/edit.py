"""Other quantities, further items, or another variant in place of an ordered one, before anything is packed.

Medusa's edit only notes that money is owed. What the customer has paid too much is therefore given back by a second
call; when that fails, the change stands, and the result names no refund.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import Deadline, OmsError
from voicebot.oms.connectors.medusa import drafts
from voicebot.oms.connectors.medusa.catalogue import ProductDoc, VariantDoc
from voicebot.oms.connectors.medusa.documents import PreviewAnswer
from voicebot.oms.connectors.medusa.wishes import (
    about,
    all_pieces,
    by_id,
    changeable,
    count,
    named_lines,
    refused,
)
from voicebot.oms.connectors.medusa.writes import refund
from voicebot.oms.connectors.medusa.writes.base import (
    Quote,
    Shop,
    Wish,
    as_backend,
    committed,
    confirmed,
    draft_of,
)
from voicebot.oms.facts import clean_name

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Added:
    product: ProductDoc
    variant: VariantDoc
    quantity: int


class ChangeItems:
    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        changeable(wish.order)
        left = named_lines(wish.args, wish.order, least=0) or {}
        added = await _added(shop, wish)
        swap = wish.args.get("swap")
        replacement: dict[str, Any] = {}
        if swap is not None:
            line, new = await _swapped(shop, wish, swap, left)
            left[line] = 0
            added.append(new)
            replacement = {
                "sku": new.variant.sku,
                "name": clean_name(new.product.title),
                "variant": clean_name(new.variant.spoken),
            }
        quote = await self.quantities(shop, wish, left, added)
        return Quote(
            preview={**quote.preview, **({"replacement": replacement} if replacement else {})}, backend=quote.backend
        )

    async def quantities(self, shop: Shop, wish: Wish, left: Mapping[str, int], added: Sequence[_Added] = ()) -> Quote:
        """An edit that leaves so many pieces of each line named, and adds new lines. Raises `NotAllowed`."""
        now = all_pieces(wish.order)
        changes = {line_id: pieces for line_id, pieces in left.items() if pieces != now[line_id]}
        after = {**now, **changes}
        if not changes and not added:
            raise refused("other", "nothing would change")
        if not any(after.values()) and not added:
            raise refused("nothing_left", "nothing would be left: cancel the order instead")
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
            except OmsError as error:
                log.warning("an order was changed, and what was paid too much was not given back: %s", error)
                return _without_refund(plan, wish.order.number)
        return committed(plan, wish.order.number)

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        if not await confirmed(shop, plan, deadline):
            return None
        doc, order = await shop.reader.document(plan.action.target, deadline)
        if "payment" in plan.backend and refund.stamped(doc, key) is None:
            return _without_refund(plan, order.number)
        return committed(plan, order.number)


def _quote(
    wish: Wish, after: Mapping[str, int], added: Sequence[_Added], difference: Decimal, draft: drafts.Draft
) -> Quote:
    order = wish.order
    back = min(max(0, -wish.minor(difference)), order.refundable_minor)
    money: dict[str, Any] = {}
    if back:
        payment, amount = refund.payment_for(wish, back)
        money = {"payment": payment, "amount": str(amount)}
    new = [
        {"name": clean_name(a.product.title), "variant": clean_name(a.variant.spoken), "quantity": a.quantity}
        for a in added
    ]
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


def _without_refund(plan: ActionPlan, number: str) -> ActionResult:
    result = committed(plan, number)
    facts = {name: value for name, value in result.facts.items() if name != "refund_minor"}
    return ActionResult(status=result.status, reference=result.reference, facts=facts, at=result.at)


async def _added(shop: Shop, wish: Wish) -> list[_Added]:
    add = wish.args.get("add") or []
    made = []
    for part in add if isinstance(add, list) else [None]:
        if not isinstance(part, Mapping) or not isinstance(part.get("sku"), str):
            raise refused("other", "add is a list of {sku, quantity}")
        quantity = count(part.get("quantity", 1))
        product, variant = await shop.catalogue.sold(part["sku"], quantity, wish.deadline)
        made.append(_Added(product, variant, quantity))
    return made


async def _swapped(shop: Shop, wish: Wish, swap: object, left: Mapping[str, int]) -> tuple[str, _Added]:
    if not isinstance(swap, Mapping) or not isinstance(swap.get("line"), str) or not isinstance(swap.get("sku"), str):
        raise refused("other", "swap is {line, sku}")
    now = all_pieces(wish.order)
    if swap["line"] not in now:
        raise refused("not_found", "the order has no such line")
    pieces = left.get(swap["line"], now[swap["line"]])
    product, variant = await shop.catalogue.sold(swap["sku"], pieces, wish.deadline)
    return swap["line"], _Added(product, variant, pieces)
