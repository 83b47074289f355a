"""The suite itself: it finds flaws, and says what does not apply. A connector with each of these flaws must fail."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest
from demo_backend import DemoBackend

from voicebot.oms.actions import Action, ActionPlan, ActionResult
from voicebot.oms.conformance import BEHAVIOURS, Behaviour, CannotMake, Made, Wanted, check
from voicebot.oms.connector import Cap, Deadline, FoundOrders, KeyKind, NotAllowed, OmsError, OrderKey
from voicebot.oms.connectors.demo import DemoConnector
from voicebot.oms.model import Order
from voicebot.oms.money import Money
from voicebot.oms.status import OrderStatus


def named(words: str) -> Behaviour:
    (one,) = [behaviour for behaviour in BEHAVIOURS if words in behaviour.name]
    return one


@pytest.fixture
async def backend() -> AsyncIterator[DemoBackend]:
    demo = DemoBackend()
    yield demo
    await demo.close()


class Flawed(DemoConnector):
    """Delegates to a good connector's HTTP client."""

    def __init__(self, good: DemoConnector) -> None:
        self.__dict__.update(good.__dict__)


class SubstringSearch(Flawed):
    async def find_orders(self, key: OrderKey, *, limit: int, deadline: Deadline) -> FoundOrders:
        found = await super().find_orders(key, limit=limit, deadline=deadline)
        longer = OrderKey(KeyKind.NUMBER, f"{key.value}4")
        more = await super().find_orders(longer, limit=limit, deadline=deadline)
        return dataclasses.replace(found, orders=found.orders + more.orders)


class IgnoredFilter(Flawed):
    async def find_orders(self, key: OrderKey, *, limit: int, deadline: Deadline) -> FoundOrders:
        return await super().find_orders(OrderKey(KeyKind.NUMBER, "5100000"), limit=limit, deadline=deadline)


class Overpaid(Flawed):
    async def get_order(self, order_id: str, *, deadline: Deadline) -> Order:
        order = await super().get_order(order_id, deadline=deadline)
        return dataclasses.replace(order, total=Money(order.total.minor * 100, order.currency))


class Guesses(Flawed):
    async def get_order(self, order_id: str, *, deadline: Deadline) -> Order:
        return dataclasses.replace(await super().get_order(order_id, deadline=deadline), status=OrderStatus.OPEN)


class EagerPlan(Flawed):
    async def plan(self, action: Action, order: Order, *, plan_id: str, deadline: Deadline) -> ActionPlan:
        plan = await super().plan(action, order, plan_id=plan_id, deadline=deadline)
        await super().commit(plan, key=f"eager-{plan_id}", deadline=deadline)
        return plan


class NeverDone(Flawed):
    async def outcome(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult | None:
        return None


class AlwaysDone(Flawed):
    async def outcome(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult | None:
        return ActionResult(status="committed")


class OwnKeys(Flawed):
    """Loses the caller's key, and plans again when the order has changed."""

    async def commit(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult:
        order = await self.get_order(plan.action.target, deadline=deadline)
        fresh = await self.plan(plan.action, order, plan_id="again", deadline=deadline)
        return await super().commit(fresh, key=f"own-{id(fresh)}-{order.version}", deadline=deadline)


class Refuses(Flawed):
    """Takes every trouble for a refusal."""

    async def commit(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult:
        try:
            return await super().commit(plan, key=key, deadline=deadline)
        except OmsError as error:
            raise NotAllowed(error.what) from error


class NoDeadline(Flawed):
    async def get_order(self, order_id: str, *, deadline: Deadline) -> Order:
        return await super().get_order(order_id, deadline=Deadline.after(60))


class Talks(Flawed):
    async def plan(self, action: Action, order: Order, *, plan_id: str, deadline: Deadline) -> ActionPlan:
        plan = await super().plan(action, order, plan_id=plan_id, deadline=deadline)
        return dataclasses.replace(plan, preview={**plan.preview, "name": "Wilhelmina"})


class Credulous(Flawed):
    def verify_webhook(self, headers: Any, body: bytes) -> tuple[str, ...]:
        return ("o-5100000",)


@pytest.mark.parametrize(
    ("flaw", "behaviour"),
    [
        (SubstringSearch, "a number finds its order"),
        (IgnoredFilter, "a number that no order has"),
        (IgnoredFilter, "an e-mail that nobody has"),
        (Overpaid, "money is in whole minor units"),
        (Overpaid, "a currency without minor units"),
        (Guesses, "a status that no table knows"),
        (EagerPlan, "a plan changes nothing"),
        (EagerPlan, "an abandoned plan leaves no lock"),
        (NeverDone, "tells that a refund was made"),
        (NeverDone, "tells that it was cancelled"),
        (AlwaysDone, "a write that never arrived"),
        (AlwaysDone, "somebody else made"),
        (OwnKeys, "changed since the plan"),
        (OwnKeys, "repeated with its key"),
        (OwnKeys, "under another key"),
        (Refuses, "tells that a return was opened"),
        (NoDeadline, "deadlines are obeyed"),
        (Talks, "tell nothing personal"),
        (Credulous, "a webhook is believed once"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
async def test_flaws_are_found(backend: DemoBackend, flaw: type[Flawed], behaviour: str) -> None:
    backend.connector = flaw(backend.connector)
    verdict = await check(named(behaviour), backend)
    assert verdict.status == "failed", "the suite did not notice"
    assert verdict.reason


async def test_what_a_backend_does_not_announce_is_not_applicable(backend: DemoBackend) -> None:
    backend.connector.caps = frozenset({Cap.FIND_BY_NUMBER})
    verdict = await check(named("a note is there"), backend)
    assert (verdict.status, verdict.reason) == ("not_applicable", "demo does not announce note")


async def test_what_a_backend_cannot_make_is_not_applicable(
    backend: DemoBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(wanted: Wanted) -> Made:
        raise CannotMake("it sells in dollars only")

    monkeypatch.setattr(backend, "make_order", nothing)
    verdict = await check(named("a currency without minor units"), backend)
    assert (verdict.status, verdict.reason) == ("not_applicable", "it sells in dollars only")


def test_names_are_sentences_and_unique() -> None:
    names = [behaviour.name for behaviour in BEHAVIOURS]
    assert len(set(names)) == len(names) >= 40
    assert all(" " in name and not name.endswith(".") for name in names)
