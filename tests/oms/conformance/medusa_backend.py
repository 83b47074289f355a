"""A real Medusa as a backend of the conformance suite."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
from medusa_seed import ADDRESS, EMAIL, PASSWORD, Item, Json, Seeder
from medusa_shop import next_number
from real_backend import SECRET, STAGES, Unreliable, basket
from shop_transports import Faults

from voicebot.oms.conformance import CannotMake, Made, State, Wanted
from voicebot.oms.connectors.medusa import Credentials, MedusaConnector
from voicebot.oms.money import Money


def _write(request: httpx.Request) -> str:
    path = request.url.path
    return "" if request.method == "GET" or path.startswith("/auth") else f"{request.method} {path}"


class MedusaBackend(Unreliable):
    """Implements `Backend` over Medusa's own REST interface."""

    name = "medusa"

    def __init__(self, url: str, seeder: Seeder, accounts: dict[str, str]) -> None:
        super().__init__(Faults(_write))
        self._seeder = seeder
        self._accounts = accounts
        self.connector = MedusaConnector(
            url,
            Credentials(EMAIL, PASSWORD),
            transport=self.faults,
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

    async def close(self) -> None:
        await self.connector.close()

    def _made(self, wanted: Wanted) -> Json:
        if wanted.raw_status is not None:
            raise CannotMake("Medusa has its own list of statuses")
        if wanted.subscription:
            raise CannotMake("Medusa has no subscriptions")
        lines, new = basket(wanted)
        if new is not None:
            self._seeder.product(self._seeder.shop, wanted.item or "", [Item(new, "M", 24.0)])
        email = wanted.email or "somebody@example.com"
        address: dict[str, Any] = {**ADDRESS, "first_name": wanted.first_name, "last_name": "Quisenberry"}
        return self._seeder.order(
            lines,
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
