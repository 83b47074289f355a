"""Every action by text, with the shipped flows, in a real Medusa: proof, plan, yes, and the change is really there."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from medusa_caller import Buyer, Caller, new_phone
from medusa_seed import EMAIL, PASSWORD, Json, Lines
from medusa_shop import MedusaShop

from voicebot import config
from voicebot.call.house import House
from voicebot.call.text import TextCall
from voicebot.records.events.actions import ActionCommitted, ActionFailed, ActionPlanned
from voicebot.server import open_house

pytestmark = [pytest.mark.e2e, pytest.mark.model, pytest.mark.asyncio(loop_scope="module")]

TWO = (("TEE-M", 1), ("MUG-BLUE", 1))
ROOT = Path(__file__).parents[3]
#: What this caller answers, whichever flow asks.
ANSWERS = {
    "proof_postcode": "one two two oh seven",
    "proof_code": "{code}",
    "heard_right": "yes",
    "still_unused": "yes it is",
    "way_back": "a label please",
}


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
        fields = "id,status,total,metadata,*items,*shipping_address,*payment_collections.payments.refunds"
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


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(medusa_shop: MedusaShop, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    data_dir = tmp_path_factory.mktemp("chat")
    settings = config.load(None, server__data_dir=data_dir, oms__connector="medusa", oms__url=medusa_shop.url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOICEBOT_MEDUSA_EMAIL", EMAIL)
        patch.setenv("VOICEBOT_MEDUSA_PASSWORD", PASSWORD)
        async with open_house(settings, voice=False, published=False) as house:
            yield Stage(house, medusa_shop)


def done(caller: Caller, action: str) -> ActionCommitted:
    """The one thing that was done."""
    (made,) = caller.events(ActionCommitted)
    assert made.action == action, caller.told
    assert caller.events(ActionFailed) == [], caller.told
    return made


# -- before anything is packed


async def test_cancel(stage: Stage) -> None:
    buyer = stage.buyer()
    async with stage.caller(buyer.phone) as caller:
        assert "$31.46" in await caller.wants("I want to cancel my order"), caller.told
        assert stage.order(buyer)["status"] == "pending"
        assert "cancelled" in await caller.agrees()
        done(caller, "cancel")
    assert stage.order(buyer)["status"] == "canceled"
    assert stage.refunded(buyer) == 31.46


async def test_a_guest_cancels_by_number(stage: Stage) -> None:
    order = stage.shop.seeder.order(email="guest@example.com")
    guest = Buyer("", order)
    async with stage.caller(None, order_number=" ".join(str(order["display_id"]))) as caller:
        await caller.wants("please cancel my order")
        await caller.agrees()
        done(caller, "cancel")
    assert stage.order(guest)["status"] == "canceled"


async def test_a_no_leaves_everything_as_it_was(stage: Stage) -> None:
    buyer = stage.buyer()
    async with stage.caller(buyer.phone) as caller:
        await caller.wants("I want to cancel my order")
        assert "$31.46" not in await caller.says("yes but only if I get twenty percent on top")
        await caller.says("no")
        assert caller.events(ActionCommitted) == []
    assert stage.order(buyer)["status"] == "pending"


async def test_what_the_shop_cancelled_before_the_yes_is_told(stage: Stage) -> None:
    buyer = stage.buyer()
    async with stage.caller(buyer.phone) as caller:
        await caller.wants("I want to cancel my order")
        stage.shop.seeder.admin(f"orders/{buyer.order['id']}/cancel")
        told = await caller.says("yes please")
        assert "It's cancelled. The reference" not in told
        assert caller.events(ActionCommitted) == []
    assert stage.order(buyer)["status"] == "canceled"


async def test_address_change(stage: Stage) -> None:
    buyer = stage.buyer()
    new = {"new_postcode": "one two two one zero", "new_street": "24 Pine Street", "new_city": "Albany"}
    async with stage.caller(buyer.phone, **new, new_state="New York") as caller:
        assert "24 Pine Street" in await caller.wants("I need to change the delivery address of my order"), caller.told
        assert stage.order(buyer)["shipping_address"]["postal_code"] == "12207"
        await caller.agrees()
        done(caller, "address_change")
    address = stage.order(buyer)["shipping_address"]
    assert (address["address_1"], address["city"], address["postal_code"]) == ("24 Pine Street", "Albany", "12210")


async def test_item_change_to_another_size(stage: Stage) -> None:
    buyer = stage.buyer()
    async with stage.caller(buyer.phone, change="another size please", new_look="large") as caller:
        assert "size L" in await caller.wants("I want to change my order"), caller.told
        assert stage.pieces(buyer) == {"TEE-M": 1}
        await caller.agrees()
        done(caller, "item_change")
    assert stage.pieces(buyer) == {"TEE-L": 1}


async def test_item_change_to_fewer(stage: Stage) -> None:
    buyer = stage.buyer((("TEE-M", 2),))
    async with stage.caller(buyer.phone, change="the quantity", pieces="just one") as caller:
        assert "$26.13" in await caller.wants("I want to change my order"), caller.told
        await caller.agrees()
        done(caller, "item_change")
    assert stage.pieces(buyer) == {"TEE-M": 1}
    assert stage.refunded(buyer) == 26.13


async def test_item_taken_out(stage: Stage) -> None:
    buyer = stage.buyer(TWO)
    async with stage.caller(buyer.phone, change="take something out", which_item="the mug") as caller:
        await caller.wants("I want to change my order")
        await caller.agrees()
        done(caller, "item_change")
    assert stage.pieces(buyer) == {"TEE-M": 1}
    assert stage.refunded(buyer) == 14.14


async def test_item_added(stage: Stage) -> None:
    buyer = stage.buyer()
    add = {"change": "add something", "what": "enamel mug", "new_variant": "blue"}
    async with stage.caller(buyer.phone, **add) as caller:
        assert "$14.14" in await caller.wants("I want to change my order"), caller.told
        await caller.agrees()
        done(caller, "item_change")
    assert stage.pieces(buyer) == {"TEE-M": 1, "MUG-BLUE": 1}


# -- after the delivery


async def test_return_for_the_money(stage: Stage) -> None:
    buyer = stage.buyer(TWO, stage="delivered")
    why = {"which_item": "the tee", "why_back": "I changed my mind", "money_or_credit": "money back"}
    async with stage.caller(buyer.phone, **why) as caller:
        assert "$26.13" in await caller.wants("I want to return something"), caller.told
        told = await caller.agrees()
        assert done(caller, "return").reference in told
    (back,) = stage.of_order("returns", buyer)
    assert back["status"] == "requested"
    assert stage.refunded(buyer) == 0, "the money goes back when the goods are here"


async def test_exchange_for_another_size(stage: Stage) -> None:
    buyer = stage.buyer(stage="delivered")
    async with stage.caller(buyer.phone, swap_words="the same in size L") as caller:
        assert "size L" in await caller.wants("I'd like to exchange something"), caller.told
        await caller.agrees()
        done(caller, "exchange")
    assert len(stage.of_order("exchanges", buyer)) == 1
    assert stage.pieces(buyer) == {"TEE-M": 1, "TEE-L": 1}
    assert [back["status"] for back in stage.of_order("returns", buyer)] == ["requested"]


async def test_a_new_one_for_what_came_damaged(stage: Stage) -> None:
    buyer = stage.buyer(stage="delivered")
    async with stage.caller(buyer.phone, new_or_money="a new one") as caller:
        await caller.wants("my order arrived damaged")
        await caller.agrees()
        done(caller, "exchange")
    assert len(stage.of_order("exchanges", buyer)) == 1


async def test_resend_of_what_is_missing(stage: Stage) -> None:
    buyer = stage.buyer(TWO, stage="delivered")
    async with stage.caller(buyer.phone, which_item="the mug", remedy="send it again") as caller:
        assert "free of charge" in await caller.wants("something is missing from my parcel"), caller.told
        await caller.agrees()
        done(caller, "resend")
    (claim,) = stage.of_order("claims", buyer)
    assert claim["type"] == "replace"
    assert stage.order(buyer)["total"] == pytest.approx(float(buyer.order["total"])), "it is charged"


async def test_refund_of_what_is_missing(stage: Stage) -> None:
    buyer = stage.buyer(TWO, stage="delivered")
    async with stage.caller(buyer.phone, which_item="the mug", remedy="my money back") as caller:
        assert "$14.14" in await caller.wants("something is missing from my parcel"), caller.told
        assert stage.refunded(buyer) == 0
        await caller.agrees()
        done(caller, "refund")
    assert stage.refunded(buyer) == 14.14


async def test_a_complaint_is_noted(stage: Stage) -> None:
    buyer = stage.buyer(stage="delivered")
    async with stage.caller(buyer.phone, what_happened="the parcel was left in the rain") as caller:
        await caller.wants("where is my order")
        assert "noted" in await caller.wants("I want to make a complaint"), caller.told
        done(caller, "note")
    assert "left in the rain" in str(stage.order(buyer)["metadata"])


# -- what keeps all of it safe


async def test_without_the_right_postcode_nothing_is_planned(stage: Stage) -> None:
    buyer = stage.buyer()
    async with stage.caller(buyer.phone) as caller:
        await caller.says("I want to cancel my order")
        await caller.says("nine four one oh seven")
        await caller.says("nine four one oh eight")
        assert caller.events(ActionPlanned) == []
    assert stage.order(buyer)["status"] == "pending"


async def test_the_command_talks_to_it(stage: Stage) -> None:
    buyer = stage.buyer()
    arguments = ("chat", "--caller", buyer.phone, "--data-dir", str(stage.house.data_dir), "--json")
    said = b"I want to cancel my order\none two two oh seven\nyes please\n"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voicebot", *arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={
            **os.environ,
            "VOICEBOT_MEDUSA_EMAIL": EMAIL,
            "VOICEBOT_MEDUSA_PASSWORD": PASSWORD,
            "VOICEBOT_OMS__CONNECTOR": "medusa",
            "VOICEBOT_OMS__URL": stage.shop.url,
        },
    )
    told, _ = await asyncio.wait_for(process.communicate(said), 120)
    answers: list[Any] = [json.loads(line) for line in told.splitlines()]
    assert "cancelled" in " ".join(answers[-1]["say"])
    assert stage.order(buyer)["status"] == "canceled"
