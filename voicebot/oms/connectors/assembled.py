"""A connector put together from parts: what reads, sells, writes, knows numbers by sound, and checks webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from voicebot.oms.actions import Action, ActionPlan, ActionResult
from voicebot.oms.connector import Cap, Deadline, FoundOrders, Heard, NotFound, OrderKey
from voicebot.oms.connectors.numbers import RecentNumbers
from voicebot.oms.connectors.quoted import Quoted
from voicebot.oms.model import Customer, CustomerRef, Order
from voicebot.oms.products import Product, ProductSearch, Promotion


class Reading(Protocol):
    """Orders and customers."""

    async def find(self, key: OrderKey, *, limit: int, deadline: Deadline) -> FoundOrders: ...

    async def order(self, order_id: str, deadline: Deadline) -> Order: ...

    async def customer(self, customer_id: str, deadline: Deadline) -> Customer: ...

    async def refs(self, deadline: Deadline, *, email: str | None, phone: str | None) -> list[CustomerRef]: ...


class Selling(Protocol):
    """Products and codes."""

    async def products(self, search: ProductSearch, *, limit: int, deadline: Deadline) -> tuple[Product, ...]: ...

    async def promotion(self, code: str, deadline: Deadline) -> Promotion: ...


class Believing(Protocol):
    """Webhooks. `believes`: whether there is a secret to check them with."""

    @property
    def believes(self) -> bool: ...

    def orders(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """`catalogue` is None when products and promotions are not announced, `numbers` when none are known by sound."""

    reader: Reading
    quoted: Quoted[Any, Any]
    webhooks: Believing
    catalogue: Selling | None = None
    numbers: RecentNumbers | None = None

    @property
    def caps(self) -> frozenset[Cap]:
        """What the parts bring, as they are configured."""
        signed = {Cap.WEBHOOKS} if self.webhooks.believes else set()
        return frozenset(signed | ({Cap.NEAREST_NUMBERS} if self.numbers is not None and self.numbers.cap else set()))


class Assembled:
    """As much of `OmsConnector` as hands over to parts; `abandon`, `health` and `close` are the order system's own.

    Args:
        caps: what the order system can do; what the parts bring is added.
    """

    def __init__(self, caps: frozenset[Cap], parts: Parts) -> None:
        self.caps = caps | parts.caps
        self._parts = parts

    async def find_customers(
        self, *, phone: str | None = None, email: str | None = None, limit: int = 3, deadline: Deadline
    ) -> tuple[CustomerRef, ...]:
        return tuple((await self._parts.reader.refs(deadline, email=email, phone=phone))[:limit])

    async def find_orders(self, key: OrderKey, *, limit: int, deadline: Deadline) -> FoundOrders:
        return await self._parts.reader.find(key, limit=limit, deadline=deadline)

    async def get_order(self, order_id: str, *, deadline: Deadline) -> Order:
        return await self._parts.reader.order(order_id, deadline)

    async def nearest_numbers(self, heard: Heard, *, limit: int, deadline: Deadline) -> tuple[str, ...]:
        """From the latest numbers only."""
        return self._parts.numbers.nearest(heard, limit) if self._parts.numbers is not None else ()

    async def find_products(self, search: ProductSearch, *, limit: int, deadline: Deadline) -> tuple[Product, ...]:
        if self._parts.catalogue is None:
            return ()
        return await self._parts.catalogue.products(search, limit=limit, deadline=deadline)

    async def get_customer(self, customer_id: str, *, deadline: Deadline) -> Customer:
        return await self._parts.reader.customer(customer_id, deadline)

    async def get_promotion(self, code: str, *, deadline: Deadline) -> Promotion:
        if self._parts.catalogue is None:
            raise NotFound("there is no such code", where="promotions")
        return await self._parts.catalogue.promotion(code, deadline)

    async def plan(self, action: Action, order: Order, *, plan_id: str, deadline: Deadline) -> ActionPlan:
        return await self._parts.quoted.plan(action, order, plan_id=plan_id, deadline=deadline)

    async def commit(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult:
        return await self._parts.quoted.commit(plan, key=key, deadline=deadline)

    async def outcome(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult | None:
        return await self._parts.quoted.outcome(plan, key=key, deadline=deadline)

    def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
        return self._parts.webhooks.orders(headers, body)
