"""Orders and customers, found and read.

Orders can be filtered by their code, and neither by e-mail nor by phone: those lead through the customers, guests
included. What comes back is compared with the key, so that a filter that a shop ignores finds nothing instead of all.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import phonenumbers

from voicebot.oms.connector import Deadline, FoundOrders, KeyKind, NotFound, OrderKey
from voicebot.oms.connectors.orders import found
from voicebot.oms.connectors.vendure import mapping, queries
from voicebot.oms.connectors.vendure.documents import (
    BuyerAnswer,
    BuyerDoc,
    BuyersAnswer,
    CustomerDoc,
    CustomersAnswer,
    NumbersAnswer,
    OrderAnswer,
    OrderDoc,
    OrdersAnswer,
    ProfileAnswer,
    ProfileDoc,
    ShopAnswer,
)
from voicebot.oms.connectors.vendure.session import Session
from voicebot.oms.keys import email_key, number_key, phone_key
from voicebot.oms.model import Address, Customer, CustomerRef, Order


class Reader:
    """Reads, each with the caller's deadline. Raises `OmsError`s."""

    def __init__(self, session: Session, *, phone_region: str = "US") -> None:
        self._session = session
        self._region = phone_region
        self._shop: ShopAnswer | None = None

    async def scale(self, deadline: Deadline) -> mapping.Scale:
        """How the shop writes money; asked for once."""
        return mapping.Scale((await self._about(deadline)).global_settings.server_config.money_strategy_precision)

    async def ourselves(self, deadline: Deadline) -> str:
        """Id of our administrator, as it stands in an order's history."""
        shop = await self._about(deadline)
        return shop.active_administrator.id if shop.active_administrator else ""

    async def _about(self, deadline: Deadline) -> ShopAnswer:
        if self._shop is None:
            self._shop = await self._session.ask(queries.SHOP, ShopAnswer, deadline)
        return self._shop

    async def ask_shop(self, deadline: Deadline) -> None:
        """A short question, to see that it answers."""
        await self._session.ask(queries.SHOP, ShopAnswer, deadline)

    async def find(self, key: OrderKey, *, limit: int, deadline: Deadline) -> FoundOrders:
        """Orders that fit the key exactly, unsettled and newest first, and the customers that it identifies."""
        docs, customers = await self._found(key, limit, deadline)
        scale = await self.scale(deadline)
        now = datetime.now(UTC)
        orders = [mapping.order(doc, now, scale) for doc in docs if doc.state not in mapping.CARTS]
        return found(orders, map(mapping.customer_ref, mapping.accounts(customers)), limit, now)

    async def order(self, order_id: str, deadline: Deadline) -> Order:
        """Raises `NotFound`."""
        _, order = await self.document(order_id, deadline)
        return order

    async def document(self, order_id: str, deadline: Deadline) -> tuple[OrderDoc, Order]:
        """One order, as Vendure has it and in normal form. Raises `NotFound`."""
        answer = await self._session.ask(queries.GET_ORDER, OrderAnswer, deadline, id=order_id)
        doc = answer.order
        if doc is None or doc.id != order_id or doc.state in mapping.CARTS:
            raise NotFound("there is no such order", where="Order")
        return doc, mapping.order(doc, datetime.now(UTC), await self.scale(deadline))

    async def refs(self, deadline: Deadline, *, email: str | None, phone: str | None) -> list[CustomerRef]:
        """Customers with an account."""
        key = OrderKey(KeyKind.EMAIL, email) if email else OrderKey(KeyKind.PHONE, phone or "")
        answer = await self._session.ask(queries.FIND_CUSTOMERS, CustomersAnswer, deadline, filter=self._filter(key))
        fitting = [doc for doc in answer.customers.items if self._fits(doc, key)]
        return [mapping.customer_ref(doc) for doc in mapping.accounts(fitting)]

    async def customer(self, customer_id: str, deadline: Deadline) -> Customer:
        """Raises `NotFound`."""
        return mapping.customer(await self._profile(customer_id, deadline))

    async def account_address(self, customer_id: str, deadline: Deadline) -> Address | None:
        """The one that parcels go to by default, or the only one. Raises `NotFound`."""
        return mapping.account_address(await self._profile(customer_id, deadline))

    async def numbers(self, skip: int, take: int, deadline: Deadline) -> list[str]:
        """Order codes, newest first."""
        answer = await self._session.ask(
            queries.NUMBERS, NumbersAnswer, deadline, options={**_newest(take), "skip": skip}
        )
        return [doc.code for doc in answer.orders.items]

    async def _profile(self, customer_id: str, deadline: Deadline) -> ProfileDoc:
        answer = await self._session.ask(queries.GET_CUSTOMER, ProfileAnswer, deadline, id=customer_id)
        if answer.customer is None or answer.customer.id != customer_id:
            raise NotFound("there is no such customer", where="Customer")
        return answer.customer

    # -- searches

    async def _found(
        self, key: OrderKey, limit: int, deadline: Deadline
    ) -> tuple[list[OrderDoc], list[CustomerDoc | None]]:
        if key.kind is KeyKind.NUMBER:
            same = {"filter": {"code": {"eq": key.value}}, "take": max(1, limit)}
            answer = await self._session.ask(queries.FIND_ORDERS, OrdersAnswer, deadline, options=same)
            docs = [doc for doc in answer.orders.items if number_key(doc.code) == key.value]
            return docs, [doc.customer for doc in docs]
        newest = _newest(max(1, limit))
        if key.kind is KeyKind.CUSTOMER_ID:
            one = await self._session.ask(queries.ORDERS_OF_ONE, BuyerAnswer, deadline, id=key.value, orders=newest)
            buyers = [one.customer] if one.customer is not None and one.customer.id == key.value else []
        elif key.kind in (KeyKind.EMAIL, KeyKind.PHONE):
            where = self._filter(key)
            many = await self._session.ask(queries.ORDERS_OF, BuyersAnswer, deadline, filter=where, orders=newest)
            buyers = [doc for doc in many.customers.items if self._fits(doc, key)]
        else:
            buyers = []
        return _orders_of(buyers), list(buyers)

    def _filter(self, key: OrderKey) -> dict[str, Any]:
        if key.kind is KeyKind.EMAIL:
            return {"emailAddress": {"eq": key.value}}
        return {"phoneNumber": {"in": _spellings(key.value)}}

    def _fits(self, doc: CustomerDoc, key: OrderKey) -> bool:
        if key.kind is KeyKind.EMAIL:
            return email_key(doc.email_address) == key.value
        return bool(doc.phone_number) and phone_key(doc.phone_number, self._region) == key.value


def _newest(take: int) -> dict[str, Any]:
    """Options of a list of orders, carts left out."""
    return {
        "sort": {"createdAt": "DESC", "id": "DESC"},
        "take": take,
        "filter": {"state": {"notIn": list(mapping.CARTS)}},
    }


def _orders_of(buyers: list[BuyerDoc]) -> list[OrderDoc]:
    return list({doc.id: doc for buyer in buyers for doc in buyer.orders.items}.values())


def _spellings(phone: str) -> list[str]:
    """Ways in which shops write a number: the filter compares letter by letter."""
    try:
        parsed = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return [phone]
    forms = phonenumbers.PhoneNumberFormat
    written = [phonenumbers.format_number(parsed, form) for form in (forms.INTERNATIONAL, forms.NATIONAL)]
    bare = phonenumbers.national_significant_number(parsed)
    return list(dict.fromkeys([phone, phone.removeprefix("+"), *written, bare]))
