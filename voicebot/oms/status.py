"""Normalised statuses. A word that no table knows becomes `unknown` and keeps its raw form: none is ever invented."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar


class OrderStatus(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ON_HOLD = "on_hold"
    ARCHIVED = "archived"
    UNKNOWN = "unknown"


class PaymentStatus(StrEnum):
    NOT_PAID = "not_paid"
    AUTHORIZED = "authorized"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"
    UNKNOWN = "unknown"


class FulfillmentStatus(StrEnum):
    UNFULFILLED = "unfulfilled"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    FULFILLED = "fulfilled"
    PARTIALLY_SHIPPED = "partially_shipped"
    SHIPPED = "shipped"
    PARTIALLY_DELIVERED = "partially_delivered"
    DELIVERED = "delivered"


class ShipmentStatus(StrEnum):
    LABEL_CREATED = "label_created"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    DELIVERY_ATTEMPT_FAILED = "delivery_attempt_failed"
    DELAYED = "delayed"
    EXCEPTION = "exception"
    DELIVERED = "delivered"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a parcel is late, stuck or not handed over."""

    ADDRESS_PROBLEM = "address_problem"
    NOBODY_HOME = "nobody_home"
    REFUSED = "refused"
    CUSTOMS = "customs"
    WEATHER = "weather"
    CARRIER_FAULT = "carrier_fault"
    DAMAGED = "damaged"
    LOST = "lost"


class ReturnStatus(StrEnum):
    DRAFT = "draft"
    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    LABEL_ISSUED = "label_issued"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    INSPECTED = "inspected"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class ExchangeStatus(StrEnum):
    DRAFT = "draft"
    REQUESTED = "requested"
    AWAITING_PAYMENT = "awaiting_payment"
    CONFIRMED = "confirmed"
    SHIPPED = "shipped"
    DONE = "done"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class RefundStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class PickupStatus(StrEnum):
    PREPARING = "preparing"
    READY = "ready"
    COLLECTED = "collected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class SubscriptionStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    PAST_DUE = "past_due"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class CustomerStatus(StrEnum):
    ACTIVE = "active"
    GUEST = "guest"
    BLOCKED = "blocked"
    ERASED = "erased"
    UNKNOWN = "unknown"


S = TypeVar("S", bound=StrEnum)


def normalised(kind: type[S], raw: str) -> S:
    """The member of `kind` called `raw`, else its `unknown` (every kind passed here has one).

    The caller keeps `raw` beside the result: `OrderStatus.UNKNOWN` with raw `"awaiting_llama"` can still be counted.
    """
    try:
        return kind(raw.strip().lower())
    except ValueError:
        return kind("unknown")
