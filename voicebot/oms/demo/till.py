"""Where the demo shop's orders are changed: quotes, commits that happen once for a key, and what became of a key."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from voicebot.oms.demo.changes import CHANGES, Change, Refused, World
from voicebot.oms.demo.schema import CustomerDoc, OrderDoc, PromotionDoc
from voicebot.oms.demo.store import ShopStore
from voicebot.oms.demo.wire import Confirmed, Done, Outcome, Quote, Wish

_GOOD_FOR = timedelta(minutes=15)


class Absent(Exception):  # noqa: N818
    """There is no such order."""


class Stale(Exception):  # noqa: N818
    """The order, or what the quote depends on, is no longer what it was."""


def quote(store: ShopStore, wish: Wish, now: datetime) -> Quote:
    """What would happen. Nothing is written or kept.

    Raises:
        Absent: no such order.
        Refused: it would not be done.
    """
    world = _world(store, wish.order, now)
    change = CHANGES[wish.kind](world, wish.args)
    return Quote(
        version=world.order.version,
        quote=change.digest(),
        preview=dict(change.preview),
        expires_at=now + _GOOD_FOR,
    )


def commit(store: ShopStore, confirmed: Confirmed, now: datetime) -> Done:
    """Do what was quoted, in one transaction; a second time with the same key only tells the first one's result.

    Raises:
        Absent: no such order.
        Refused: it cannot be done (any more).
        Stale: it would not be what was quoted, or the key belongs to something else.
    """
    wish = json.dumps([confirmed.kind, confirmed.order, confirmed.args, confirmed.quote], sort_keys=True)
    with store.transaction():
        if before := store.done(confirmed.key):
            if before[0] != wish:
                raise Stale("this key was used for something else")
            return Done.model_validate_json(before[1])
        world = _world(store, confirmed.order, now)
        if world.order.version != confirmed.version:
            raise Stale("the order has changed since")
        change = CHANGES[confirmed.kind](world, confirmed.args)
        if change.digest() != confirmed.quote:
            raise Stale("it would not be what was quoted")
        _write(store, change)
        facts = {**change.preview, **change.private}
        done = Done(reference=change.reference, facts=facts, at=now)
        store.put_done(confirmed.key, wish, done.model_dump_json())
        return done


def outcome(store: ShopStore, key: str) -> Outcome:
    """What a key has done so far."""
    before = store.done(key)
    return Outcome(done=Done.model_validate_json(before[1]) if before else None)


def _world(store: ShopStore, order_id: str, now: datetime) -> World:
    document = store.order(order_id)
    if document is None:
        raise Absent
    order = OrderDoc.model_validate_json(document)
    customer = store.customer(order.customer_id) if order.customer_id else None

    def promotion(code: str) -> PromotionDoc | None:
        found = store.promotion(code)
        return PromotionDoc.model_validate_json(found) if found else None

    def other(other_id: str) -> OrderDoc | None:
        document = store.order(other_id) if order.customer_id else None
        found = OrderDoc.model_validate_json(document) if document else None
        return found if found is not None and found.customer_id == order.customer_id else None

    return World(
        order=order,
        customer=CustomerDoc.model_validate_json(customer) if customer else None,
        now=now.astimezone(UTC),
        today=now.astimezone(ZoneInfo(store.shop().time_zone)).date(),
        variant=store.variant,
        promotion=promotion,
        other=other,
    )


def _write(store: ShopStore, change: Change) -> None:
    if change.order is not None:
        number = int(store.meta("writes") or 0) + change.stales
        store.put_meta("writes", str(number))
        order = change.order.model_copy(update={"version": f"w{number}"}) if change.stales else change.order
        store.put_order(order)
    if change.customer is not None:
        store.put_customer(change.customer)
    for promotion in change.promotions:
        store.put_promotion(promotion)
    for sku, pieces in change.taken.items():
        found = store.variant(sku)
        if found is None or found[1].stock < pieces:
            raise Refused("out_of_stock", f"fewer than {pieces} of {sku} are left")
        product, variant = found
        less = variant.model_copy(update={"stock": variant.stock - pieces})
        variants = tuple(less if v.sku == variant.sku else v for v in product.variants)
        store.put_product(product.model_copy(update={"variants": variants}))
