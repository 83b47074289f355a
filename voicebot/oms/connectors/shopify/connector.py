"""`OmsConnector` for Shopify's Admin GraphQL API."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import httpx

from voicebot.oms.actions import Action, ActionKind, ActionPlan, ActionResult
from voicebot.oms.connector import (
    BadAnswer,
    Cap,
    Conflict,
    Deadline,
    Forged,
    FoundOrders,
    Health,
    Heard,
    KeyKind,
    NotAllowed,
    NotFound,
    OrderKey,
    Repeated,
    Throttled,
    Unavailable,
)
from voicebot.oms.connectors.shopify import mapping, queries
from voicebot.oms.connectors.shopify.documents import ShopAnswer
from voicebot.oms.connectors.shopify.reading import Reader
from voicebot.oms.connectors.shopify.session import VERSION, Session
from voicebot.oms.connectors.shopify.writes import WRITES, Shop, Wish
from voicebot.oms.model import Customer, CustomerRef, Order
from voicebot.oms.products import Product, ProductSearch, Promotion

_CAPS = frozenset(
    {
        Cap.FIND_BY_NUMBER,
        Cap.FIND_BY_EMAIL,
        Cap.FIND_BY_PHONE,
        Cap.FIND_BY_CUSTOMER,
        Cap.CUSTOMERS,
        Cap.CANCEL,
        Cap.ADDRESS_CHANGE,
        Cap.RETURN,
        Cap.REFUND,
        Cap.NOTE,
    }
)
_WEBHOOKS_KEPT = 10_000


class ShopifyConnector:
    """Args:
    base_url: `https://shop.myshopify.com`.
    token: of a custom app.
    plan_lifetime: how long a plan holds.
    webhook_secret: the app's secret, with which Shopify signs webhooks; None when there are none.
    job_pause_s: between two looks at a cancellation, which goes on in the background.
    """

    name = "shopify"

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        connections: int = 16,
        transport: httpx.AsyncBaseTransport | None = None,
        phone_region: str = "US",
        plan_lifetime: timedelta = timedelta(minutes=15),
        webhook_secret: str | None = None,
        job_pause_s: float = 0.25,
    ) -> None:
        self.caps = _CAPS | ({Cap.WEBHOOKS} if webhook_secret else frozenset())
        self._session = Session(base_url, token, connections=connections, transport=transport)
        self._reader = Reader(self._session, phone_region=phone_region)
        self._shop = Shop(self._session, self._reader, pause_s=job_pause_s)
        self._lifetime = plan_lifetime
        self._secret = webhook_secret
        self._seen: OrderedDict[str, None] = OrderedDict()

    async def warm(self, deadline: Deadline) -> Health:
        """Open a connection, and see that the token is believed."""
        return await self.health(deadline=deadline)

    # -- reads

    async def find_customers(
        self, *, phone: str | None = None, email: str | None = None, limit: int = 3, deadline: Deadline
    ) -> tuple[CustomerRef, ...]:
        key = OrderKey(KeyKind.EMAIL, email) if email else OrderKey(KeyKind.PHONE, phone or "")
        found = await self._reader.customers(key, deadline)
        return tuple(mapping.customer_ref(doc) for doc in found[:limit])

    async def find_orders(self, key: OrderKey, *, limit: int, deadline: Deadline) -> FoundOrders:
        return await self._reader.find(key, limit=limit, deadline=deadline)

    async def get_order(self, order_id: str, *, deadline: Deadline) -> Order:
        return await self._reader.order(order_id, deadline)

    async def nearest_numbers(self, heard: Heard, *, limit: int, deadline: Deadline) -> tuple[str, ...]:
        """Not announced: reading all numbers would take the points that callers need."""
        return ()

    async def find_products(self, search: ProductSearch, *, limit: int, deadline: Deadline) -> tuple[Product, ...]:
        """Not announced."""
        return ()

    async def get_customer(self, customer_id: str, *, deadline: Deadline) -> Customer:
        return await self._reader.customer(customer_id, deadline)

    async def get_promotion(self, code: str, *, deadline: Deadline) -> Promotion:
        """Not announced."""
        raise NotFound("there is no such code", where=self.name)

    # -- writes

    async def plan(self, action: Action, order: Order, *, plan_id: str, deadline: Deadline) -> ActionPlan:
        write = WRITES.get(action.kind)
        if write is None:
            raise NotAllowed(f"Shopify cannot {action.kind.value}", where=self.name)
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
        return await WRITES[plan.action.kind].done(self._shop, plan, key, deadline)

    async def abandon(self, plan: ActionPlan, *, deadline: Deadline) -> None:
        """A plan opens nothing in Shopify."""

    async def _wish(self, action: Action, deadline: Deadline) -> Wish:
        doc, order = await self._reader.document(action.target, deadline)
        return Wish(action=action, doc=doc, order=order, deadline=deadline)

    # -- the rest

    def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
        """Shopify signs the body alone: base64 of its HMAC-SHA-256 under the app's secret. It delivers at least once,
        with an id that stays the same."""
        given = {name.lower(): value for name, value in headers.items()}
        signed = given.get("x-shopify-hmac-sha256", "")
        if self._secret is None or not signed:
            raise Forged("a webhook without a signature that could be checked", where="webhook")
        if not hmac.compare_digest(signature(self._secret, body).encode(), signed.encode()):
            raise Forged("a webhook with a wrong signature", where="webhook", fix="is it the app's own secret?")
        try:
            orders = _orders(given.get("x-shopify-topic", ""), json.loads(body))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise BadAnswer("a webhook that cannot be read", where="webhook") from error
        # The header with the id is not signed: the body's own print tells a replay under another id.
        prints = {given.get("x-shopify-webhook-id", ""), hashlib.sha256(body).hexdigest()} - {""}
        if any(each in self._seen for each in prints):
            raise Repeated("a webhook that came before", where="webhook")
        self._seen.update(dict.fromkeys(prints))
        while len(self._seen) > _WEBHOOKS_KEPT:
            self._seen.popitem(last=False)
        return orders

    async def health(self, *, deadline: Deadline) -> Health:
        await self._session.ask(queries.SHOP, ShopAnswer, deadline)
        return Health(ok=True, version=VERSION)

    async def close(self) -> None:
        await self._session.close()


def signature(secret: str, body: bytes) -> str:
    """The value of `X-Shopify-Hmac-Sha256` for a body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def _orders(topic: str, document: object) -> tuple[str, ...]:
    """The order's own id in `orders/*`; its number in what belongs to one. Raises `TypeError`, `KeyError`."""
    if not isinstance(document, Mapping):
        raise TypeError(type(document))
    if topic.startswith("orders/") and "admin_graphql_api_id" in document:
        return (str(document["admin_graphql_api_id"]),)
    nested = document.get("order")
    number = nested["id"] if isinstance(nested, Mapping) else document["order_id"]
    return (f"gid://shopify/Order/{int(str(number))}",)
