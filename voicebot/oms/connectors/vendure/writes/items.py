"""Other quantities, further items, or another variant in place of an ordered one, before anything is packed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.medusa.wishes import about, all_pieces, changeable, count, named_lines, refused
from voicebot.oms.connectors.vendure import mapping
from voicebot.oms.connectors.vendure.documents import FoundVariantDoc
from voicebot.oms.connectors.vendure.writes import modify, refund
from voicebot.oms.connectors.vendure.writes.base import Quote, Shop, Wish
from voicebot.oms.facts import clean_name


class ChangeItems:
    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        order = wish.order
        changeable(order)
        modify.not_in_checkout(wish.doc)
        now = all_pieces(order)
        left = named_lines(wish.args, order, least=0) or {}
        added = await _added(shop, wish)
        replacement: dict[str, Any] = {}
        for line, variant, pieces in await _swapped(shop, wish, {**now, **left}):
            left[line] = 0
            added.append((variant, pieces))
            # The first one is told by name.
            replacement = replacement or {"replacement": {"sku": variant.sku, **_spoken(variant)}}
        changes = {line: pieces for line, pieces in left.items() if pieces != now[line]}
        after = {**now, **changes}
        if not changes and not added:
            raise refused("other", "nothing would change")
        if not any(after.values()) and not added:
            raise refused("nothing_left", "nothing would be left: cancel the order instead")
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
        raise refused("other", f"it costs {-difference} more, which Vendure wants paid before the order goes on")
    if difference and not wish.order.captured_minor:
        raise refused("other", "the money is only reserved: Vendure would take all of it")
    if difference > wish.order.refundable_minor:
        raise refused("other", "too much was given back before")
    return difference


def _spoken(variant: FoundVariantDoc) -> dict[str, str]:
    chosen = ", ".join(mapping.options(variant.options).values())
    return {"name": clean_name(variant.product.name or variant.name), "variant": clean_name(chosen)}


async def _added(shop: Shop, wish: Wish) -> list[tuple[FoundVariantDoc, int]]:
    add = wish.args.get("add") or []
    made = []
    for part in add if isinstance(add, list) else [None]:
        if not isinstance(part, Mapping) or not isinstance(part.get("sku"), str):
            raise refused("other", "add is a list of {sku, quantity}")
        pieces = count(part.get("quantity", 1))
        made.append((await shop.catalogue.sold(part["sku"], pieces, wish.deadline), pieces))
    return made


async def _swapped(shop: Shop, wish: Wish, now: Mapping[str, int]) -> list[tuple[str, FoundVariantDoc, int]]:
    """Lines, what takes their place, and how many of it: one swap, or a list of them."""
    given = wish.args.get("swap")
    swaps = given if isinstance(given, list) else [given] if given is not None else []
    made: dict[str, tuple[str, FoundVariantDoc, int]] = {}
    for swap in swaps:
        if (
            not isinstance(swap, Mapping)
            or not isinstance(swap.get("line"), str)
            or not isinstance(swap.get("sku"), str)
        ):
            raise refused("other", "swap is {line, sku}, or a list of them")
        line, sku = swap["line"], swap["sku"]
        if not now.get(line) or line in made:
            raise refused("not_found", "the order has no such line")
        made[line] = (line, await shop.catalogue.sold(sku, now[line], wish.deadline), now[line])
    return list(made.values())
