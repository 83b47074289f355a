"""What every order system looks like to us: one small asynchronous interface, typed errors, deadlines.

A connector translates; it does not cache, retry or limit (the guard does). It raises only `OmsError`s. Reads are
below; the writes that connectors grow are `plan`, `commit`, `abandon`, `add_note` and `verify_webhook`, each announced
by its own `Cap`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from voicebot.errors import VoicebotError
from voicebot.oms.model import CustomerRef, Order


class Cap(StrEnum):
    """What a backend can do, so that callers ask no more of it."""

    FIND_BY_NUMBER = "find_by_number"
    FIND_BY_EMAIL = "find_by_email"
    FIND_BY_PHONE = "find_by_phone"
    FIND_BY_PAYMENT = "find_by_payment"
    FIND_BY_CUSTOMER = "find_by_customer"
    NEAREST_NUMBERS = "nearest_numbers"


class KeyKind(StrEnum):
    NUMBER = "number"
    EMAIL = "email"
    PHONE = "phone"
    PAYMENT_REFERENCE = "payment_reference"
    CUSTOMER_ID = "customer_id"


#: A number as it was heard: in one form, or n-best hypotheses with their mean log-probabilities, best first.
Heard = str | Sequence[tuple[str, float]]

CAP_OF_KEY = {
    KeyKind.NUMBER: Cap.FIND_BY_NUMBER,
    KeyKind.EMAIL: Cap.FIND_BY_EMAIL,
    KeyKind.PHONE: Cap.FIND_BY_PHONE,
    KeyKind.PAYMENT_REFERENCE: Cap.FIND_BY_PAYMENT,
    KeyKind.CUSTOMER_ID: Cap.FIND_BY_CUSTOMER,
}


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One exact search key, already normalised (see `voicebot.oms.keys`)."""

    kind: KeyKind
    value: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the running event loop's monotonic clock; it travels with the work."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        return cls(asyncio.get_running_loop().time() + seconds)

    def left_s(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.at - asyncio.get_running_loop().time())


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOrders:
    """Answer to a search. Customers are those that the key itself identifies: two when two share a phone."""

    orders: tuple[Order, ...]
    customers: tuple[CustomerRef, ...]
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    ok: bool
    version: str = ""
    detail: str = ""


class OmsError(VoicebotError):
    """The order system did not give a usable answer. `status` is the word the dialogue gets."""

    status = "unavailable"
    counts_against_backend = True
    """Whether the circuit breaker should hold it against the backend."""


class NotFound(OmsError):  # noqa: N818
    """The order system answered, and there is no such thing."""

    status = "not_found"
    counts_against_backend = False


class Throttled(OmsError):  # noqa: N818
    """Too many requests; `retry_after_s` is the backend's wish, or our guess."""

    counts_against_backend = False

    def __init__(self, what: str, *, where: str = "", fix: str = "", retry_after_s: float = 1.0) -> None:
        super().__init__(what, where=where, fix=fix)
        self.retry_after_s = retry_after_s


class Unavailable(OmsError):  # noqa: N818
    """Unreachable, or it answered with a server error."""


class DeadlineExceeded(OmsError):  # noqa: N818
    """No answer in time."""

    status = "timeout"


class BadAnswer(OmsError):  # noqa: N818
    """It answered something that is not an answer: HTML, broken JSON, wrong fields."""

    status = "bad_answer"


class OmsConnector(Protocol):
    """A backend. Every method raises `OmsError` subclasses only, and gives up at its deadline."""

    name: str
    caps: frozenset[Cap]

    async def find_customers(
        self, *, phone: str | None = None, email: str | None = None, limit: int = 3, deadline: Deadline
    ) -> tuple[CustomerRef, ...]:
        """Customers by exactly one of E.164 phone or lower-case e-mail; empty when there is none."""
        ...

    async def find_orders(self, key: OrderKey, *, limit: int, deadline: Deadline) -> FoundOrders:
        """Orders that fit the key exactly, unsettled and newest first; empty when there is none."""
        ...

    async def get_order(self, order_id: str, *, deadline: Deadline) -> Order:
        """One order by the backend's id. Raises `NotFound`."""
        ...

    async def nearest_numbers(self, heard: Heard, *, limit: int, deadline: Deadline) -> tuple[str, ...]:
        """Existing order numbers that `heard` may be a mishearing of, closest first, itself included if it exists.

        A backend that cannot search by sound may keep a `voicebot.identifiers.nearest.NumberIndex` of its numbers.
        """
        ...

    async def health(self, *, deadline: Deadline) -> Health: ...

    async def close(self) -> None: ...
