"""Orders and customers, found and read.

Medusa's order list has one search, `q`: a substring of the number, the e-mail, the phone and more. Filters that it does
not know (`display_id`, `email`) it ignores and returns everything. So whatever comes back is compared with the key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from voicebot.oms.connector import Deadline, FoundOrders, KeyKind, OrderKey
from voicebot.oms.connectors.medusa import mapping
from voicebot.oms.connectors.medusa.documents import (
    CLAIM_FIELDS,
    CUSTOMER_FIELDS,
    EXCHANGE_FIELDS,
    ORDER_FIELDS,
    ClaimsAnswer,
    CustomerAnswer,
    CustomerDoc,
    CustomersAnswer,
    ExchangesAnswer,
    NumbersAnswer,
    OrderAnswer,
    OrderDoc,
    OrdersAnswer,
    SwapDoc,
)
from voicebot.oms.connectors.medusa.session import Params, Session, plain
from voicebot.oms.connectors.orders import found
from voicebot.oms.keys import email_key, phone_key
from voicebot.oms.model import Address, Customer, CustomerRef, Order

#: Rows of the first page of a search, of further ones, and how many pages are read at most.
_FIRST, _PAGE, _PAGES = 5, 50, 10
#: Customers that one e-mail or phone may belong to: an account, and a guest for each time nobody signed in.
_CUSTOMERS = 20

Fits = Callable[[OrderDoc], bool]


class Reader:
    """Reads, each with the caller's deadline. Raises `OmsError`s."""

    def __init__(self, session: Session, *, phone_region: str = "US") -> None:
        self._session = session
        self._region = phone_region

    async def find(self, key: OrderKey, *, limit: int, deadline: Deadline) -> FoundOrders:
        """Orders that fit the key exactly, unsettled and newest first, and the customers that it identifies."""
        if key.kind is KeyKind.NUMBER:
            docs = await self._by_number(key.value, deadline)
            customers = mapping.accounts(doc.customer for doc in docs)
        elif key.kind is KeyKind.CUSTOMER_ID:
            docs = await self._of_customers([key.value], limit, deadline)
            customers = mapping.accounts(doc.customer for doc in docs)
        else:
            docs, customers = await self._by_contact(key, limit, deadline)
        orders = await self._mapped(docs, deadline)
        return found(orders, map(mapping.customer_ref, customers), limit, datetime.now(UTC))

    async def order(self, order_id: str, deadline: Deadline) -> Order:
        """Raises `NotFound`."""
        _, order = await self.document(order_id, deadline)
        return order

    async def document(self, order_id: str, deadline: Deadline) -> tuple[OrderDoc, Order]:
        """One order, as Medusa has it and in normal form. Raises `NotFound`."""
        path = f"orders/{plain(order_id)}"
        doc = (await self._session.get(path, OrderAnswer, deadline, {"fields": ORDER_FIELDS})).order
        return doc, (await self._mapped([doc], deadline))[0]

    async def customers(
        self, deadline: Deadline, *, email: str | None = None, phone: str | None = None
    ) -> list[CustomerDoc]:
        """By exactly one of e-mail and E.164 phone."""
        search: Params = {"email": email} if email else {"q": phone or ""}
        params: Params = {**search, "limit": str(_CUSTOMERS), "fields": CUSTOMER_FIELDS}
        docs = (await self._session.get("customers", CustomersAnswer, deadline, params)).customers
        if email:
            return [doc for doc in docs if email_key(doc.email) == email]
        return [doc for doc in docs if self._phone(doc.phone) == phone]

    async def customer(self, customer_id: str, deadline: Deadline) -> Customer:
        """Raises `NotFound`."""
        return mapping.customer(await self._customer(customer_id, deadline))

    async def account_address(self, customer_id: str, deadline: Deadline) -> Address | None:
        """The one that parcels go to by default, or the only one. Raises `NotFound`."""
        return mapping.account_address(await self._customer(customer_id, deadline))

    async def refs(self, deadline: Deadline, *, email: str | None, phone: str | None) -> list[CustomerRef]:
        """Customers with an account."""
        docs = await self.customers(deadline, email=email, phone=phone)
        return [mapping.customer_ref(doc) for doc in mapping.accounts(docs)]

    async def numbers(self, skip: int, take: int, deadline: Deadline) -> list[str]:
        """Order numbers, newest first."""
        params: Params = {
            "order": "-display_id",
            "limit": str(take),
            "offset": str(skip),
            "fields": "id,display_id,custom_display_id",
        }
        page = (await self._session.get("orders", NumbersAnswer, deadline, params)).orders
        return [doc.custom_display_id or str(doc.display_id) for doc in page]

    async def _customer(self, customer_id: str, deadline: Deadline) -> CustomerDoc:
        path = f"customers/{plain(customer_id)}"
        return (await self._session.get(path, CustomerAnswer, deadline, {"fields": CUSTOMER_FIELDS})).customer

    # -- searches

    async def _by_number(self, number: str, deadline: Deadline) -> list[OrderDoc]:
        """Oldest number first: of the numbers that contain this one, it is itself the lowest, so that the first few
        rows nearly always hold it, and nobody with a higher one has to be looked at."""

        def passed(doc: OrderDoc) -> bool:
            return doc.custom_display_id is None and number.isdecimal() and doc.display_id > int(number)

        def fits(doc: OrderDoc) -> bool:
            return mapping.number_of(doc.number) == number

        return await self._search(number, fits, deadline, order="display_id", enough=1, passed=passed)

    async def _by_contact(
        self, key: OrderKey, limit: int, deadline: Deadline
    ) -> tuple[list[OrderDoc], list[CustomerDoc]]:
        """Orders that name the contact themselves, and those of the customers that have it."""
        email = key.value if key.kind is KeyKind.EMAIL else None
        phone = key.value if key.kind is KeyKind.PHONE else None
        if email is None and phone is None:
            return [], []

        def fits(doc: OrderDoc) -> bool:
            if email is not None:
                return email_key(doc.email) == email
            return doc.shipping_address is not None and self._phone(doc.shipping_address.phone) == phone

        named, customers = await asyncio.gather(
            self._search(key.value, fits, deadline, order="-created_at", enough=limit),
            self.customers(deadline, email=email, phone=phone),
        )
        # Whoever changed his e-mail has older orders under the former one.
        known = sorted(doc.id for doc in customers)
        others = await self._of_customers(known, limit, deadline) if known else []
        docs = {doc.id: doc for doc in (*named, *others)}
        return list(docs.values()), mapping.accounts((*customers, *(doc.customer for doc in named)))

    async def _of_customers(self, customer_ids: list[str], limit: int, deadline: Deadline) -> list[OrderDoc]:
        params: Params = {
            "customer_id[]": customer_ids,
            "order": "-created_at",
            "limit": str(limit),
            "fields": ORDER_FIELDS,
        }
        docs = (await self._session.get("orders", OrdersAnswer, deadline, params)).orders
        return [doc for doc in docs if doc.customer_id in customer_ids]

    async def _search(
        self,
        words: str,
        fits: Fits,
        deadline: Deadline,
        *,
        order: str,
        enough: int,
        passed: Fits = lambda _: False,
    ) -> list[OrderDoc]:
        """Rows of `q` that fit, page by page until there are enough, or a row has passed what is looked for."""
        fitting: list[OrderDoc] = []
        offset = 0
        for page in range(_PAGES):
            size = max(_FIRST, enough) if page == 0 else _PAGE
            params: Params = {
                "q": words,
                "order": order,
                "limit": str(size),
                "offset": str(offset),
                "fields": ORDER_FIELDS,
            }
            answer = await self._session.get("orders", OrdersAnswer, deadline, params)
            fitting += [doc for doc in answer.orders if fits(doc)]
            offset += len(answer.orders)
            if len(fitting) >= enough or not answer.orders or offset >= answer.count or any(map(passed, answer.orders)):
                break
        return fitting

    # -- what is kept beside an order

    async def _mapped(self, docs: list[OrderDoc], deadline: Deadline) -> list[Order]:
        """In normal form. Exchanges and claims are two further questions, asked only when an order has got new lines
        since it was placed."""
        grown = [doc.id for doc in docs if _grown(doc)]
        exchanges: tuple[SwapDoc, ...] = ()
        claims: tuple[SwapDoc, ...] = ()
        if grown:
            params: Params = {"order_id[]": grown, "limit": "100"}
            one, two = await asyncio.gather(
                self._session.get("exchanges", ExchangesAnswer, deadline, {**params, "fields": EXCHANGE_FIELDS}),
                self._session.get("claims", ClaimsAnswer, deadline, {**params, "fields": CLAIM_FIELDS}),
            )
            exchanges, claims = one.exchanges, two.claims
        now = datetime.now(UTC)
        return [mapping.order(doc, now, _of(exchanges, doc.id), _of(claims, doc.id)) for doc in docs]

    def _phone(self, raw: str) -> str | None:
        return phone_key(raw, self._region) if raw else None


def _grown(doc: OrderDoc) -> bool:
    return any(item.created_at is not None and item.created_at > doc.created_at for item in doc.items)


def _of(swaps: Iterable[SwapDoc], order_id: str) -> list[SwapDoc]:
    # A draft has nothing in it that the order would know.
    return [swap for swap in swaps if swap.order_id == order_id and swap.additional_items]
