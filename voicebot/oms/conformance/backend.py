"""What the conformance suite needs of an order system under test: a connector, and a way to make orders behind it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from voicebot.oms.connector import OmsConnector


class State(StrEnum):
    """How far an order has come."""

    UNPAID = "unpaid"
    """Placed; the payment failed or never came."""
    PAID = "paid"
    """Paid (captured) and not packed: it may still be cancelled or changed."""
    SHIPPED = "shipped"
    """Paid, all of it on its way."""
    DELIVERED = "delivered"
    """Paid, all of it delivered."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An order to be made. What is left out does not matter to the behaviour.

    Attributes:
        pieces: of each line's product, one entry a line; `(2,)` is one line with two pieces.
        item: name of the first line's product, when it matters.
        guest: no customer account; `email` and `phone` are on the order itself.
        email, phone: two orders wanted with the same e-mail belong to one customer, and with different e-mails to two;
            made up by the backend when left out.
        subscription: the customer also has an active subscription. `Cap.SUBSCRIPTIONS`.
        store_credit_minor: in the customer's account. `Cap.STORE_CREDIT`.
        raw_status: a status word of the backend that no table maps.
    """

    state: State = State.PAID
    pieces: tuple[int, ...] = (1,)
    item: str | None = None
    currency: str | None = None
    guest: bool = False
    first_name: str = "Ada"
    email: str | None = None
    phone: str | None = None
    subscription: bool = False
    store_credit_minor: int | None = None
    raw_status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """`number` as it is printed for the customer; `total_minor` as the backend's own interface has it."""

    order_id: str
    number: str
    total_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """SKUs that can be sent instead of what `make_order` puts into a first line, and code words; None: not there."""

    product_text: str
    """Words that find the product of a first line."""
    sku: str
    """What `make_order` puts into a first line."""
    other_variant: str
    """Of the same product at the same price, in stock."""
    sold_out: str | None = None
    dearer: str | None = None
    promo_valid: str | None = None
    promo_expired: str | None = None


class CannotMake(Exception):  # noqa: N818
    """The backend has no such thing: the behaviour is not applicable, and this says why."""


class Backend(Protocol):
    """One running order system with a connector to it. Every method waits until the backend shows what it did."""

    @property
    def name(self) -> str: ...

    @property
    def connector(self) -> OmsConnector: ...

    @property
    def shelf(self) -> Shelf: ...

    async def make_order(self, wanted: Wanted) -> Made:
        """A new order with a number of its own. Raises `CannotMake`."""
        ...

    async def number_containing(self, number: str) -> str:
        """Number of a further order that contains `number` as a part, or has it as a part: a substring search would
        take the one for the other. Raises `CannotMake`."""
        ...

    async def touch(self, order_id: str) -> None:
        """Change the order as somebody else would, in the web shop or the back office, so that a plan is stale."""
        ...

    async def notes(self, order_id: str) -> list[str]:
        """Texts of the notes on the order, as colleagues see them."""
        ...

    async def stock(self, sku: str) -> int:
        """Pieces on the shelf. Raises `CannotMake`."""
        ...

    async def webhook(self, order_id: str) -> tuple[Mapping[str, str], bytes]:
        """Headers and body of a genuine webhook about an order, not delivered yet. Raises `CannotMake`."""
        ...

    def losing_answers(self) -> AbstractAsyncContextManager[None]:
        """Inside, writes are done but their answers get lost on the way: the connector sees a broken answer."""
        ...

    def dropping_writes(self) -> AbstractAsyncContextManager[None]:
        """Inside, writes fail before anything is done."""
        ...

    def slow(self, seconds: float) -> AbstractAsyncContextManager[None]:
        """Inside, every answer takes this much longer."""
        ...
