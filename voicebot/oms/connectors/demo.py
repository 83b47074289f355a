"""Connector to the demo shop's HTTP service."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from voicebot.oms.connector import (
    BadAnswer,
    Cap,
    Deadline,
    DeadlineExceeded,
    FoundOrders,
    Health,
    Heard,
    KeyKind,
    NotFound,
    OrderKey,
    Throttled,
    Unavailable,
)
from voicebot.oms.demo import mapping
from voicebot.oms.demo.schema import FoundDoc, HealthDoc, NumbersDoc, OrderDoc
from voicebot.oms.model import CustomerRef, Order

D = TypeVar("D", bound=BaseModel)

_LONGEST_ANSWER = 4 * 1024 * 1024

# httpx logs every URL at INFO, and ours hold callers' numbers and addresses.
logging.getLogger("httpx").setLevel(logging.WARNING)


class DemoConnector:
    """Implements `OmsConnector` over one keep-alive HTTP client."""

    name = "demo"
    caps = frozenset(Cap)

    def __init__(
        self, base_url: str, *, connections: int = 16, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
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
            orders=tuple(mapping.order(doc, now) for doc in found.orders),
            customers=tuple(mapping.customer_ref(doc) for doc in found.customers),
            fetched_at=now,
        )

    async def get_order(self, order_id: str, *, deadline: Deadline) -> Order:
        doc = await self._get("/v1/orders/by-id", OrderDoc, deadline, {"id": order_id})
        return mapping.order(doc, datetime.now(UTC))

    async def nearest_numbers(self, heard: Heard, *, limit: int, deadline: Deadline) -> tuple[str, ...]:
        hypotheses = [(heard, 0.0)] if isinstance(heard, str) else heard
        params = {"number": [n for n, _ in hypotheses], "score": [str(s) for _, s in hypotheses], "limit": str(limit)}
        return (await self._get("/v1/orders/nearest", NumbersDoc, deadline, params)).numbers

    async def health(self, *, deadline: Deadline) -> Health:
        doc = await self._get("/healthz", HealthDoc, deadline, {})
        return Health(ok=doc.status == "ok", version=doc.version, detail=f"{doc.orders} orders")

    async def close(self) -> None:
        await self._client.aclose()

    async def _get(self, path: str, shape: type[D], deadline: Deadline, params: Mapping[str, str | Sequence[str]]) -> D:
        """One GET. Everything that can go wrong becomes one of the connector's errors."""
        where = f"{self._client.base_url}{path.lstrip('/')}"
        try:
            async with asyncio.timeout_at(deadline.at):
                response = await self._client.get(path, params=params, timeout=None)
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
        if response.status_code != 200:
            raise BadAnswer(f"answered {response.status_code}", where=where)
        try:
            return shape.model_validate_json(response.content)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            path_in_answer = ".".join(str(part) for part in first["loc"]) or "the document"
            raise BadAnswer(f"wrong JSON at {path_in_answer}: {first['msg']}", where=where) from error


def _seconds(header: str | None) -> float:
    try:
        return min(60.0, max(0.0, float(header or 1)))
    except ValueError:
        return 1.0
