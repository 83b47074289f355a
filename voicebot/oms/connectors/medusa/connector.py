"""`OmsConnector` for Medusa 2: what is read, planned and written goes through the modules beside this one."""

from __future__ import annotations

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
    OrderKey,
    Throttled,
    Unavailable,
)
from voicebot.oms.connectors.medusa.catalogue import Catalogue
from voicebot.oms.connectors.medusa.documents import Nothing
from voicebot.oms.connectors.medusa.drafts import Drafts
from voicebot.oms.connectors.medusa.numbers import RecentNumbers
from voicebot.oms.connectors.medusa.reading import Reader
from voicebot.oms.connectors.medusa.session import Credentials, Session
from voicebot.oms.connectors.medusa.writes import WRITES, Shop, Wish
from voicebot.oms.connectors.webhooks import SignedWebhooks
from voicebot.oms.model import Customer, CustomerRef, Order
from voicebot.oms.products import Product, ProductSearch, Promotion

_CAPS = frozenset(
    {
        Cap.FIND_BY_NUMBER,
        Cap.FIND_BY_EMAIL,
        Cap.FIND_BY_PHONE,
        Cap.FIND_BY_CUSTOMER,
        Cap.NEAREST_NUMBERS,
        Cap.PRODUCTS,
        Cap.CUSTOMERS,
        Cap.PROMOTIONS,
        Cap.CANCEL,
        Cap.ADDRESS_CHANGE,
        Cap.ITEM_CHANGE,
        Cap.RETURN,
        Cap.EXCHANGE,
        Cap.REFUND,
        Cap.RESEND,
        Cap.NOTE,
    }
)

#: Actions whose plans open a draft.
_DRAFTED = frozenset(
    {ActionKind.CANCEL, ActionKind.ITEM_CHANGE, ActionKind.RETURN, ActionKind.EXCHANGE, ActionKind.RESEND}
)


class MedusaConnector:
    """Args:
    zone: the shop's, in which days are counted.
    currency: ISO 4217, in which catalogue prices are told; None takes the first that a variant has.
    number_cap: latest order numbers that are known by sound; 0 for none.
    number_every_s: pause between two looks for new ones.
    draft_lifetime: how long a plan holds; an older open draft of ours is taken for forgotten.
    webhook_secret: what the shop signs its webhooks with; None when it sends none.
    unix_time: seconds, for the ends of tokens and the age of webhooks.
    """

    name = "medusa"

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        *,
        connections: int = 16,
        transport: httpx.AsyncBaseTransport | None = None,
        zone: ZoneInfo | None = None,
        currency: str | None = None,
        phone_region: str = "US",
        number_cap: int = 20_000,
        number_every_s: float = 60.0,
        draft_lifetime: timedelta = timedelta(minutes=15),
        webhook_secret: str | None = None,
        unix_time: Callable[[], float] = time.time,
    ) -> None:
        without = set() if webhook_secret else {Cap.WEBHOOKS}
        without |= set() if number_cap else {Cap.NEAREST_NUMBERS}
        self.caps = (_CAPS | {Cap.WEBHOOKS}) - without
        self._session = Session(base_url, credentials, connections=connections, transport=transport, wall=unix_time)
        self._reader = Reader(self._session, phone_region=phone_region)
        self._catalogue = Catalogue(self._session, zone=zone or ZoneInfo("UTC"), currency=currency)
        self._drafts = Drafts(self._session, lifetime=draft_lifetime)
        self._shop = Shop(self._session, self._reader, self._catalogue, self._drafts)
        self._lifetime = draft_lifetime
        self.numbers = RecentNumbers(self._session, cap=number_cap, every_s=number_every_s)
        self._webhooks = SignedWebhooks(webhook_secret, unix_time)

    async def warm(self, deadline: Deadline) -> Health:
        """Sign in before a caller waits for it, and begin to collect order numbers in the background."""
        self.numbers.start()
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
            raise NotAllowed(f"Medusa cannot {action.kind.value}", where=self.name)
        wish = await self._wish(action, plan_id, deadline)
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
            wish = await self._wish(plan.action, plan.id, deadline)
        except NotFound as error:
            raise NotAllowed("there is no such order any more", where=self.name, reason="not_found") from error
        except (Unavailable, Throttled, BadAnswer):
            # Nothing was sent yet but a question.
            return ActionResult(status="failed")
        if wish.order.version != plan.version and plan.action.kind is not ActionKind.NOTE:
            # A whole order that somebody else has cancelled looks as if we had; all else of ours carries a mark.
            ours = plan.action.kind is not ActionKind.CANCEL or "draft" in plan.backend
            if ours and (made := await write.done(self._shop, plan, key, deadline)):
                return made
            raise Conflict("the order has changed since it was quoted", where=self.name)
        if plan.expires_at is not None and datetime.now(UTC) > plan.expires_at:
            raise NotAllowed("the quote is too old", where=self.name, reason="expired")
        return await write.do(self._shop, plan, key, wish)

    async def outcome(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult | None:
        return await WRITES[plan.action.kind].done(self._shop, plan, key, deadline)

    async def abandon(self, plan: ActionPlan, *, deadline: Deadline) -> None:
        """By the mark that a draft carries, so that a plan is abandoned even when no more than its id was kept."""
        if plan.action.kind in _DRAFTED:
            await self._drafts.abandon(plan.action.target, plan.id, deadline)

    async def _wish(self, action: Action, plan_id: str, deadline: Deadline) -> Wish:
        doc, order = await self._reader.document(action.target, deadline)
        return Wish(action=action, plan_id=plan_id, doc=doc, order=order, deadline=deadline)

    # -- the rest

    def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
        """Medusa sends none by itself; a subscriber does, signed as `SignedWebhooks` has it."""
        return self._webhooks.orders(headers, body)

    async def health(self, *, deadline: Deadline) -> Health:
        await self._session.get("stores", Nothing, deadline, {"limit": "1", "fields": "id"})
        return Health(ok=True, detail=f"{len(self.numbers)} order numbers known by sound")

    async def close(self) -> None:
        await self.numbers.stop()
        await self._drafts.close()
        await self._session.close()
