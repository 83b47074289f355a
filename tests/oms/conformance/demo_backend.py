"""The demo shop as a backend of the conformance suite, in this process."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from real_backend import SECRET, SHELF

from voicebot.oms.conformance import Made, State, Wanted
from voicebot.oms.connectors.demo import DemoConnector
from voicebot.oms.demo.faults import Faults
from voicebot.oms.demo.schema import CustomerDoc, OrderDoc, ProductDoc, PromotionDoc, ShopDoc
from voicebot.oms.demo.service import make_app
from voicebot.oms.demo.store import ShopStore
from voicebot.oms.demo.writes import SIGNATURE, signature

SHIRT = {"USD": 2400, "JPY": 3600}
STATES: Mapping[State, tuple[str, str]] = {
    State.UNPAID: ("open", "not_paid"),
    State.PAID: ("open", "paid"),
    State.SHIPPED: ("open", "paid"),
    State.DELIVERED: ("completed", "paid"),
    State.CANCELLED: ("cancelled", "voided"),
}
TEE = {
    "id": "p-tee",
    "name": "Everyday cotton tee",
    "product_type": "apparel",
    "currency": "USD",
    "variants": [
        {"sku": "TEE-M", "options": {"size": "M"}, "price": 2400, "prices": {"JPY": 3600}, "stock": 1000},
        {"sku": "TEE-L", "options": {"size": "L"}, "price": 2400, "prices": {"JPY": 3600}, "stock": 1000},
        {"sku": "TEE-XL", "options": {"size": "XL"}, "price": 2400, "stock": 0},
        {"sku": "TEE-LUX", "options": {"size": "M", "cloth": "silk"}, "price": 6400, "stock": 10},
    ],
}


class DemoBackend:
    """Implements `Backend` by writing documents into the shop's store."""

    name = "demo"
    shelf = SHELF

    def __init__(self) -> None:
        self._store = ShopStore(":memory:")
        today = datetime.now(UTC).date()
        codes = (
            PromotionDoc(code="WELCOME10", percent=10),
            PromotionDoc(code="SPRING15", percent=15, ends_on=today - timedelta(days=30)),
        )
        tee = ProductDoc.model_validate(TEE)
        self._store.replace(ShopDoc(name="Conformance"), (tee,), (), (), {}, promotions=codes)
        self._layer = make_app(self._store, Faults(), seed=1)
        self.connector = DemoConnector(
            "http://shop.test", transport=httpx.ASGITransport(app=self._layer), webhook_secret=SECRET
        )
        self._numbers = itertools.count(5_100_000, 137)
        self._customers: dict[str, str] = {}

    async def make_order(self, wanted: Wanted) -> Made:
        return self._make(wanted, str(next(self._numbers)))

    async def number_containing(self, number: str) -> str:
        return self._make(Wanted(), f"{number}4").number

    async def touch(self, order_id: str) -> None:
        self._put(order_id, ship_to={"street": "2 Elsewhere", "city": "Boston", "postcode": "02116", "country": "US"})

    async def notes(self, order_id: str) -> list[str]:
        return [note["text"] for note in self._document(order_id).get("notes", [])]

    async def stock(self, sku: str) -> int:
        found = self._store.variant(sku)
        assert found is not None
        return found[1].stock

    async def webhook(self, order_id: str) -> tuple[Mapping[str, str], bytes]:
        body = json.dumps({"id": f"evt-{order_id}", "type": "order.changed", "orders": [order_id]}).encode()
        return {SIGNATURE: signature(SECRET, int(time.time()), body)}, body

    def losing_answers(self) -> AbstractAsyncContextManager[None]:
        return self._faulty(Faults(fail_rate=1, kind="answer_lost", only="writes"))

    def dropping_writes(self) -> AbstractAsyncContextManager[None]:
        return self._faulty(Faults(fail_rate=1, kind="http_500", only="writes"))

    def slow(self, seconds: float) -> AbstractAsyncContextManager[None]:
        return self._faulty(Faults(latency_ms=int(seconds * 1000)))

    async def close(self) -> None:
        await self.connector.close()
        self._store.close()

    @asynccontextmanager
    async def _faulty(self, faults: Faults) -> AsyncIterator[None]:
        self._layer.faults = faults
        try:
            yield
        finally:
            self._layer.faults = Faults()

    def _make(self, wanted: Wanted, number: str) -> Made:
        now = datetime.now(UTC)
        currency = wanted.currency or "USD"
        price = SHIRT[currency]
        lines = [
            {
                "id": f"l{index}",
                "sku": "TEE-M",
                "name": (wanted.item if index == 1 else None) or "Everyday cotton tee",
                "variant": "M",
                "product_type": "apparel",
                "quantity": pieces,
                "unit_price": price,
            }
            for index, pieces in enumerate(wanted.pieces, 1)
        ]
        total = price * sum(wanted.pieces) + 500
        status, payment_status = STATES[wanted.state]
        paid = payment_status == "paid"
        ago = {days: (now - timedelta(days=days)).isoformat() for days in (2, 4, 6)}
        payment = {"reference": f"PAY-{number}", "method": "card", "amount": total, "failed": not paid}
        document: dict[str, Any] = {
            "id": f"o-{number}",
            "number": number,
            "placed_at": ago[6],
            "currency": currency,
            "total": total,
            "shipping": 500,
            "status": wanted.raw_status or status,
            "payment_status": payment_status,
            "lines": lines,
            "payments": [{**payment, "captured_at": ago[6]} if paid else payment],
            "ship_to": {"name": wanted.first_name, "street": "1 Mill Road", "city": "Boston", "postcode": "02116"},
        }
        document["ship_to"]["country"] = "US"
        if wanted.state in (State.SHIPPED, State.DELIVERED):
            codes = ("in_transit", "delivered") if wanted.state is State.DELIVERED else ("in_transit",)
            events = [{"at": ago[day], "code": code} for day, code in zip((4, 2), codes, strict=False)]
            parts = [{"line": line["id"], "quantity": line["quantity"]} for line in lines]
            parcel = {"id": f"s-{number}", "vocabulary": "easypost", "shipped_at": ago[4], "lines": parts}
            document["shipments"] = [{**parcel, "events": events}]
        if wanted.guest:
            document |= {"email": wanted.email, "phone": wanted.phone}
        else:
            document["customer_id"] = self._customer(wanted, number)
        with self._store.transaction():
            self._store.put_order(OrderDoc.model_validate(document))
        return Made(order_id=f"o-{number}", number=number, total_minor=total)

    def _customer(self, wanted: Wanted, number: str) -> str:
        email = wanted.email or f"buyer.{number}@example.com"
        if email not in self._customers:
            customer: dict[str, Any] = {"id": f"c-{number}", "first_name": wanted.first_name, "emails": [email]}
            address = {"street": "1 Mill Road", "city": "Boston", "postcode": "02116", "country": "US"}
            customer |= {"last_name": "Lovelace", "addresses": [address], "store_credit": wanted.store_credit_minor}
            customer["phones"] = [wanted.phone] if wanted.phone else []
            if wanted.subscription:
                soon = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
                plan = {"plan": "Coffee, every 4 weeks", "status": "active", "price": 1700, "currency": "USD"}
                customer["subscriptions"] = [{**plan, "id": f"sub-{number}", "next_charge_on": soon}]
            with self._store.transaction():
                self._store.put_customer(CustomerDoc.model_validate(customer))
            self._customers[email] = f"c-{number}"
        return self._customers[email]

    def _document(self, order_id: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self._store.order(order_id) or "{}")
        return document

    def _put(self, order_id: str, **changes: Any) -> None:
        document = self._document(order_id)
        version = f"{document.get('version', '')}+"
        with self._store.transaction():
            self._store.put_order(OrderDoc.model_validate({**document, **changes, "version": version}))
