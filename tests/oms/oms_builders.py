"""Orders, a fake connector, a fake log and a clock that jumps, for the tests of the order side."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from voicebot.oms.actions import Action, ActionPlan, ActionResult
from voicebot.oms.connector import BadAnswer, Cap, Deadline, FoundOrders, Health, Heard, NotFound, OrderKey
from voicebot.oms.demo.seed import CAST, generate
from voicebot.oms.demo.store import ShopStore
from voicebot.oms.facts import View
from voicebot.oms.model import Address, Customer, CustomerRef, Order, OrderLine
from voicebot.oms.money import Money
from voicebot.oms.products import Product, ProductSearch, Promotion
from voicebot.oms.shipment import Shipment, ShipmentLine, TrackingEvent
from voicebot.oms.status import OrderStatus, PaymentStatus, Reason, ShipmentStatus
from voicebot.records.events.base import CallEvent, Record

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
VIEW = View(now=NOW, zone=ZoneInfo("America/New_York"), stale_after_days=4, recent_days=14)
T = TypeVar("T")


def small_shop() -> ShopStore:
    """The demo shop's cast and use cases, without the two thousand orders around them."""
    shop = generate(7, TODAY, customers=len(CAST) + 1, orders=0)
    store = ShopStore(":memory:")
    codes, stores = shop.promotions, shop.stores
    store.replace(shop.shop, shop.products, shop.customers, shop.orders, {}, promotions=codes, stores=stores)
    return store


def days(count: int) -> date:
    return TODAY + timedelta(days=count)


def moment(count: int) -> datetime:
    return NOW + timedelta(days=count)


def line(line_id: str = "l1", name: str = "Trail Runner shoes", quantity: int = 1, price: int = 12900) -> OrderLine:
    return OrderLine(
        id=line_id,
        sku=f"SKU-{line_id}",
        name=name,
        product_type="shoes",
        unit_price=Money(price, "USD"),
        quantity=quantity,
    )


def parcel(
    status: ShipmentStatus,
    *,
    scanned: int = -1,
    reason: Reason | None = None,
    lines: tuple[tuple[str, int], ...] = (("l1", 1),),
    promised: int | None = None,
    eta: int | None = None,
    shipped: int | None = -3,
) -> Shipment:
    return Shipment(
        id="sh-1",
        lines=tuple(ShipmentLine(line_id=i, quantity=q) for i, q in lines),
        carrier="Swiftway",
        tracking_number="SW1",
        shipped_at=None if shipped is None else moment(shipped),
        promised_by=None if promised is None else days(promised),
        eta=None if eta is None else days(eta),
        events=(TrackingEvent(at=moment(scanned), status=status, raw=status.value, reason=reason),),
    )


def order(
    *shipments: Shipment,
    number: str = "4481207",
    lines: tuple[OrderLine, ...] = (line(),),
    status: OrderStatus = OrderStatus.OPEN,
    promised: int | None = 2,
    placed: int = -5,
    customer_id: str | None = "c-1",
    country: str = "US",
) -> Order:
    return Order(
        id=f"o-{number}",
        number=number,
        placed_at=moment(placed),
        currency="USD",
        total=Money(12900, "USD"),
        status=status,
        raw_status=status.value,
        payment_status=PaymentStatus.PAID,
        raw_payment_status="paid",
        fetched_at=NOW,
        lines=lines,
        shipments=shipments,
        customer_id=customer_id,
        ship_to=Address(country=country),
        promised_by=None if promised is None else days(promised),
    )


@dataclass
class FakeLog:
    call_id: str = "call-1"
    events: list[CallEvent] = field(default_factory=list)

    def append(self, event: CallEvent, *, at_ms: float | None = None, turn: int | None = None) -> Record:
        self.events.append(event)
        return Record(call_id=self.call_id, seq=len(self.events), at_ms=0.0, wall="", turn=0, event=event)

    def begin_turn(self, turn: int) -> None:
        raise AssertionError("the order side does not begin turns")


@dataclass
class FakeConnector:
    """Answers from lists after `takes_s`; `fault` replaces the answer by an error."""

    orders: list[Order] = field(default_factory=list)
    customers: list[CustomerRef] = field(default_factory=list)
    accounts: list[Customer] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    promotions: list[Promotion] = field(default_factory=list)
    commits: dict[str, ActionResult] = field(default_factory=dict)
    near: tuple[str, ...] = ()
    takes_s: float = 0.1
    fault: Callable[[], Exception] | None = None
    name: str = "fake"
    caps: frozenset[Cap] = frozenset(Cap)
    asked: list[str] = field(default_factory=list)
    closed: bool = False

    async def _answer(self, what: str) -> None:
        self.asked.append(what)
        await asyncio.sleep(self.takes_s)
        if self.fault is not None:
            raise self.fault()

    async def find_customers(
        self, *, phone: str | None = None, email: str | None = None, limit: int = 3, deadline: Deadline
    ) -> tuple[CustomerRef, ...]:
        await self._answer("customers")
        return tuple(self.customers[:limit])

    async def find_orders(self, key: OrderKey, *, limit: int, deadline: Deadline) -> FoundOrders:
        await self._answer(f"find {key.kind} {key.value}")
        fits = [o for o in self.orders if key.kind != "number" or o.number == key.value]
        owners = {o.customer_id for o in fits}
        customers = tuple(c for c in self.customers if key.kind != "number" or c.id in owners)
        return FoundOrders(orders=tuple(fits[:limit]), customers=customers, fetched_at=NOW)

    async def get_order(self, order_id: str, *, deadline: Deadline) -> Order:
        await self._answer(f"get {order_id}")
        for known in self.orders:
            if known.id == order_id:
                return known
        raise NotFound("no such order")

    async def nearest_numbers(self, heard: Heard, *, limit: int, deadline: Deadline) -> tuple[str, ...]:
        await self._answer(f"nearest {heard if isinstance(heard, str) else ' '.join(n for n, _ in heard)}")
        return self.near[:limit]

    async def find_products(self, search: ProductSearch, *, limit: int, deadline: Deadline) -> tuple[Product, ...]:
        await self._answer(f"products {search.sku or search.text}")
        fits = [p for p in self.products if any(v.sku == search.sku for v in p.variants) or search.text in p.name]
        return tuple(fits[:limit])

    async def get_customer(self, customer_id: str, *, deadline: Deadline) -> Customer:
        await self._answer(f"customer {customer_id}")
        for known in self.accounts:
            if known.id == customer_id:
                return known
        raise NotFound("no such customer")

    async def get_promotion(self, code: str, *, deadline: Deadline) -> Promotion:
        await self._answer(f"promotion {code}")
        for known in self.promotions:
            if known.code == code.upper():
                return known
        raise NotFound("no such code")

    async def plan(self, action: Action, order: Order, *, plan_id: str, deadline: Deadline) -> ActionPlan:
        await self._answer(f"plan {action.kind}")
        return ActionPlan(id=plan_id, action=action, preview={}, version=order.version)

    async def commit(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult:
        await self._answer(f"commit {key}")
        self.commits[key] = ActionResult(status="committed", reference=plan.action.target, at=NOW)
        return self.commits[key]

    async def outcome(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult | None:
        await self._answer(f"outcome {key}")
        return self.commits.get(key)

    async def abandon(self, plan: ActionPlan, *, deadline: Deadline) -> None:
        await self._answer(f"abandon {plan.id}")

    def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
        raise BadAnswer("this order system sends no webhooks")

    async def health(self, *, deadline: Deadline) -> Health:
        return Health(ok=True)

    async def close(self) -> None:
        self.closed = True


class _JumpingSelector(selectors.SelectSelector):
    """Never waits: tells the loop's clock to jump over the wait."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everything waits for something that never comes"
            self.now += timeout
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer: hours of waiting take no time."""

    def __init__(self) -> None:
        self._jumps = _JumpingSelector()
        super().__init__(self._jumps)

    def time(self) -> float:
        return self._jumps.now


def jumping(test: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine function on a clock that jumps."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(test())


async def timed(awaitable: Awaitable[T]) -> tuple[T, float]:
    """Result, and seconds it took on the loop's clock."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    result = await awaitable
    return result, loop.time() - began
