"""What the shop's file keeps of an order and of a customer: the document, and the keys that it is found by. Pure."""

from __future__ import annotations

from typing import NamedTuple

from voicebot.oms.connector import KeyKind
from voicebot.oms.demo.schema import CustomerDoc, OrderDoc, compact
from voicebot.oms.keys import email_key, name_key, number_key

SETTLED = frozenset({"completed", "cancelled", "archived"})
"""States of an order that nobody waits for any more."""


class OrderRow(NamedTuple):
    """One row of `orders`, but for the last field, which are rows of `payments`."""

    id: str
    number_key: str
    digits: str
    customer_id: str | None
    email: str | None
    phone: str | None
    settled: int
    placed_at: str
    doc: str
    references: tuple[str, ...]


class CustomerRow(NamedTuple):
    """One row of `customers`, and its rows of `contacts` as kinds of key and values."""

    id: str
    doc: str
    contacts: frozenset[tuple[str, str]]


def order_row(order: OrderDoc) -> OrderRow:
    number = number_key(order.number)
    # Contacts of a known customer are found through the customer; the order's own matter when they differ.
    return OrderRow(
        id=order.id,
        number_key=number,
        digits="".join(c for c in number if c.isdigit()),
        customer_id=order.customer_id,
        email=email_key(order.email) if order.email else None,
        phone=order.phone,
        settled=int(order.status in SETTLED),
        placed_at=order.placed_at.isoformat(),
        doc=compact(order),
        references=tuple(dict.fromkeys(payment.reference for payment in order.payments)),
    )


def customer_row(customer: CustomerDoc) -> CustomerRow:
    # The present address counts, not one before.
    names = (name_key(f"{customer.first_name} {customer.last_name}", a.postcode) for a in customer.addresses[:1])
    contacts = [
        *((KeyKind.EMAIL.value, email_key(e)) for e in customer.emails),
        *((KeyKind.PHONE.value, p) for p in customer.phones),
        *((KeyKind.NAME_POSTCODE.value, name) for name in names if name),
    ]
    return CustomerRow(customer.id, compact(customer), frozenset(contacts))
