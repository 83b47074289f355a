"""Connector to the demo shop's HTTP service."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel

from voicebot.oms.actions import Action, ActionPlan, ActionResult
from voicebot.oms.connector import (
    BadAnswer,
    Cap,
    Conflict,
    Deadline,
    FoundOrders,
    Health,
    Heard,
    KeyKind,
    NotAllowed,
    NotFound,
    OmsError,
    OrderKey,
)
from voicebot.oms.connectors.http import Wire, json_answer, parsed
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
        fix = "is the order service running?"
        self._wire = Wire(base_url, connections=connections, transport=transport, fix=fix)

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
        await self._wire.close()

    async def _get(self, path: str, shape: type[D], deadline: Deadline, params: Mapping[str, str | Sequence[str]]) -> D:
        return await self._ask("GET", path, shape, deadline, params=params)

    async def _post(self, path: str, shape: type[D], deadline: Deadline, body: Mapping[str, Any]) -> D:
        return await self._ask("POST", path, shape, deadline, json=body)

    async def _ask(self, method: str, path: str, shape: type[D], deadline: Deadline, **request: Any) -> D:
        where = f"{self._wire.url}{path}"
        response = await self._wire.send(method, path, deadline, where=where, **request)
        content, status = json_answer(response, where, longest=_LONGEST_ANSWER).content, response.status_code
        if status == 404:
            raise NotFound("there is no such thing", where=where)
        if status == 409:
            raise _refused(parsed(Refusal, content, where), where)
        if status != 200:
            raise BadAnswer(f"answered {status}", where=where)
        return parsed(shape, content, where)


def _refused(refusal: Refusal, where: str) -> OmsError:
    if refusal.error == "conflict":
        return Conflict(refusal.detail or "it has changed", where=where)
    return NotAllowed(refusal.detail or "not allowed", where=where, reason=refusal.reason)


def _result(done: Done) -> ActionResult:
    return ActionResult(status="committed", reference=done.reference, facts=done.facts, at=done.at)
