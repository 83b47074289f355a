"""What every connector does with orders once they are in normal form. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from voicebot.oms.connector import FoundOrders
from voicebot.oms.model import CustomerRef, Order
from voicebot.oms.status import FulfillmentStatus, OrderStatus

_OVER = frozenset({OrderStatus.CANCELLED, OrderStatus.COMPLETED, OrderStatus.ARCHIVED})


def found(orders: Iterable[Order], customers: Iterable[CustomerRef], limit: int, fetched_at: datetime) -> FoundOrders:
    """The answer to a search: unsettled orders first, each kind newest first."""
    newest_first = sorted(orders, key=lambda order: order.placed_at, reverse=True)
    settled_last = sorted(newest_first, key=_settled)
    return FoundOrders(orders=tuple(settled_last[:limit]), customers=tuple(customers), fetched_at=fetched_at)


def versioned(order: Order, *more: object) -> Order:
    """With a print of everything about it that a plan rests upon, and of `more` that does where it comes from.

    Order systems' own versions, or times of change, move when a note is written, or stand still when money moves.
    """
    kept = (order.status, order.raw_payment_status, order.total, order.lines, order.ship_to)
    moved = ([(s.id, s.status) for s in order.shipments], [(p.reference, p.amount) for p in order.payments])
    back = ([(r.id, r.amount) for r in order.refunds], [(r.id, r.raw_status) for r in order.returns])
    print_ = hashlib.sha256(repr((kept, moved, back, more)).encode()).hexdigest()
    return replace(order, version=print_[:16])


def _settled(order: Order) -> bool:
    return order.status in _OVER or order.fulfillment_status is FulfillmentStatus.DELIVERED
