"""A real Medusa as a backend of the conformance suite."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx
from medusa_seed import ADDRESS, EMAIL, PASSWORD, Item, Json, Seeder
from medusa_shop import next_number

from voicebot.oms.conformance import CannotMake, Made, Shelf, State, Wanted
from voicebot.oms.connectors.medusa import Credentials, MedusaConnector
from voicebot.oms.connectors.webhooks import SIGNATURE, signature
from voicebot.oms.money import Money

SECRET = "whsec-medusa"
STAGES = {
    State.UNPAID: "unpaid",
    State.PAID: "paid",
    State.SHIPPED: "shipped",
    State.DELIVERED: "delivered",
    State.CANCELLED: "paid",
}


class Faults(httpx.AsyncBaseTransport):
    """Between the connector and the shop: slow answers, writes that get lost on the way there or back."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self.kind = ""
        self.pause_s = 0.0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        writes = request.method != "GET" and not request.url.path.startswith("/auth")
        if writes and self.kind == "dropped":
            return httpx.Response(503, request=request)
        await asyncio.sleep(self.pause_s)
        response = await self._inner.handle_async_request(request)
        if writes and self.kind == "lost":
            await response.aread()
            await response.aclose()
            raise httpx.ReadError("the connection broke", request=request)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class MedusaBackend:
    """Implements `Backend` over Medusa's own REST interface."""

    name = "medusa"
    shelf = Shelf(
        product_text="cotton tee",
        sku="TEE-M",
        other_variant="TEE-L",
        sold_out="TEE-XL",
        dearer="TEE-LUX",
        promo_valid="WELCOME10",
        promo_expired="SPRING15",
    )

    def __init__(self, url: str, seeder: Seeder, accounts: dict[str, str]) -> None:
        self._seeder = seeder
        self._accounts = accounts
        self._faults = Faults()
        self.connector = MedusaConnector(
            url,
            Credentials(EMAIL, PASSWORD),
            transport=self._faults,
            currency="USD",
            number_cap=40,
            webhook_secret=SECRET,
        )

    async def make_order(self, wanted: Wanted) -> Made:
        order = self._made(wanted)
        await self.connector.numbers.refresh()
        currency = order["currency_code"].upper()
        total = Money.of(Decimal(str(order["total"])), currency).minor
        if wanted.state is State.CANCELLED:
            self._seeder.admin(f"orders/{order['id']}/cancel")
        return Made(order_id=order["id"], number=str(order["display_id"]), total_minor=total)

    async def number_containing(self, number: str) -> str:
        next_number(int(number) * 10 + 3)
        try:
            return (await self.make_order(Wanted())).number
        finally:
            next_number(int(number) + 1)

    async def touch(self, order_id: str) -> None:
        self._seeder.admin(f"orders/{order_id}", shipping_address={"address_1": "2 Elsewhere"})

    async def notes(self, order_id: str) -> list[str]:
        return [str(value) for value in (self._seeder.read(order_id)["metadata"] or {}).values()]

    async def stock(self, sku: str) -> int:
        return self._seeder.stock(sku)

    async def webhook(self, order_id: str) -> tuple[Mapping[str, str], bytes]:
        body = json.dumps({"id": f"evt-{uuid.uuid4().hex}", "orders": [order_id]}).encode()
        return {SIGNATURE: signature(SECRET, int(time.time()), body)}, body

    def losing_answers(self) -> AbstractAsyncContextManager[None]:
        return self._faulty("lost")

    def dropping_writes(self) -> AbstractAsyncContextManager[None]:
        return self._faulty("dropped")

    def slow(self, seconds: float) -> AbstractAsyncContextManager[None]:
        return self._faulty("", seconds)

    async def close(self) -> None:
        await self.connector.close()

    @asynccontextmanager
    async def _faulty(self, kind: str, pause_s: float = 0.0) -> AsyncIterator[None]:
        self._faults.kind, self._faults.pause_s = kind, pause_s
        try:
            yield
        finally:
            self._faults.kind, self._faults.pause_s = "", 0.0

    def _made(self, wanted: Wanted) -> Json:
        if wanted.raw_status is not None:
            raise CannotMake("Medusa has its own list of statuses")
        if wanted.subscription:
            raise CannotMake("Medusa has no subscriptions")
        skus = ["TEE-M", "MUG-BLUE", "MUG-RED"][: len(wanted.pieces)]
        if wanted.item is not None:
            skus[0] = f"NAMED-{uuid.uuid4().hex[:6]}"
            self._seeder.product(self._seeder.shop, wanted.item, [Item(skus[0], "M", 24.0)])
        email = wanted.email or "somebody@example.com"
        address: dict[str, Any] = {**ADDRESS, "first_name": wanted.first_name, "last_name": "Quisenberry"}
        return self._seeder.order(
            list(zip(skus, wanted.pieces, strict=True)),
            stage=STAGES[wanted.state],
            email=email,
            phone=wanted.phone or "",
            customer=None if wanted.guest else self._account(email, wanted),
            address=address,
            currency=(wanted.currency or "usd").lower(),
        )

    def _account(self, email: str, wanted: Wanted) -> str:
        """Whoever has this e-mail; made when there is nobody."""
        if email not in self._accounts:
            customer = self._seeder.customer(email, wanted.phone, wanted.first_name, "Quisenberry")
            self._accounts[email] = customer
        return self._accounts[email]
