"""A house whose engine follows a script, and whose order system is a small fake: for acts by text."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from call_fakes import Rule, ScriptedEngine

from voicebot.call.house import House
from voicebot.call.settings import CallSettings
from voicebot.dialogue.commands import Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.engine import Engine
from voicebot.handoff.desk import HandoffDesk
from voicebot.messages.messenger import CHANNELS, Channel, Message
from voicebot.oms.actions import Action, ActionPlan, ActionResult
from voicebot.oms.connector import Cap, Deadline, NotFound, OmsConnector
from voicebot.oms.desk import OrderDesk
from voicebot.oms.ledger import Ledger
from voicebot.oms.model import Address, Customer, Order
from voicebot.oms.money import Money
from voicebot.oms.settings import OmsSettings
from voicebot.oms.status import OrderStatus, PaymentStatus
from voicebot.oms.write_desk import WriteDesk
from voicebot.policy.book import PolicyBook
from voicebot.records.database import url_for
from voicebot.records.live import LiveLogs
from voicebot.records.recording import RecordingThread
from voicebot.records.store import open_store
from voicebot.versions.editions import Edition, Editions, Offer

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
ORDER = Order(
    id="o1",
    number="4481207",
    placed_at=WHEN,
    currency="USD",
    total=Money(12900, "USD"),
    status=OrderStatus.OPEN,
    raw_status="open",
    payment_status=PaymentStatus.PAID,
    raw_payment_status="paid",
    fetched_at=WHEN,
    customer_id="c1",
    ship_to=Address(postcode="94103"),
)
CUSTOMER = Customer(id="c1", first_name="Jane", last_name="Smith", phones=("+14155550134",))


@dataclass
class Shop:
    """One order of one customer; `takes_s` for every answer."""

    takes_s: float = 0.0
    name: str = "fake"
    caps: frozenset[Cap] = frozenset(Cap)
    done: list[str] = field(default_factory=list)
    abandoned: list[str] = field(default_factory=list)

    async def get_order(self, order_id: str, *, deadline: Deadline) -> Order:
        if order_id != ORDER.id:
            raise NotFound("no such order")
        return ORDER

    async def get_customer(self, customer_id: str, *, deadline: Deadline) -> Customer:
        return CUSTOMER

    async def plan(self, action: Action, order: Order, *, plan_id: str, deadline: Deadline) -> ActionPlan:
        return ActionPlan(id=plan_id, action=action, preview={"refund_minor": 12900, "currency": "USD"})

    async def commit(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult:
        await asyncio.sleep(self.takes_s)
        self.done.append(plan.action.kind)
        facts = {**plan.preview, "link": "https://shop.example/label/1"}
        return ActionResult(status="committed", reference="R-1", facts=facts, at=WHEN)

    async def outcome(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult | None:
        return None

    async def abandon(self, plan: ActionPlan, *, deadline: Deadline) -> None:
        self.abandoned.append(plan.id)

    async def close(self) -> None: ...


@dataclass
class Post:
    """Keeps what is sent."""

    sent: list[Message] = field(default_factory=list)
    channels: frozenset[Channel] = frozenset(CHANNELS)

    async def send(self, message: Message, *, timeout_s: float) -> None:
        self.sent.append(message)

    async def close(self) -> None: ...


class Words:
    """Understands nothing but the words."""

    async def understand(self, text: str, context: Context, **_: Any) -> Understanding:
        return Understanding(text=text)

    async def close(self) -> None: ...


@contextmanager
def acting_house(data_dir: Path, rule: Rule, shop: Shop, post: Post) -> Iterator[House]:
    store = open_store(data_dir)
    orders = OrderDesk(cast(OmsConnector, shop), OmsSettings())
    ledger = Ledger(url_for(data_dir))
    engine = cast(Engine, ScriptedEngine(rule))
    edition = Edition(id="1", engine=engine, policies=PolicyBook({}), interpreter=cast(Any, Words()))
    try:
        yield House(
            settings=CallSettings(),
            editions=Editions(Offer(live=edition)),
            orders=orders,
            writes=WriteDesk(orders, ledger, post),
            handoff=HandoffDesk(store),
            logs=LiveLogs(store),
            store=store,
            recording=cast(RecordingThread, None),
            data_dir=data_dir,
        )
    finally:
        ledger.close()
        store.close()
