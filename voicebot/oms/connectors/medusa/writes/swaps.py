"""Exchanges, and claims that send the same once more. Sending is free in both."""

from __future__ import annotations

from typing import Any

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.marks import committed
from voicebot.oms.connectors.medusa import drafts
from voicebot.oms.connectors.medusa.documents import PreviewAnswer
from voicebot.oms.connectors.medusa.writes.base import Shop, Wish, as_backend, confirmed, draft_of
from voicebot.oms.connectors.medusa.writes.returns import coming_back, way_back, worth
from voicebot.oms.connectors.quoted import Quote
from voicebot.oms.connectors.wishes import about, by_id, exchanged, sent_again, text, unsupported, without_credit
from voicebot.oms.facts import clean_name

#: Our words for what is wrong -> Medusa's.
_CLAIM_REASONS = {
    "missing": "missing_item",
    "lost": "missing_item",
    "missing_item": "missing_item",
    "wrong": "wrong_item",
    "wrong_item": "wrong_item",
    "damaged": "production_failure",
    "defective": "production_failure",
    "broken": "production_failure",
}


class _Drafted:
    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        await shop.drafts.confirm(draft_of(plan), wish.deadline)
        return committed(plan, draft_of(plan).number)

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        return committed(plan, draft_of(plan).number) if await confirmed(shop, plan, deadline) else None


class ExchangeFor(_Drafted):
    """One line, or several, against other variants or products."""

    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        without_credit(wish.args, "settle", "original")
        skus, pieces = exchanged(wish.args, wish.order)
        sold = {line: await shop.catalogue.sold(sku, pieces[line], wish.deadline) for line, sku in skus.items()}
        sent = [{"variant_id": variant.id, "quantity": pieces[line]} for line, (_, variant) in sold.items()]
        product, variant = next(iter(sold.values()))
        items = await coming_back(shop, wish, pieces)
        inbound = await shop.catalogue.way_back(wish.location, wish.deadline)
        outbound = await shop.catalogue.way_out(wish.location, wish.deadline)
        method = way_back(wish)
        async with shop.drafts.building(drafts.EXCHANGE, wish.doc.id, wish.plan_id, wish.deadline) as draft:

            async def put(what: str, **body: Any) -> PreviewAnswer:
                return await shop.session.post(f"{draft.path}/{what}", PreviewAnswer, wish.deadline, body)

            place = {"location_id": wish.location} if wish.location else {}
            await put("inbound/items", items=items, **place)
            if inbound is not None:
                await put("inbound/shipping-method", shipping_option_id=inbound.id, custom_amount=0)
            answer = await put("outbound/items", items=sent)
            if outbound is not None:
                answer = await put("outbound/shipping-method", shipping_option_id=outbound.id, custom_amount=0)
            # While it is a draft, what comes back is not taken off yet.
            grown = answer.order_preview.total - wish.doc.total
            difference = wish.minor(grown - worth(wish.doc, pieces))
            preview = {
                **about(wish.order, pieces),
                # The first one is told by name.
                "replacement": {
                    "sku": variant.sku,
                    "name": clean_name(product.title),
                    "variant": clean_name(variant.spoken),
                },
                "to_pay_minor": max(0, difference),
                "refund_minor": min(max(0, -difference), wish.order.refundable_minor),
                "resolution": "exchange",
                **method,
            }
            return Quote(preview=preview, backend=as_backend(draft))


class SendAgain(_Drafted):
    """A claim of the kind `replace`. Medusa charges what it sends, unless its price is said to be 0."""

    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        pieces = sent_again(wish.args, wish.order)
        lines = by_id(wish.order)
        outbound = []
        for line_id, quantity in pieces.items():
            _, variant = await shop.catalogue.sold(lines[line_id].sku, quantity, wish.deadline)
            outbound.append({"variant_id": variant.id, "quantity": quantity, "unit_price": 0})
        option = await shop.catalogue.way_out(wish.location, wish.deadline)
        reason = text(wish.args, "reason")
        claimed = [
            {
                "id": line_id,
                "quantity": quantity,
                "reason": _CLAIM_REASONS.get(reason.lower(), "other"),
                **({"internal_note": reason} if reason else {}),
            }
            for line_id, quantity in pieces.items()
        ]
        building = shop.drafts.building(drafts.CLAIM, wish.doc.id, wish.plan_id, wish.deadline, type="replace")
        async with building as draft:

            async def put(what: str, **body: Any) -> PreviewAnswer:
                return await shop.session.post(f"{draft.path}/{what}", PreviewAnswer, wish.deadline, body)

            await put("claim-items", items=claimed)
            answer = await put("outbound/items", items=outbound)
            if option is not None:
                answer = await put("outbound/shipping-method", shipping_option_id=option.id, custom_amount=0)
            if answer.order_preview.total > wish.doc.total:
                raise unsupported("the shop would charge for what it sends again")
            preview = {**about(wish.order, pieces), "to_pay_minor": 0, **({"reason": reason} if reason else {})}
            return Quote(preview=preview, backend=as_backend(draft))
