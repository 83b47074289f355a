"""What backends of the conformance suite have in common, each over an order system that is really there."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

from shop_transports import Faults

from voicebot.oms.conformance import Behaviour, Shelf, State, Wanted, check
from voicebot.oms.conformance.backend import Backend
from voicebot.oms.connectors.webhooks import SIGNATURE, signature

SECRET = "whsec-conformance"
#: What every backend's catalogue holds.
SHELF = Shelf(
    product_text="cotton tee",
    sku="TEE-M",
    other_variant="TEE-L",
    sold_out="TEE-XL",
    dearer="TEE-LUX",
    promo_valid="WELCOME10",
    promo_expired="SPRING15",
)
_SKUS = ("TEE-M", "MUG-BLUE", "MUG-RED")
#: How far the seeders take an order.
STAGES = {
    State.UNPAID: "unpaid",
    State.PAID: "paid",
    State.SHIPPED: "shipped",
    State.DELIVERED: "delivered",
    State.CANCELLED: "paid",
}


class Unreliable:
    """The part of `Backend` that is the same behind every `Faults`."""

    shelf = SHELF

    def __init__(self, faults: Faults) -> None:
        self.faults = faults

    async def webhook(self, order_id: str) -> tuple[Mapping[str, str], bytes]:
        body = json.dumps({"id": f"evt-{uuid.uuid4().hex}", "orders": [order_id]}).encode()
        return {SIGNATURE: signature(SECRET, int(time.time()), body)}, body

    def losing_answers(self) -> AbstractAsyncContextManager[None]:
        return self.faults.faulty("lost")

    def dropping_writes(self) -> AbstractAsyncContextManager[None]:
        return self.faults.faulty("dropped")

    def slow(self, seconds: float) -> AbstractAsyncContextManager[None]:
        return self.faults.faulty("", pause_s=seconds)


def basket(wanted: Wanted) -> tuple[list[tuple[str, int]], str | None]:
    """SKUs and pieces of an order that is wanted; and the first SKU, when it is a new one for a product that has the
    name that is wanted."""
    skus = list(_SKUS[: len(wanted.pieces)])
    named = f"NAMED-{uuid.uuid4().hex[:6]}" if wanted.item is not None else None
    if named is not None:
        skus[0] = named
    return list(zip(skus, wanted.pieces, strict=True)), named


async def shows(backend: Backend, one: Behaviour, *not_there: str) -> None:
    """Fails when a behaviour is broken, or not applicable for another reason than these."""
    verdict = await check(one, backend)
    if verdict.status == "not_applicable":
        assert any(reason in verdict.reason for reason in ("does not announce", *not_there)), verdict.reason
    else:
        assert verdict.status == "passed", verdict.reason
