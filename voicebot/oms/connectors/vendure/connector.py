"""`OmsConnector` for Vendure 3: what is read, planned and written goes through the modules beside this one."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx

from voicebot.oms.actions import Action, ActionKind, ActionPlan, ActionResult
from voicebot.oms.connector import (
    BadAnswer,
    Cap,
    Conflict,
    Deadline,
    FoundOrders,
    Health,
    Heard,
    NotAllowed,
    NotFound,
    OmsError,
    OrderKey,
    Throttled,
    Unavailable,
)
from voicebot.oms.connectors.vendure.catalogue import Catalogue
from voicebot.oms.connectors.vendure.modifying import MODIFYING, Modifying
from voicebot.oms.connectors.vendure.numbers import RecentNumbers
from voicebot.oms.connectors.vendure.reading import Reader
from voicebot.oms.connectors.vendure.session import Credentials, Session
from voicebot.oms.connectors.vendure.writes import WRITES, Sent, Shop, Wish
from voicebot.oms.connectors.webhooks import SignedWebhooks
from voicebot.oms.model import Customer, CustomerRef, Order
from voicebot.oms.products import Product, ProductSearch, Promotion

log = logging.getLogger(__name__)

_SWEEP_S = 10.0
_CAPS = frozenset(
    {
        Cap.FIND_BY_NUMBER,
        Cap.FIND_BY_EMAIL,
        Cap.FIND_BY_PHONE,
        Cap.FIND_BY_CUSTOMER,
        Cap.PRODUCTS,
        Cap.CUSTOMERS,
        Cap.PROMOTIONS,
        Cap.CANCEL,
        Cap.ADDRESS_CHANGE,
        Cap.ITEM_CHANGE,
        Cap.REFUND,
        Cap.NOTE,
    }
)


class VendureConnector:
    """Args:
    channel: token of the channel to work in; None for the default one.
    zone: the shop's, in which days are counted.
    currency: ISO 4217 of amounts that promotions take off.
    number_cap: latest order numbers that are known by sound; 0 for none.
    every_s: pause between two looks for new numbers, and for orders left in "Modifying".
    forgotten_s: an order that another process of ours has had in "Modifying" for longer is taken back.
    plan_lifetime: how long a plan holds.
    webhook_secret: what the shop signs its webhooks with; None when it sends none.
    unix_time: seconds, for the age of webhooks.
    """

    name = "vendure"

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        *,
        channel: str | None = None,
        connections: int = 16,
        transport: httpx.AsyncBaseTransport | None = None,
        zone: ZoneInfo | None = None,
        currency: str | None = None,
        phone_region: str = "US",
        number_cap: int = 20_000,
        every_s: float = 60.0,
        forgotten_s: float = 60.0,
        plan_lifetime: timedelta = timedelta(minutes=15),
        webhook_secret: str | None = None,
        unix_time: Callable[[], float] = time.time,
    ) -> None:
        more = ({Cap.WEBHOOKS} if webhook_secret else set()) | ({Cap.NEAREST_NUMBERS} if number_cap else set())
        self.caps = _CAPS | more
        self._session = Session(base_url, credentials, channel=channel, connections=connections, transport=transport)
        self._reader = Reader(self._session, phone_region=phone_region)
        self._catalogue = Catalogue(self._session, self._reader, zone=zone or ZoneInfo("UTC"), currency=currency)
        self.modifying = Modifying(self._session, self._reader, forgotten_s=forgotten_s)
        self._shop = Shop(self._session, self._reader, self._catalogue, self.modifying, Sent())
        self._lifetime = plan_lifetime
        self._every_s = every_s
        self._number_cap = number_cap
        self.numbers = RecentNumbers(self._session, cap=number_cap)
        self._webhooks = SignedWebhooks(webhook_secret, unix_time)
        self._task: asyncio.Task[None] | None = None

    async def warm(self, deadline: Deadline) -> Health:
        """Sign in before a caller waits for it; begin to collect order numbers, and to look for orders that a dead
        process has left in "Modifying"."""
        if self._task is None:
            self._task = asyncio.create_task(self._keep(), name="vendure: order numbers and orders left open")
        return await self.health(deadline=deadline)

    # -- reads

    async def find_customers(
        self, *, phone: str | None = None, email: str | None = None, limit: int = 3, deadline: Deadline
    ) -> tuple[CustomerRef, ...]:
        return tuple((await self._reader.refs(deadline, email=email, phone=phone))[:limit])

    async def find_orders(self, key: OrderKey, *, limit: int, deadline: Deadline) -> FoundOrders:
        return await self._reader.find(key, limit=limit, deadline=deadline)

    async def get_order(self, order_id: str, *, deadline: Deadline) -> Order:
        return await self._reader.order(order_id, deadline)

    async def nearest_numbers(self, heard: Heard, *, limit: int, deadline: Deadline) -> tuple[str, ...]:
        """From the latest numbers only (`number_cap`)."""
        return self.numbers.nearest(heard, limit)

    async def find_products(self, search: ProductSearch, *, limit: int, deadline: Deadline) -> tuple[Product, ...]:
        return await self._catalogue.products(search, limit=limit, deadline=deadline)

    async def get_customer(self, customer_id: str, *, deadline: Deadline) -> Customer:
        return await self._reader.customer(customer_id, deadline)

    async def get_promotion(self, code: str, *, deadline: Deadline) -> Promotion:
        return await self._catalogue.promotion(code, deadline)

    # -- writes

    async def plan(self, action: Action, order: Order, *, plan_id: str, deadline: Deadline) -> ActionPlan:
        write = WRITES.get(action.kind)
        if write is None:
            raise NotAllowed(f"Vendure cannot {action.kind.value}", where=self.name)
        wish = await self._wish(action, deadline)
        if order.version and wish.order.version != order.version:
            raise Conflict("the order has changed since it was read", where=self.name)
        quote = await write.quote(self._shop, wish)
        return ActionPlan(
            id=plan_id,
            action=action,
            preview=quote.preview,
            version=wish.order.version,
            expires_at=datetime.now(UTC) + self._lifetime,
            backend=quote.backend,
        )

    async def commit(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult:
        write = WRITES[plan.action.kind]
        try:
            wish = await self._wish(plan.action, deadline)
        except NotFound as error:
            raise NotAllowed("there is no such order any more", where=self.name, reason="not_found") from error
        except (Unavailable, Throttled, BadAnswer):
            # Nothing was sent yet but a question.
            return ActionResult(status="failed")
        if wish.order.version != plan.version and plan.action.kind is not ActionKind.NOTE:
            if made := await write.done(self._shop, plan, key, deadline):
                return made
            raise Conflict("the order has changed since it was quoted", where=self.name)
        if plan.expires_at is not None and datetime.now(UTC) > plan.expires_at:
            raise NotAllowed("the quote is too old", where=self.name, reason="expired")
        return await write.do(self._shop, plan, key, wish)

    async def outcome(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult | None:
        """Reads the order; finishes what a commit began: the way back out of "Modifying", and the refund that belongs
        to a cancellation, once it is certain that none is under way."""
        return await WRITES[plan.action.kind].done(self._shop, plan, key, deadline)

    async def abandon(self, plan: ActionPlan, *, deadline: Deadline) -> None:
        """A plan leaves nothing open, unless its process died on the way."""
        if plan.action.kind is ActionKind.ITEM_CHANGE:
            await self.modifying.rescue(plan.action.target, deadline)

    async def _wish(self, action: Action, deadline: Deadline) -> Wish:
        doc, order = await self._reader.document(action.target, deadline)
        if doc.state == MODIFYING and action.kind is not ActionKind.NOTE:
            if not await self.modifying.rescue(doc.id, deadline):
                raise Conflict("another change of the order is open", where=self.name)
            doc, order = await self._reader.document(action.target, deadline)
        scale = await self._reader.scale(deadline)
        return Wish(action=action, doc=doc, order=order, scale=scale, deadline=deadline)

    # -- the rest

    def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
        """Vendure sends none by itself; a plugin does, signed as `SignedWebhooks` has it."""
        return self._webhooks.orders(headers, body)

    async def health(self, *, deadline: Deadline) -> Health:
        await self._reader.ask_shop(deadline)
        return Health(ok=True, detail=f"{len(self.numbers)} order numbers known by sound")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self.modifying.settled()
        await self._session.close()

    async def _keep(self) -> None:
        while True:
            try:
                await self.modifying.sweep(Deadline.after(_SWEEP_S))
                if self._number_cap:
                    await self.numbers.refresh()
            except OmsError as error:
                log.warning("orders could not be looked through: %s", error)
            await asyncio.sleep(self._every_s)
