"""Connector to the demo shop's HTTP service."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from voicebot.oms.actions import Action, ActionPlan, ActionResult
from voicebot.oms.connector import (
    BadAnswer,
    Cap,
    Conflict,
    Deadline,
    DeadlineExceeded,
    FoundOrders,
    Health,
    Heard,
    KeyKind,
    NotAllowed,
    NotFound,
    OmsError,
    OrderKey,
    Throttled,
    Unavailable,
)
from voicebot.oms.connectors.webhooks import SignedWebhooks
from voicebot.oms.demo import mapping
from voicebot.oms.demo.schema import CustomerDoc, PromotionDoc
from voicebot.oms.demo.wire import (
    Done,
    FoundDoc,
    HealthDoc,
    NumbersDoc,
    OrderAnswer,
    Outcome,
    ProductsDoc,
    Quote,
    Refusal,
)
from voicebot.oms.model import Customer, CustomerRef, Order
from voicebot.oms.products import Product, ProductSearch, Promotion

D = TypeVar("D", bound=BaseModel)

_LONGEST_ANSWER = 4 * 1024 * 1024
#: A webhook older or newer than this is a replay; as many that came lately are remembered.

# httpx logs every URL at INFO, and ours hold callers' numbers and addresses.
logging.getLogger("httpx").setLevel(logging.WARNING)


class DemoConnector:
    """Implements `OmsConnector` over one keep-alive HTTP client.

    Args:
        webhook_secret: what the service signs its webhooks with; None when it sends none.
        unix_time: seconds, for the age of webhooks.
    """

    name = "demo"

    def __init__(
        self,
        base_url: str,
        *,
        connections: int = 16,
        transport: httpx.AsyncBaseTransport | None = None,
        webhook_secret: str | None = None,
        unix_time: Callable[[], float] = time.time,
    ) -> None:
        self.caps = frozenset(Cap) - (frozenset() if webhook_secret else {Cap.WEBHOOKS})
        self._webhooks = SignedWebhooks(webhook_secret, unix_time)
        self._client = httpx.AsyncClient(
            base_url=base_url,
            transport=transport,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            headers={"accept": "application/json"},
            trust_env=False,
        )

    async def warm(self, deadline: Deadline) -> Health:
        """Open the first connection before a caller waits for it."""
        return await self.health(deadline=deadline)

    async def find_customers(
        self, *, phone: str | None = None, email: str | None = None, limit: int = 3, deadline: Deadline
    ) -> tuple[CustomerRef, ...]:
        key = OrderKey(KeyKind.PHONE, phone) if phone else OrderKey(KeyKind.EMAIL, email or "")
        return (await self.find_orders(key, limit=1, deadline=deadline)).customers[:limit]

    async def find_orders(self, key: OrderKey, *, limit: int, deadline: Deadline) -> FoundOrders:
        found = await self._get("/v1/orders", FoundDoc, deadline, {key.kind.value: key.value, "limit": str(limit)})
        now = datetime.now(UTC)
        return FoundOrders(
            orders=tuple(mapping.order(doc, now, found.owners.get(doc.customer_id or "")) for doc in found.orders),
            customers=tuple(mapping.customer_ref(doc) for doc in found.customers),
            fetched_at=now,
        )

    async def get_order(self, order_id: str, *, deadline: Deadline) -> Order:
        doc = await self._get("/v1/orders/by-id", OrderAnswer, deadline, {"id": order_id})
        return mapping.order(doc, datetime.now(UTC), doc.owner)

    async def nearest_numbers(self, heard: Heard, *, limit: int, deadline: Deadline) -> tuple[str, ...]:
        hypotheses = [(heard, 0.0)] if isinstance(heard, str) else heard
        params = {"number": [n for n, _ in hypotheses], "score": [str(s) for _, s in hypotheses], "limit": str(limit)}
        return (await self._get("/v1/orders/nearest", NumbersDoc, deadline, params)).numbers

    async def find_products(self, search: ProductSearch, *, limit: int, deadline: Deadline) -> tuple[Product, ...]:
        params = {"sku": search.sku} if search.sku else {"text": search.text}
        found = await self._get("/v1/products", ProductsDoc, deadline, {**params, "limit": str(limit)})
        return tuple(mapping.product(doc) for doc in found.products)

    async def get_customer(self, customer_id: str, *, deadline: Deadline) -> Customer:
        return mapping.customer(await self._get("/v1/customers/by-id", CustomerDoc, deadline, {"id": customer_id}))

    async def get_promotion(self, code: str, *, deadline: Deadline) -> Promotion:
        return mapping.promotion(await self._get("/v1/promotions", PromotionDoc, deadline, {"code": code}))

    async def plan(self, action: Action, order: Order, *, plan_id: str, deadline: Deadline) -> ActionPlan:
        wish = {"kind": action.kind.value, "order": action.target, "args": dict(action.args)}
        quote = await self._post("/v1/actions/plan", Quote, deadline, wish)
        if quote.version != order.version:
            raise Conflict("the order has changed since it was read", where="/v1/actions/plan")
        return ActionPlan(
            id=plan_id,
            action=action,
            preview=quote.preview,
            version=quote.version,
            expires_at=quote.expires_at,
            backend={"quote": quote.quote},
        )

    async def commit(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult:
        body = {
            "kind": plan.action.kind.value,
            "order": plan.action.target,
            "args": dict(plan.action.args),
            "key": key,
            "version": plan.version,
            "quote": str(plan.backend.get("quote", "")),
        }
        return _result(await self._post("/v1/actions/commit", Done, deadline, body))

    async def outcome(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult | None:
        asked = await self._post("/v1/actions/outcome", Outcome, deadline, {"key": key})
        return _result(asked.done) if asked.done else None

    async def abandon(self, plan: ActionPlan, *, deadline: Deadline) -> None:
        """The service keeps no quotes."""

    def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
        return self._webhooks.orders(headers, body)

    async def health(self, *, deadline: Deadline) -> Health:
        doc = await self._get("/healthz", HealthDoc, deadline, {})
        return Health(ok=doc.status == "ok", version=doc.version, detail=f"{doc.orders} orders")

    async def close(self) -> None:
        await self._client.aclose()

    async def _get(self, path: str, shape: type[D], deadline: Deadline, params: Mapping[str, str | Sequence[str]]) -> D:
        return await self._ask("GET", path, shape, deadline, params=params)

    async def _post(self, path: str, shape: type[D], deadline: Deadline, body: Mapping[str, Any]) -> D:
        return await self._ask("POST", path, shape, deadline, body=body)

    async def _ask(
        self,
        method: str,
        path: str,
        shape: type[D],
        deadline: Deadline,
        *,
        params: Mapping[str, str | Sequence[str]] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> D:
        """One request. Everything that can go wrong becomes one of the connector's errors."""
        where = f"{self._client.base_url}{path.lstrip('/')}"
        try:
            async with asyncio.timeout_at(deadline.at):
                response = await self._client.request(method, path, params=params, json=body, timeout=None)
        except TimeoutError as error:
            raise DeadlineExceeded("no answer in time", where=where) from error
        except httpx.DecodingError as error:
            raise BadAnswer("the answer's body cannot be decoded", where=where) from error
        except httpx.HTTPError as error:
            raise Unavailable(
                f"cannot be reached: {type(error).__name__}", where=where, fix="is the order service running?"
            ) from error
        if response.status_code == 429:
            raise Throttled(
                "too many requests", where=where, retry_after_s=_seconds(response.headers.get("retry-after"))
            )
        if response.status_code >= 500:
            raise Unavailable(f"answered {response.status_code}", where=where)
        kind = response.headers.get("content-type", "")
        if not kind.startswith("application/json"):
            raise BadAnswer(
                f"answered {response.status_code} with {kind or 'no content type'} instead of JSON", where=where
            )
        if len(response.content) > _LONGEST_ANSWER:
            raise BadAnswer(f"answered {len(response.content)} bytes", where=where)
        if response.status_code == 404:
            raise NotFound("there is no such thing", where=where)
        if response.status_code == 409:
            raise _refused(_read(Refusal, response.content, where), where)
        if response.status_code != 200:
            raise BadAnswer(f"answered {response.status_code}", where=where)
        return _read(shape, response.content, where)


def _read(shape: type[D], content: bytes, where: str) -> D:
    try:
        return shape.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        path_in_answer = ".".join(str(part) for part in first["loc"]) or "the document"
        raise BadAnswer(f"wrong JSON at {path_in_answer}: {first['msg']}", where=where) from error


def _refused(refusal: Refusal, where: str) -> OmsError:
    if refusal.error == "conflict":
        return Conflict(refusal.detail or "it has changed", where=where)
    return NotAllowed(refusal.detail or "not allowed", where=where, reason=refusal.reason)


def _result(done: Done) -> ActionResult:
    return ActionResult(status="committed", reference=done.reference, facts=done.facts, at=done.at)


def _seconds(header: str | None) -> float:
    try:
        return min(60.0, max(0.0, float(header or 1)))
    except ValueError:
        return 1.0
