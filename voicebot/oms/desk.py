"""What a live call uses: questions to the order system, answered as facts, each one in the call's event log."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from voicebot.logs import failure
from voicebot.oms.ahead import Ahead
from voicebot.oms.connector import (
    CAP_OF_KEY,
    Cap,
    Deadline,
    FoundOrders,
    Heard,
    KeyKind,
    NotFound,
    OmsConnector,
    OrderKey,
)
from voicebot.oms.facts import View, find_facts, order_facts
from voicebot.oms.guard import Answer, Guard
from voicebot.oms.keys import number_key, order_key
from voicebot.oms.model import Order
from voicebot.oms.notices import Notices
from voicebot.oms.reading import Reading, answered, failed_reading, iso
from voicebot.oms.settings import OmsSettings
from voicebot.oms.shop_reads import ShopReads
from voicebot.records.events.oms import OmsAnswered, OmsRequested
from voicebot.records.log import EventLog

log = logging.getLogger(__name__)

#: Of what was heard for a number, as many hypotheses are searched.
_HYPOTHESES = 5
#: Difference of mean log-probabilities from which a hypothesis is no rival to a number that exists.
_CLOSE = 1.0


class OrderDesk:
    """One per process: connector, guard and the shop's view. `closing` runs after the connector was closed."""

    def __init__(
        self,
        connector: OmsConnector,
        settings: OmsSettings,
        *,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        closing: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.connector = connector
        self.settings = settings
        self.guard = Guard(settings)
        self.notices = Notices(connector, self.guard)
        self._wall = wall
        self._zone = ZoneInfo(settings.shop_zone)
        self._closing = closing
        shop = ShopReads(connector, self.guard, lambda: self.view)
        self._ops = {
            "find_orders": self._find_orders,
            "near_orders": self._near_orders,
            "get_order": self._get_order,
            "find_products": shop.find_products,
            "get_customer": shop.get_customer,
            "check_promo": shop.check_promo,
        }

    def for_call(self, log: EventLog) -> CallReads:
        return CallReads(self, log)

    async def answer(self, op: str, args: Mapping[str, Any], deadline: Deadline, *, speculative: bool) -> Reading:
        """Run one operation; failures come back as statuses, never as exceptions."""
        run = self._ops.get(op)
        if run is None:
            return failed_reading("bad_answer", f"there is no operation {op!r}: use {' or '.join(self._ops)}")
        try:
            return await run(args, deadline, speculative)
        except Exception as error:
            # A flaw in the projection must cost one answer, not the call.
            failure(log, error, "order facts could not be made")
            return failed_reading("bad_answer", f"facts: {type(error).__name__}")

    async def close(self) -> None:
        self.notices.close()
        await self.guard.close()
        await self.connector.close()
        if self._closing is not None:
            await self._closing()

    @property
    def view(self) -> View:
        return View(
            now=self._wall(),
            zone=self._zone,
            stale_after_days=self.settings.stale_after_days,
            recent_days=self.settings.recent_days,
        )

    def today(self) -> str:
        """The shop's local date, ISO 8601."""
        return self.view.today.isoformat()

    async def _find_orders(self, args: Mapping[str, Any], deadline: Deadline, speculative: bool) -> Reading:
        key = order_key(args, self.settings.phone_region)
        if key is None:
            return failed_reading(
                "not_found", "no usable search key in the arguments", orders=[], customer=None, nearest=[]
            )
        if CAP_OF_KEY[key.kind] not in self.connector.caps:
            return failed_reading("unavailable", f"{self.connector.name} cannot search by {key.kind.value}")
        helps = key.kind is KeyKind.NUMBER and Cap.NEAREST_NUMBERS in self.connector.caps
        heard = _heard(args.get("heard")) if helps else ()
        nearest: list[str] = []
        if rivals := _rivals(heard, key.value):
            # Asked at once: the caller is waiting.
            answer, nearest = await asyncio.gather(
                self._read_found(key, deadline, speculative), self._nearest(heard, deadline, speculative)
            )
        else:
            answer = await self._read_found(key, deadline, speculative)
        if answer.status not in ("ok", "not_found"):
            return answered(answer, {})
        found: FoundOrders | None = answer.value
        if found is not None:
            nearest = [number for number in nearest if number_key(number) in rivals]
        elif helps and not rivals:
            nearest = await self._nearest(heard or key.value, deadline, speculative)
        orders, customers = find_facts(
            found.orders if found else (), found.customers if found else (), self.view, limit=self.settings.max_orders
        )
        return answered(
            answer,
            {
                "orders": orders,
                "customer": customers[0] if len(customers) == 1 else None,
                "customers": customers,
                "nearest": nearest,
                "fetched_at": iso(found.fetched_at if found else answer.fetched_at),
            },
        )

    async def _near_orders(self, args: Mapping[str, Any], deadline: Deadline, speculative: bool) -> Reading:
        """Existing numbers near a part of one: only speculation asks so."""
        key = order_key(args, self.settings.phone_region)
        if key is None or key.kind is not KeyKind.NUMBER or Cap.NEAREST_NUMBERS not in self.connector.caps:
            return failed_reading("not_found", "no number to search by sound", nearest=[])
        nearest = await self._nearest(key.value, deadline, speculative)
        return Reading(result={"status": "ok" if nearest else "not_found", "nearest": nearest})

    async def _read_found(self, key: OrderKey, deadline: Deadline, speculative: bool) -> Answer:
        async def fetch(until: Deadline) -> FoundOrders:
            # Ask for more than will be told: the backend's order is not ours.
            found = await self.connector.find_orders(key, limit=self.settings.max_orders * 2, deadline=until)
            if not found.orders and not found.customers:
                raise NotFound(f"no order by this {key.kind.value}")
            return found

        read = ("find_orders", key.kind.value, key.value)
        began = asyncio.get_running_loop().time()
        answer = await self.guard.read(read, fetch, deadline, speculative=speculative)
        if answer.status == "ok" and not (answer.cached or answer.outdated):
            self._keep_parts(answer.value, (asyncio.get_running_loop().time() - began) * 1000)
        return answer

    def _keep_parts(self, found: FoundOrders, took_ms: float) -> None:
        """A search brings whole orders: keep each under its id and its number, where callers ask for it next."""
        for order in found.orders:
            self.guard.keep(("get_order", order.id), order, found.fetched_at, took_ms)
            owners = tuple(c for c in found.customers if c.id == order.customer_id)
            alone = FoundOrders(orders=(order,), customers=owners, fetched_at=found.fetched_at)
            if len(owners) == (order.customer_id is not None):
                key = ("find_orders", KeyKind.NUMBER.value, number_key(order.number))
                self.guard.keep(key, alone, found.fetched_at, took_ms)

    async def _nearest(self, heard: Heard, deadline: Deadline, speculative: bool) -> list[str]:
        async def fetch(until: Deadline) -> tuple[str, ...]:
            return await self.connector.nearest_numbers(heard, limit=self.settings.nearest_limit, deadline=until)

        answer = await self.guard.read(("nearest", str(heard)), fetch, deadline, speculative=speculative)
        return list(answer.value or ())

    async def _get_order(self, args: Mapping[str, Any], deadline: Deadline, speculative: bool) -> Reading:
        order_id = args.get("id")
        if not isinstance(order_id, str) or not order_id:
            return failed_reading("bad_answer", "get_order needs an id")

        async def fetch(until: Deadline) -> Order:
            return await self.connector.get_order(order_id, deadline=until)

        answer = await self.guard.read(("get_order", order_id), fetch, deadline, speculative=speculative)
        if answer.status != "ok":
            return answered(answer, {})
        return answered(answer, {"order": order_facts(answer.value, self.view), "fetched_at": iso(answer.fetched_at)})


class CallReads:
    """The desk as one call sees it."""

    def __init__(self, desk: OrderDesk, log: EventLog) -> None:
        self._desk = desk
        self._log = log
        self._ahead = Ahead(self._prefetched, desk.settings)
        self._helped: set[str] = set()
        """Numbers without an order that were answered with orders near them: who may go on guessing learns them all."""

    async def query(
        self, op: str, args: Mapping[str, Any], *, request: str, why: str = "turn", deadline_s: float
    ) -> Mapping[str, Any]:
        """Facts with `status` `ok`, `not_found`, `timeout`, `unavailable` or `bad_answer`.

        Never raises but `asyncio.CancelledError`, when the caller of this gives up; that is logged as `cancelled`.
        """
        return await self._ask(op, args, request=request, why=why, deadline_s=deadline_s)

    def prefetch(self, op: str, args: Mapping[str, Any]) -> None:
        """See `Ahead.begin`."""
        self._ahead.begin(op, args)

    def foresee(self, reads: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """See `Ahead.foresee`."""
        self._ahead.foresee(reads)

    async def close(self) -> None:
        """Cancel speculative reads that nobody else waits for."""
        await self._ahead.close()

    async def _prefetched(self, op: str, args: Mapping[str, Any], request: str) -> Mapping[str, Any]:
        deadline_s = self._desk.settings.prefetch_deadline_s
        return await self._ask(op, args, request=request, why="prefetch", deadline_s=deadline_s)

    def _without_hints(self, reading: Reading, args: Mapping[str, Any]) -> Reading:
        """Only so many numbers that do not exist are answered with ones that do, in one call."""
        number = str(args.get("number", ""))
        if reading.result.get("orders") or not reading.result.get("nearest") or number in self._helped:
            return reading
        if len(self._helped) >= self._desk.settings.hints_per_call:
            return dataclasses.replace(reading, result={**reading.result, "nearest": []})
        self._helped.add(number)
        return reading

    async def _ask(
        self, op: str, args: Mapping[str, Any], *, request: str, why: str, deadline_s: float
    ) -> Mapping[str, Any]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        self._log.append(OmsRequested(request=request, op=op, args=dict(args), why=why))
        reading = failed_reading("cancelled", "nobody waits for it any more")
        try:
            reading = await self._desk.answer(op, args, Deadline.after(deadline_s), speculative=why == "prefetch")
            if why != "prefetch":
                reading = self._without_hints(reading, args)
        finally:
            self._log.append(
                OmsAnswered(
                    request=request,
                    op=op,
                    status=str(reading.result["status"]),
                    took_ms=round((loop.time() - began) * 1000, 3),
                    cached=reading.cached,
                    saved_ms=round(reading.saved_ms, 1),
                    result=reading.result,
                    cause=reading.cause,
                )
            )
        return reading.result


def _rivals(heard: Sequence[tuple[str, float]], number: str) -> set[str]:
    """Other hypotheses that are so likely that it matters whether their orders exist, too."""
    top = max((score for _, score in heard), default=0.0)
    return {other for other, score in heard if other != number and top - score <= _CLOSE}


def _heard(hypotheses: Any) -> tuple[tuple[str, float], ...]:
    """n-best numbers of a query's arguments, `[[number, mean log-probability], …]`; empty when there are none."""
    if not isinstance(hypotheses, list | tuple):
        return ()
    pairs = [pair for pair in hypotheses[:_HYPOTHESES] if isinstance(pair, list | tuple) and len(pair) == 2]
    return tuple(
        (key, float(score))
        for number, score in pairs
        if isinstance(number, str) and isinstance(score, int | float) and (key := number_key(number)[:40])
    )
