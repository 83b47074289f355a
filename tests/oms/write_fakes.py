"""An order system whose writes go wrong as the test says, and what a call has around them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from oms_builders import FakeConnector, FakeLog, order

from voicebot.messages.messenger import CHANNELS, Channel, Message, MessageError
from voicebot.oms.actions import Action, ActionKind, ActionPlan, ActionResult
from voicebot.oms.connector import Deadline, OmsError
from voicebot.oms.desk import OrderDesk
from voicebot.oms.labels.desk import LabelDesk
from voicebot.oms.ledger import Entry, Ledger, read
from voicebot.oms.model import Address, Customer, Order
from voicebot.oms.settings import OmsSettings
from voicebot.oms.tables import ledger as rows
from voicebot.oms.write_desk import WriteDesk
from voicebot.records.database import url_for
from voicebot.records.events.base import CallEvent

WHEN = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
LOST = "lost"
T = TypeVar("T")


@dataclass
class Clock:
    """The time of day, as the test sets it."""

    now: datetime = WHEN

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Backend(FakeConnector):
    """Commits by a script: an `OmsError` before anything is done, `LOST` for one that is done and not answered, or
    None. `silent` outcomes cannot be told. `expires_at` goes into plans."""

    script: list[OmsError | str | None] = field(default_factory=list)
    silent: int = 0
    plan_fault: OmsError | None = None
    expires_at: datetime | None = None
    private: Mapping[str, Any] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    abandoned: list[str] = field(default_factory=list)
    abandon_faults: int = 0
    blind: bool = False
    """Nothing that was done is found again."""

    async def plan(self, action: Action, order: Order, *, plan_id: str, deadline: Deadline) -> ActionPlan:
        await self._answer(f"plan {action.kind}")
        if self.plan_fault is not None:
            raise self.plan_fault
        preview = {"refund_minor": 12900, "currency": "USD"}
        return ActionPlan(id=plan_id, action=action, preview=preview, version=order.version, expires_at=self.expires_at)

    async def commit(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult:
        self.told.append(key)
        await asyncio.sleep(self.takes_s)
        step = self.script.pop(0) if self.script else None
        if isinstance(step, OmsError):
            raise step
        facts = {**plan.preview, **self.private}
        done = self.commits.setdefault(key, ActionResult(status="committed", reference="R-1", facts=facts, at=WHEN))
        if step == LOST:
            await asyncio.sleep(3600)
        return done

    async def outcome(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult | None:
        await self._answer(f"outcome {key}")
        if self.silent > 0:
            self.silent -= 1
            raise OmsError("cannot be told")
        return None if self.blind else self.commits.get(key)

    async def abandon(self, plan: ActionPlan, *, deadline: Deadline) -> None:
        if self.abandon_faults > 0:
            self.abandon_faults -= 1
            raise OmsError("not now")
        self.abandoned.append(plan.id)


class InlineLedger(Ledger):
    """Without a thread, for a clock that jumps."""

    async def run(self, work: Callable[[], T]) -> T:
        await asyncio.sleep(0)
        return work()


@dataclass
class Post:
    """Keeps what is sent; refuses while `refuses`."""

    sent: list[Message] = field(default_factory=list)
    channels: frozenset[Channel] = frozenset(CHANNELS)
    refuses: bool = False

    async def send(self, message: Message, *, timeout_s: float) -> None:
        if self.refuses:
            raise MessageError("refused")
        self.sent.append(message)

    async def close(self) -> None: ...


def a_plan(
    kind: ActionKind = ActionKind.CANCEL, target: str = "o-4481207", plan_id: str = "p1", **args: Any
) -> ActionPlan:
    return ActionPlan(id=plan_id, action=Action(kind=kind, target=target, args=args), preview={"refund_minor": 1})


def an_order(**changes: Any) -> Order:
    """An order of customer `c-1` that is sent to 94103."""
    made = replace(order(), ship_to=Address(name="Jane Smith", postcode="94103", country="US"), email="j@x.example")
    return replace(made, **changes)


def a_customer(**changes: Any) -> Customer:
    fields: dict[str, Any] = {
        "id": "c-1",
        "first_name": "Jane",
        "last_name": "Smith",
        "emails": ("jane.smith@example.com",),
        "phones": ("+14155550134",),
    }
    return Customer(**{**fields, **changes})


@contextmanager
def write_desk(
    data_dir: Path,
    backend: Backend,
    post: Post | None = None,
    settings: OmsSettings | None = None,
    clock: Clock | None = None,
    labels: LabelDesk | None = None,
) -> Iterator[WriteDesk]:
    wall = clock or Clock()
    desk = OrderDesk(backend, settings or OmsSettings())
    ledger = InlineLedger(url_for(data_dir), wall=wall)
    try:
        text = "{code} for {minutes} minutes"
        yield WriteDesk(desk, ledger, post or Post(), labels=labels, code_text=text, wall=wall)
    finally:
        ledger.close()


def all_entries(ledger: Ledger) -> list[Entry]:
    return read(ledger.engine, sa.select(rows))


def of(log: FakeLog, kind: type[CallEvent]) -> list[Any]:
    return [event for event in log.events if isinstance(event, kind)]
