"""A real Vendure as a backend of the conformance suite."""

from __future__ import annotations

import json
import uuid
from decimal import Decimal
from typing import Any

import httpx
from real_backend import SECRET, STAGES, Unreliable, basket
from shop_transports import Faults
from vendure_seed import ADDRESS, PASSWORD, USERNAME, Item, Json
from vendure_shop import VendureShop

from voicebot.oms.conformance import CannotMake, Made, State, Wanted
from voicebot.oms.connectors.vendure import Credentials, VendureConnector
from voicebot.oms.money import Money


def _write(request: httpx.Request) -> str:
    document: Json = json.loads(request.content)
    name = str(document["operationName"])
    return name if document["query"].startswith("mutation") and name != "Login" else ""


class VendureBackend(Unreliable):
    """Implements `Backend` over Vendure's own Admin API."""

    name = "vendure"

    def __init__(self, shop: VendureShop) -> None:
        super().__init__(Faults(_write))
        self._shop = shop
        self._seeder = shop.seeder
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

    async def close(self) -> None:
        await self.connector.close()

    def state(self, order_id: str) -> str:
        return str(self._seeder.read(order_id, "state")["state"])

    def _made(self, wanted: Wanted) -> Json:
        lines, new = basket(wanted)
        if new is not None:
            self._seeder.product(wanted.item or "", [Item(new, "M", 2400)])
        email = wanted.email or "somebody@example.com"
        address: dict[str, Any] = {**ADDRESS, "fullName": f"{wanted.first_name} Quisenberry"}
        who: Json = {"firstName": wanted.first_name, "lastName": "Quisenberry", "emailAddress": email}
        return self._seeder.order(
            lines,
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
