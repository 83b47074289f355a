"""Questions about products, accounts and promotions: guarded reads answered as facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from voicebot.oms.connector import Cap, Deadline, NotFound, OmsConnector
from voicebot.oms.facts import View
from voicebot.oms.guard import Answer, Guard
from voicebot.oms.keys import number_key
from voicebot.oms.model import Customer, Order
from voicebot.oms.products import Product, ProductSearch, Promotion
from voicebot.oms.reading import Reading, answered, failed_reading, iso
from voicebot.oms.shop_facts import account_facts, product_facts, promo_facts

#: Products that a search answers with at most: nobody listens to more.
_PRODUCTS = 5
_LONGEST_TEXT = 200


class ShopReads:
    """The operations; `view` gives the shop's day."""

    def __init__(self, connector: OmsConnector, guard: Guard, view: Callable[[], View]) -> None:
        self._connector = connector
        self._guard = guard
        self._view = view

    async def find_products(self, args: Mapping[str, Any], deadline: Deadline, speculative: bool) -> Reading:
        """`{text}` or `{sku}` -> `products`, best first, and `fetched_at`."""
        if refused := self._lacks(Cap.PRODUCTS, products=[]):
            return refused
        text, sku = _text(args.get("text")), _text(args.get("sku"))
        search = ProductSearch(sku=sku) if sku else ProductSearch(text=text)
        if not (text or sku):
            return failed_reading("not_found", "no usable search words in the arguments", products=[])

        async def fetch(until: Deadline) -> tuple[Product, ...]:
            found = await self._connector.find_products(search, limit=_PRODUCTS, deadline=until)
            if not found:
                raise NotFound("no such product")
            return found

        answer = await self._guard.read(
            ("find_products", search.sku, search.text.lower()), fetch, deadline, speculative=speculative
        )
        products: tuple[Product, ...] = answer.value or ()
        facts = [product_facts(product) for product in products if product.variants]
        return answered(answer, {"products": facts, "fetched_at": iso(answer.fetched_at)})

    async def get_customer(self, args: Mapping[str, Any], deadline: Deadline, speculative: bool) -> Reading:
        """`{customer}` or `{order}`, ids both -> `subscriptions`, `points` …; a guest's order has no account."""
        if refused := self._lacks(Cap.CUSTOMERS):
            return refused
        customer_id, order_id = _text(args.get("customer")), _text(args.get("order"))
        if not customer_id and not order_id:
            return failed_reading("bad_answer", "get_customer needs a customer or an order")
        if not customer_id:
            answer = await self._order(order_id, deadline, speculative)
            if answer.status != "ok":
                return answered(answer, {})
            order: Order = answer.value
            if order.customer_id is None:
                return failed_reading("not_found", "a guest's order")
            customer_id = order.customer_id

        async def fetch(until: Deadline) -> Customer:
            return await self._connector.get_customer(customer_id, deadline=until)

        answer = await self._guard.read(("get_customer", customer_id), fetch, deadline, speculative=speculative)
        if answer.status != "ok":
            return answered(answer, {})
        return answered(answer, {**account_facts(answer.value), "fetched_at": iso(answer.fetched_at)})

    async def check_promo(self, args: Mapping[str, Any], deadline: Deadline, speculative: bool) -> Reading:
        """`{code}`, and `{order}` (id) that it would be used for -> `promo`."""
        if refused := self._lacks(Cap.PROMOTIONS, promo=None):
            return refused
        code, order_id = _text(args.get("code")), _text(args.get("order"))
        if not number_key(code):
            return failed_reading("not_found", "no usable code in the arguments", promo=None)

        async def fetch(until: Deadline) -> Promotion:
            return await self._connector.get_promotion(code, deadline=until)

        answer = await self._guard.read(("get_promotion", number_key(code)), fetch, deadline, speculative=speculative)
        if answer.status != "ok":
            return answered(answer, {"promo": None})
        order: Order | None = None
        if order_id:
            about = await self._order(order_id, deadline, speculative)
            if about.status != "ok":
                return answered(about, {"promo": None})
            order = about.value
        return answered(answer, {"promo": promo_facts(answer.value, order, self._view().today)})

    async def _order(self, order_id: str, deadline: Deadline, speculative: bool) -> Answer:
        async def fetch(until: Deadline) -> Order:
            return await self._connector.get_order(order_id, deadline=until)

        return await self._guard.read(("get_order", order_id), fetch, deadline, speculative=speculative)

    def _lacks(self, cap: Cap, **facts: Any) -> Reading | None:
        if cap in self._connector.caps:
            return None
        return failed_reading("unavailable", f"{self._connector.name} has no {cap.value}", **facts)


def _text(value: Any) -> str:
    return " ".join(value.split())[:_LONGEST_TEXT] if isinstance(value, str) else ""
