"""A real Vendure as a backend of the conformance suite."""

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
from vendure_seed import ADDRESS, PASSWORD, USERNAME, Item, Json
from vendure_shop import VendureShop

from voicebot.oms.conformance import CannotMake, Made, Shelf, State, Wanted
from voicebot.oms.connectors.vendure import Credentials, VendureConnector
from voicebot.oms.connectors.webhooks import SIGNATURE, signature
from voicebot.oms.money import Money

SECRET = "whsec-vendure"
STAGES = {
    State.UNPAID: "unpaid",
    State.PAID: "paid",
    State.SHIPPED: "shipped",
    State.DELIVERED: "delivered",
    State.CANCELLED: "paid",
}


class Faults(httpx.AsyncBaseTransport):
    """Between the connector and the shop: slow answers, writes that get lost on the way there or back.

    Attributes:
        only: what happens to operations with such a name alone; empty for all writes.
        opening: set when an order is about to be taken into another state.
    """

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self.kind = ""
        self.only = ""
        self.pause_s = 0.0
        self.opening = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        document: Json = json.loads(request.content)
        name = document["operationName"]
        if name == "Transition":
            self.opening.set()
        hit = document["query"].startswith("mutation") and name != "Login" and self.only in ("", name)
        if hit and self.kind == "dropped":
            return httpx.Response(503, request=request)
        await asyncio.sleep(self.pause_s)
        response = await self._inner.handle_async_request(request)
        if hit and self.kind == "lost":
            await response.aread()
            await response.aclose()
            raise httpx.ReadError("the connection broke", request=request)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class VendureBackend:
    """Implements `Backend` over Vendure's own Admin API."""

    name = "vendure"
    shelf = Shelf(
        product_text="cotton tee",
        sku="TEE-M",
        other_variant="TEE-L",
        sold_out="TEE-XL",
        dearer="TEE-LUX",
        promo_valid="WELCOME10",
        promo_expired="SPRING15",
    )

    def __init__(self, shop: VendureShop) -> None:
        self._shop = shop
        self._seeder = shop.seeder
        self.faults = Faults()
        self.connector = VendureConnector(
            shop.url,
            Credentials(USERNAME, PASSWORD),
            transport=self.faults,
            currency="USD",
            number_cap=40,
            webhook_secret=SECRET,
        )

    async def make_order(self, wanted: Wanted) -> Made:
        if wanted.subscription:
            raise CannotMake("Vendure has no subscriptions")
        order = self._made(wanted)
        total = Money.of(Decimal(order["totalWithTax"]).scaleb(-2), order["currencyCode"]).minor
        if wanted.state is State.CANCELLED:
            self._seeder.cancel(order["id"])
        if wanted.raw_status is not None:
            self._seeder.move(order["id"], wanted.raw_status)
        await self.connector.numbers.refresh()
        return Made(order_id=order["id"], number=order["code"], total_minor=total)

    async def number_containing(self, number: str) -> str:
        before = self._shop.next_number(int(number) * 10 + 3)
        try:
            return (await self.make_order(Wanted())).number
        finally:
            self._shop.next_number(before)

    async def touch(self, order_id: str) -> None:
        """As a colleague does it: into "Modifying", and back; what was delivered can only change hands."""
        state = self.state(order_id)
        if state == "Delivered":
            self._seeder.give_to(order_id, self._account(f"{uuid.uuid4().hex}@example.com", Wanted()))
            return
        self._seeder.move(order_id, "Modifying")
        self._seeder.modify(order_id, updateShippingAddress={"streetLine1": "2 Elsewhere"})
        self._seeder.move(order_id, state)

    async def notes(self, order_id: str) -> list[str]:
        entries = self._seeder.read(order_id, "history { items { type data } }")["history"]["items"]
        return [entry["data"]["note"] for entry in entries if entry["type"] == "ORDER_NOTE"]

    async def stock(self, sku: str) -> int:
        return self._seeder.stock(sku)

    async def webhook(self, order_id: str) -> tuple[Mapping[str, str], bytes]:
        body = json.dumps({"id": f"evt-{uuid.uuid4().hex}", "orders": [order_id]}).encode()
        return {SIGNATURE: signature(SECRET, int(time.time()), body)}, body

    def losing_answers(self) -> AbstractAsyncContextManager[None]:
        return self.faulty("lost")

    def dropping_writes(self) -> AbstractAsyncContextManager[None]:
        return self.faulty("dropped")

    def slow(self, seconds: float) -> AbstractAsyncContextManager[None]:
        return self.faulty("", pause_s=seconds)

    async def close(self) -> None:
        await self.connector.close()

    def state(self, order_id: str) -> str:
        return str(self._seeder.read(order_id, "state")["state"])

    @asynccontextmanager
    async def faulty(self, kind: str, only: str = "", pause_s: float = 0.0) -> AsyncIterator[None]:
        self.faults.kind, self.faults.only, self.faults.pause_s = kind, only, pause_s
        try:
            yield
        finally:
            self.faults.kind, self.faults.only, self.faults.pause_s = "", "", 0.0

    def _made(self, wanted: Wanted) -> Json:
        skus = ["TEE-M", "MUG-BLUE", "MUG-RED"][: len(wanted.pieces)]
        if wanted.item is not None:
            skus[0] = f"NAMED-{uuid.uuid4().hex[:6]}"
            self._seeder.product(wanted.item, [Item(skus[0], "M", 2400)])
        email = wanted.email or "somebody@example.com"
        address: dict[str, Any] = {**ADDRESS, "fullName": f"{wanted.first_name} Quisenberry"}
        who: Json = {"firstName": wanted.first_name, "lastName": "Quisenberry", "emailAddress": email}
        return self._seeder.order(
            list(zip(skus, wanted.pieces, strict=True)),
            stage=STAGES[wanted.state],
            customer=None if wanted.guest else self._account(email, wanted),
            guest={**who, "phoneNumber": wanted.phone},
            address=address,
            currency=wanted.currency or "USD",
        )

    def _account(self, email: str, wanted: Wanted) -> str:
        """Whoever has this e-mail; made when there is nobody."""
        accounts = self._shop.accounts
        if email not in accounts:
            accounts[email] = self._seeder.customer(email, wanted.phone, wanted.first_name, "Quisenberry")
        return accounts[email]
