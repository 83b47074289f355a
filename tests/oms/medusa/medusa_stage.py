"""A house of ours on a real Medusa, for tests by text: buyers, callers, and what the shop says afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from medusa_caller import Buyer, Caller, new_phone
from medusa_seed import EMAIL, PASSWORD, Json, Lines
from medusa_shop import MedusaShop

from voicebot import config
from voicebot.call.house import House
from voicebot.call.text import TextCall
from voicebot.oms.labels.maker import Label, LabelRequest
from voicebot.records.events.actions import ActionCommitted, ActionFailed, ActionPlanned
from voicebot.records.events.handoff import HandoffRequested
from voicebot.server import open_house

#: What this caller answers, whichever flow asks.
ANSWERS = {
    "proof_postcode": "one two two oh seven",
    "proof_code": "{code}",
    "heard_right": "yes",
    "still_unused": "yes it is",
    "way_back": "a label please",
    "want_colleague": "yes please",
    "link_colleague": "yes please",
}
#: What is done counts here, not how fast a shop on a busy machine is.
PATIENCE: dict[str, Any] = {
    "oms__plan_deadline_s": 30.0,
    "oms__commit_deadline_s": 30.0,
    "oms__commit_attempt_s": 25.0,
    "call__read_deadline_s": 15.0,
}
#: What was done in this run.
PLAYED: set[str] = set()


@dataclass(frozen=True)
class Stage:
    """A house on a Medusa, and buyers for it."""

    house: House
    shop: MedusaShop

    def buyer(self, lines: Lines = (("TEE-M", 1),), *, stage: str = "paid") -> Buyer:
        phone = new_phone()
        email = f"nora.{phone[-4:]}@example.com"
        customer = self.shop.seeder.customer(email, phone)
        return Buyer(phone, self.shop.seeder.order(lines, stage=stage, email=email, phone=phone, customer=customer))

    def caller(self, phone: str | None, **answers: str) -> Caller:
        call = TextCall(self.house, call_id=f"text-{new_phone()}", caller=phone)
        return Caller(call, self.house.data_dir, {**ANSWERS, **answers})

    def order(self, buyer: Buyer) -> Json:
        """As Medusa has it now."""
        fields = "id,status,total,metadata,summary,*items,*shipping_address,*payment_collections.payments.refunds"
        found: Json = self.shop.seeder.get(f"orders/{buyer.order['id']}?fields={fields}")["order"]
        return found

    def of_order(self, what: str, buyer: Buyer) -> list[Json]:
        """Its `returns`, `exchanges` or `claims` that were asked for: a draft has no items yet that count."""
        found: list[Json] = self.shop.seeder.get(f"{what}?order_id={buyer.order['id']}")[what]
        return [one for one in found if one.get("canceled_at") is None]

    def refunded(self, buyer: Buyer) -> float:
        payments = [p for c in self.order(buyer)["payment_collections"] for p in c["payments"]]
        return round(sum(float(refund["amount"]) for p in payments for refund in p.get("refunds") or ()), 2)

    def pieces(self, buyer: Buyer) -> dict[str, int]:
        return {item["variant_sku"]: item["quantity"] for item in self.order(buyer)["items"] if item["quantity"]}


@asynccontextmanager
async def opened(shop: MedusaShop, data_dir: Path) -> AsyncIterator[Stage]:
    """The stage, with the shipped flows and policies."""
    settings = config.load(None, server__data_dir=data_dir, oms__connector="medusa", oms__url=shop.url, **PATIENCE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOICEBOT_MEDUSA_EMAIL", EMAIL)
        patch.setenv("VOICEBOT_MEDUSA_PASSWORD", PASSWORD)
        async with open_house(settings, voice=False, published=False) as house:
            yield Stage(house, shop)


@dataclass
class Carrier:
    """Makes labels out of nothing. `asked` are those that it made."""

    carrier: str = "paper"
    asked: list[LabelRequest] = field(default_factory=list)

    async def check(self) -> None: ...

    async def make(self, wanted: LabelRequest, *, timeout_s: float) -> Label:
        self.asked.append(wanted)
        return Label(tracking_number=f"PAPER{len(self.asked)}", content=b"%PDF-1.4 a label", suffix="pdf")


def done(caller: Caller, action: str) -> ActionCommitted:
    """The one thing that was done."""
    (made,) = caller.events(ActionCommitted)
    assert made.action == action, caller.told
    assert caller.events(ActionFailed) == [], caller.told
    PLAYED.add(action)
    return made


def handed_over(caller: Caller, *collected: str) -> None:
    """Everything that a colleague needs is in the one hand-off."""
    (handoff,) = caller.events(HandoffRequested)
    assert handoff.reason == "policy", handoff
    for words in collected:
        assert words in handoff.summary, handoff.summary


def refused(caller: Caller, action: str) -> None:
    """It was asked for, the order system cannot do it, and nothing was done."""
    planned = [event for event in caller.events(ActionPlanned) if event.action == action]
    assert {event.status for event in planned} <= {"unsupported", "not_allowed"}, caller.told
    assert planned, caller.told
    assert caller.events(ActionCommitted) == [], caller.told
