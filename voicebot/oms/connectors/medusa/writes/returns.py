"""Returns: goods announced to come back. The money follows when the shop has received them, by the shop's own hand."""

from __future__ import annotations

from decimal import Decimal

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.marks import committed
from voicebot.oms.connectors.medusa import drafts
from voicebot.oms.connectors.medusa.documents import OrderDoc, PreviewAnswer
from voicebot.oms.connectors.medusa.mapping import unit_total
from voicebot.oms.connectors.medusa.writes.base import Shop, Wish, as_backend, confirmed, draft_of
from voicebot.oms.connectors.quoted import Quote
from voicebot.oms.connectors.wishes import Pieces, about, fee, one_of, returnable, text, without_credit
from voicebot.oms.money import Money


class SendBack:
    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        resolution = without_credit(wish.args, "resolution", "refund")
        pieces = returnable(wish.args, wish.order)
        items = await coming_back(shop, wish, pieces)
        option = await shop.catalogue.way_back(wish.location, wish.deadline)
        place = {"location_id": wish.location} if wish.location else {}
        async with shop.drafts.building(drafts.RETURN, wish.doc.id, wish.plan_id, wish.deadline, **place) as draft:
            path = f"{draft.path}/request-items"
            answer = await shop.session.post(path, PreviewAnswer, wish.deadline, {"items": items})
            if option is not None:
                body = {"shipping_option_id": option.id, **_custom_fee(wish)}
                answer = await shop.session.post(f"{draft.path}/shipping-method", PreviewAnswer, wish.deadline, body)
            costs = answer.order_preview.total - wish.doc.total
            back = max(0, wish.minor(worth(wish.doc, pieces) - costs))
            preview = {
                **about(wish.order, pieces),
                "refund_minor": min(back, wish.order.refundable_minor),
                "fee_minor": wish.minor(costs),
                "resolution": resolution,
                **way_back(wish),
            }
            return Quote(preview=preview, backend=as_backend(draft))

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        await shop.drafts.confirm(draft_of(plan), wish.deadline)
        return committed(plan, draft_of(plan).number)

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        return committed(plan, draft_of(plan).number) if await confirmed(shop, plan, deadline) else None


async def coming_back(shop: Shop, wish: Wish, pieces: Pieces) -> list[dict[str, object]]:
    """Items of a return; the reason by the shop's own list where it has it, and in words."""
    reason = text(wish.args, "reason")
    words = ", ".join(word for word in (reason, text(wish.args, "condition")) if word)
    reason_id = await shop.catalogue.reason_id(reason, wish.deadline) if reason else None
    return [
        {
            "id": line_id,
            "quantity": quantity,
            **({"reason_id": reason_id} if reason_id else {}),
            **({"internal_note": words} if words else {}),
        }
        for line_id, quantity in pieces.items()
    ]


def worth(doc: OrderDoc, pieces: Pieces) -> Decimal:
    """What was paid for pieces, unrounded."""
    return sum((unit_total(item) * pieces[item.id] for item in doc.items if item.id in pieces), Decimal(0))


def way_back(wish: Wish) -> dict[str, str]:
    """How it comes back, as far as it can be promised: whether there will be a label is its provider's matter."""
    method = one_of(wish.args, "method", "label", "qr", "drop_off")
    return {"method": method} if method == "drop_off" else {}


def _custom_fee(wish: Wish) -> dict[str, float]:
    """What the shop's policy takes for the way back, in place of the option's own price."""
    minor = fee(wish.args)
    return {} if minor is None else {"custom_amount": float(Money(minor, wish.order.currency).amount)}
