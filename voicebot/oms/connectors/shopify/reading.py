"""Orders and customers, found and read. Shopify's search is by words: whatever comes back is compared with the key."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, tzinfo

from voicebot.oms.connector import Deadline, FoundOrders, KeyKind, NotFound, OrderKey
from voicebot.oms.connectors.orders import found
from voicebot.oms.connectors.shopify import mapping, queries
from voicebot.oms.connectors.shopify.documents import (
    CustomerAnswer,
    CustomerDoc,
    CustomersAnswer,
    OrderAnswer,
    OrderDoc,
    OrdersAnswer,
)
from voicebot.oms.connectors.shopify.session import Session
from voicebot.oms.keys import email_key, number_key, phone_key
from voicebot.oms.model import Address, Customer, CustomerRef, Order

_ID = re.compile(r"gid://shopify/(Order|Customer)/\d{1,20}")


class Reader:
    """Reads, each with the caller's deadline. Raises `OmsError`s."""

    def __init__(self, session: Session, *, zone: tzinfo = UTC, phone_region: str = "US") -> None:
        self._session = session
        self._zone = zone
        self._region = phone_region

    async def find(self, key: OrderKey, *, limit: int, deadline: Deadline) -> FoundOrders:
        """Orders that fit the key exactly, unsettled and newest first, and the customers that it identifies."""
        refs: list[CustomerRef] = []
        owners: set[str] = set()
        if key.kind is KeyKind.NUMBER:
            docs = await self._search(f"name:{_quoted(key.value)}", limit, deadline)
            docs = [doc for doc in docs if number_key(doc.name) == key.value]
        elif key.kind is KeyKind.CUSTOMER_ID:
            owners = {key.value} if _ID.fullmatch(key.value) else set()
            docs = await self._of(owners, limit, deadline)
        elif key.kind is KeyKind.EMAIL:
            docs = await self._search(f"email:{_quoted(key.value)}", limit, deadline)
            docs = [doc for doc in docs if email_key(doc.email) == key.value]
        elif key.kind is KeyKind.PHONE:
            people = await self.customers(key, deadline)
            refs, owners = [mapping.customer_ref(doc) for doc in people], {doc.id for doc in people}
            docs = await self._of(owners, limit, deadline)
        else:
            docs = []
        named = {doc.customer.id: mapping.customer_ref(doc.customer) for doc in docs if doc.customer}
        now = datetime.now(UTC)
        customers = {**named, **{ref.id: ref for ref in refs}}
        return found([mapping.order(doc, now, self._zone) for doc in docs], customers.values(), limit, now)

    async def order(self, order_id: str, deadline: Deadline) -> Order:
        """Raises `NotFound`."""
        _, order = await self.document(order_id, deadline)
        return order

    async def document(self, order_id: str, deadline: Deadline) -> tuple[OrderDoc, Order]:
        """One order, as Shopify has it and in normal form. Raises `NotFound`."""
        doc = await self._read(order_id, deadline) if _ID.fullmatch(order_id) else None
        if doc is None or doc.id != order_id:
            raise NotFound("there is no such order", where="Order")
        return doc, mapping.order(doc, datetime.now(UTC), self._zone)

    async def customers(self, key: OrderKey, deadline: Deadline) -> list[CustomerDoc]:
        """By an e-mail or a phone."""
        field = "email" if key.kind is KeyKind.EMAIL else "phone"
        query = f"{field}:{_quoted(key.value)}"
        answer = await self._session.ask(queries.FIND_CUSTOMERS, CustomersAnswer, deadline, query=query)
        return [doc for doc in answer.customers.nodes if self._fits(doc, key)]

    async def refs(self, deadline: Deadline, *, email: str | None, phone: str | None) -> list[CustomerRef]:
        key = OrderKey(KeyKind.EMAIL, email) if email else OrderKey(KeyKind.PHONE, phone or "")
        return [mapping.customer_ref(doc) for doc in await self.customers(key, deadline)]

    async def customer(self, customer_id: str, deadline: Deadline) -> Customer:
        """Raises `NotFound`."""
        return mapping.customer(await self._customer(customer_id, deadline))

    async def account_address(self, customer_id: str, deadline: Deadline) -> Address | None:
        """The one that parcels go to by default. Raises `NotFound`."""
        return mapping.account_address(await self._customer(customer_id, deadline))

    async def _customer(self, customer_id: str, deadline: Deadline) -> CustomerDoc:
        if _ID.fullmatch(customer_id):
            answer = await self._session.ask(queries.GET_CUSTOMER, CustomerAnswer, deadline, id=customer_id)
            if answer.customer is not None and answer.customer.id == customer_id:
                return answer.customer
        raise NotFound("there is no such customer", where="Customer")

    async def _read(self, order_id: str, deadline: Deadline) -> OrderDoc | None:
        return (await self._session.ask(queries.GET_ORDER, OrderAnswer, deadline, id=order_id)).order

    async def _of(self, customer_ids: set[str], limit: int, deadline: Deadline) -> list[OrderDoc]:
        if not customer_ids:
            return []
        bare = (customer.rpartition("/")[2] for customer in sorted(customer_ids))
        query = " OR ".join(f"customer_id:{number}" for number in bare)
        docs = await self._search(query, limit, deadline)
        return [doc for doc in docs if doc.customer is not None and doc.customer.id in customer_ids]

    async def _search(self, query: str, limit: int, deadline: Deadline) -> list[OrderDoc]:
        answer = await self._session.ask(queries.FIND_ORDERS, OrdersAnswer, deadline, query=query, first=max(1, limit))
        docs = await asyncio.gather(*(self._read(row.id, deadline) for row in answer.orders.nodes))
        return [doc for doc in docs if doc is not None]

    def _fits(self, doc: CustomerDoc, key: OrderKey) -> bool:
        if key.kind is KeyKind.EMAIL:
            return doc.default_email_address is not None and (
                email_key(doc.default_email_address.email_address) == key.value
            )
        phone = doc.default_phone_number.phone_number if doc.default_phone_number else ""
        return bool(phone) and phone_key(phone, self._region) == key.value


def _quoted(value: str) -> str:
    """One term of a search, whatever is in it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
