"""Other quantities, further items, or another variant in place of an ordered one, before anything is packed."""

from __future__ import annotations

from typing import Any

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.quoted import Quote
from voicebot.oms.connectors.vendure import mapping
from voicebot.oms.connectors.vendure.documents import FoundVariantDoc
from voicebot.oms.connectors.vendure.writes import modify, refund
from voicebot.oms.connectors.vendure.writes.base import Shop, Wish
from voicebot.oms.connectors.wishes import (
    about,
    additions,
    all_pieces,
    changeable,
    changed,
    named_lines,
    refused,
    swaps,
    unsupported,
    without_credit,
)
from voicebot.oms.facts import clean_name


class ChangeItems:
    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        order = wish.order
        changeable(order)
        modify.not_in_checkout(wish.doc)
        without_credit(wish.args, "settle", "original")
        now = all_pieces(order)
        left = named_lines(wish.args, order, least=0) or {}
        wanted = additions(wish.args)
        swapped = swaps(wish.args, "swap", {**now, **left})
        wanted += [(sku, {**now, **left}[line]) for line, sku in swapped]
        added = [(await shop.catalogue.sold(sku, pieces, wish.deadline), pieces) for sku, pieces in wanted]
        left |= {line: 0 for line, _ in swapped}
        replacement: dict[str, Any] = {}
        if swapped:
            # The first one is told by name.
            new = added[-len(swapped)][0]
            replacement = {"replacement": {"sku": new.sku, **_spoken(new)}}
        changes, after = changed(order, left, added=bool(added))
        change = {
            "adjustOrderLines": [{"orderLineId": line, "quantity": pieces} for line, pieces in changes.items()],
            "addItems": [{"productVariantId": variant.id, "quantity": pieces} for variant, pieces in added],
        }
        total = await modify.total_after(shop, wish, change)
        back = _cheaper_by(wish, total)
        preview = {
            **about(order, after),
            "headline": about(order, now)["headline"],
            "items": [*about(order, after)["items"], *({**_spoken(v), "quantity": pieces} for v, pieces in added)],
            "refund_minor": back,
            "to_pay_minor": 0,
            "total_minor": wish.minor(total),
            "order_status": order.status.value,
            **replacement,
        }
        refunds = {refund.payment_for(wish, back)[0]: wish.doc.total_with_tax - total} if back else {}
        return Quote(preview=preview, backend={"change": change, "total": total, "refunds": refunds})

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        return await modify.make(shop, plan, key, wish, plan.backend["change"])

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        return await modify.made(shop, plan, key, deadline)


def _cheaper_by(wish: Wish, total: int) -> int:
    """What goes back, in minor units. Raises `NotAllowed`."""
    difference = wish.minor(wish.doc.total_with_tax) - wish.minor(total)
    if difference < 0:
        raise unsupported(f"it costs {-difference} more, which Vendure wants paid before the order goes on")
    if difference and not wish.order.captured_minor:
        raise unsupported("the money is only reserved: Vendure would take all of it")
    if difference > wish.order.refundable_minor:
        raise refused("other", "too much was given back before")
    return difference


def _spoken(variant: FoundVariantDoc) -> dict[str, str]:
    chosen = ", ".join(mapping.options(variant.options).values())
    return {"name": clean_name(variant.product.name or variant.name), "variant": clean_name(chosen)}
