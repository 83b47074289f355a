"""The shop's world in one normal form, whichever order system it came from.

Money is in minor units, times are aware UTC datetimes, dates are the shop's local dates, phones are E.164, countries
ISO 3166-1 alpha-2. Every status keeps the backend's own word beside it (`raw_status`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from voicebot.oms.money import Money
from voicebot.oms.shipment import Shipment
from voicebot.oms.status import (
    CustomerStatus,
    ExchangeStatus,
    FulfillmentStatus,
    OrderStatus,
    PaymentStatus,
    PickupStatus,
    RefundStatus,
    ReturnStatus,
    SubscriptionStatus,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    name: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    id: str
    plan: str
    status: SubscriptionStatus
    raw_status: str
    price: Money
    next_charge_on: date | None = None
    pause_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    id: str
    first_name: str
    last_name: str
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()
    tier: str = "standard"
    locale: str = "en-US"
    status: CustomerStatus = CustomerStatus.ACTIVE
    consents: Mapping[str, bool] = field(default_factory=dict)
    """Purpose (`marketing_sms`, `call_recording` …) -> given."""
    contact_changed_at: datetime | None = None
    """Last change of e-mail, phone or address on file: recent changes block risky actions."""
    subscriptions: tuple[Subscription, ...] = ()
    points: int | None = None
    """Loyalty points; None when the backend knows no such thing."""
    points_expire_on: date | None = None
    store_credit: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One product variant. Quantities count pieces; `unit_price` is what was paid, discounts taken off.

    `seller` is the third party that sells it on our marketplace; empty when it is the shop itself.
    """

    id: str
    sku: str
    name: str
    product_type: str
    unit_price: Money
    quantity: int
    variant: str = ""
    tags: tuple[str, ...] = ()
    fulfilled: int = 0
    shipped: int = 0
    delivered: int = 0
    return_requested: int = 0
    returned: int = 0
    written_off: int = 0
    seller: str = ""

    @property
    def cancellable(self) -> int:
        """Pieces that nobody has begun to pack."""
        return max(0, self.quantity - self.written_off - max(self.fulfilled, self.shipped, self.delivered))

    @property
    def returnable(self) -> int:
        """Pieces that the customer has, and that no return is open for."""
        return max(0, self.delivered - self.returned - self.return_requested)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """`captured_at` is None while the money is only reserved, or after the payment has `failed`."""

    reference: str
    method: str
    amount: Money
    captured_at: datetime | None = None
    failed: bool = False
    decline_reason: str = ""
    """Code of why it failed, as the payment provider gave it: `insufficient_funds`, `expired_card` …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    id: str
    amount: Money
    status: RefundStatus
    raw_status: str
    method: str = "original"
    """`original` payment or `store_credit`."""
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    line_id: str
    quantity: int
    reason: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    id: str
    status: ReturnStatus
    raw_status: str
    lines: tuple[ReturnLine, ...]
    requested_at: datetime
    resolution: str = "refund"
    fee: Money | None = None
    send_back_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A return with something sent in its place. `difference` > 0 is still to be paid by the customer."""

    id: str
    status: ExchangeStatus
    raw_status: str
    return_id: str
    sku: str
    name: str
    quantity: int
    difference: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """Something sent again free of charge, in place of what was lost, damaged, wrong or missing."""

    id: str
    status: ExchangeStatus
    raw_status: str
    lines: tuple[ReturnLine, ...]
    requested_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickup:
    """Click and collect: a store's name, and how long the order waits there."""

    store: str
    status: PickupStatus
    raw_status: str
    ready_on: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A snapshot of an order as of `fetched_at`; re-read before any write."""

    id: str
    number: str
    placed_at: datetime
    currency: str
    total: Money
    status: OrderStatus
    raw_status: str
    payment_status: PaymentStatus
    raw_payment_status: str
    fetched_at: datetime
    lines: tuple[OrderLine, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    returns: tuple[Return, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    customer_id: str | None = None
    email: str | None = None
    phone: str | None = None
    ship_to: Address = Address()
    channel: str = "web"
    tier: str = "standard"
    promised_by: date | None = None
    hold_reason: str | None = None
    cancelled_at: datetime | None = None
    discount: Money | None = None
    shipping: Money | None = None
    version: str = ""
    """Another one after every change that could make a plan stale; empty when the backend has none."""
    replacements: tuple[Replacement, ...] = ()
    pickup: Pickup | None = None
    gift: bool = False
    promo_codes: tuple[str, ...] = ()
    order_count: int | None = None
    """Orders of this customer in all; None when the backend does not say."""
    contact_changed_at: datetime | None = None
    """Last change of the customer's contacts or address on file; None when there was none, or none is known."""

    @property
    def fulfillment_status(self) -> FulfillmentStatus:
        return fulfillment_of(self.lines)

    @property
    def captured_minor(self) -> int:
        return sum(p.amount.minor for p in self.payments if p.captured_at is not None and not p.failed)

    @property
    def refundable_minor(self) -> int:
        """Paid, and not promised back yet."""
        back = sum(r.amount.minor for r in self.refunds if r.status not in _NO_MONEY_BACK)
        return max(0, self.captured_minor - back)

    @property
    def open_minor(self) -> int:
        """What the customer still has to pay; money that is reserved needs nobody to pay it."""
        if self.status is OrderStatus.CANCELLED:
            return 0
        due = 0
        if self.payment_status in (PaymentStatus.NOT_PAID, PaymentStatus.PARTIALLY_PAID):
            reserved = self.payment_status is PaymentStatus.PARTIALLY_PAID
            counted = [p for p in self.payments if not p.failed and (p.captured_at is not None or reserved)]
            due = max(0, self.total.minor - sum(p.amount.minor for p in counted))
        waiting = [e for e in self.exchanges if e.status is ExchangeStatus.AWAITING_PAYMENT]
        return due + sum(max(0, e.difference.minor) for e in waiting)


_NO_MONEY_BACK = frozenset({RefundStatus.FAILED, RefundStatus.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRef:
    """As much of a customer as a search may return."""

    id: str
    first_name: str
    tier: str = "standard"
    status: CustomerStatus = CustomerStatus.ACTIVE


def fulfillment_of(lines: tuple[OrderLine, ...]) -> FulfillmentStatus:
    """The furthest stage that lines reached, `partially_` unless all pieces did."""
    wanted = sum(line.quantity - line.written_off for line in lines)
    stages = (
        (sum(line.delivered for line in lines), FulfillmentStatus.DELIVERED, FulfillmentStatus.PARTIALLY_DELIVERED),
        (sum(line.shipped for line in lines), FulfillmentStatus.SHIPPED, FulfillmentStatus.PARTIALLY_SHIPPED),
        (sum(line.fulfilled for line in lines), FulfillmentStatus.FULFILLED, FulfillmentStatus.PARTIALLY_FULFILLED),
    )
    for count, whole, part in stages:
        if count > 0:
            return whole if count >= wanted else part
    return FulfillmentStatus.UNFULFILLED
