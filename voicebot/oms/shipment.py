"""Parcels, what carriers said about them, and what follows from that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from voicebot.oms.status import Reason, ShipmentStatus

#: Physical scans: the parcel is, or was, in the carrier's hands.
_MOVING = frozenset(
    {
        ShipmentStatus.PICKED_UP,
        ShipmentStatus.IN_TRANSIT,
        ShipmentStatus.OUT_FOR_DELIVERY,
        ShipmentStatus.DELIVERY_ATTEMPT_FAILED,
        ShipmentStatus.DELAYED,
        ShipmentStatus.EXCEPTION,
        ShipmentStatus.RETURNING,
        ShipmentStatus.EXPIRED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingEvent:
    """One line of a carrier's history. `at` is UTC; `raw` is the carrier's own code."""

    at: datetime
    status: ShipmentStatus
    raw: str
    reason: Reason | None = None
    action_required: bool = False
    text: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentLine:
    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """One parcel (or one hand-over at a store).

    Attributes:
        events: oldest first.
        promised_by: the shop's promise to the customer, a date in the shop's zone.
        eta: the carrier's latest estimate, or None when it gave none.
        pickup_point: name and street of the store or locker, when it is collected.
    """

    id: str
    lines: tuple[ShipmentLine, ...] = ()
    carrier: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    shipped_at: datetime | None = None
    promised_by: date | None = None
    eta: date | None = None
    pickup_point: str | None = None
    events: tuple[TrackingEvent, ...] = ()

    @property
    def latest(self) -> TrackingEvent | None:
        return self.events[-1] if self.events else None

    @property
    def status(self) -> ShipmentStatus:
        """The last event's status; without events, what the shop knows: handed over or labelled."""
        if self.latest is not None:
            return self.latest.status
        return ShipmentStatus.IN_TRANSIT if self.shipped_at else ShipmentStatus.LABEL_CREATED

    @property
    def reason(self) -> Reason | None:
        """Why it is where it is: the last event's reason, or an earlier one that no other status has superseded."""
        for event in reversed(self.events):
            if event.status is not self.status:
                return None
            if event.reason is not None:
                return event.reason
        return None

    @property
    def delivered_at(self) -> datetime | None:
        """When it was handed over, as long as nothing later says otherwise."""
        if self.latest is None or self.latest.status is not ShipmentStatus.DELIVERED:
            return None
        return next(e.at for e in self.events if e.status is ShipmentStatus.DELIVERED)


def silent_days(shipment: Shipment, *, now: datetime) -> int | None:
    """Whole days since the last scan of a parcel that should be moving, else None."""
    if shipment.status not in _MOVING:
        return None
    last = shipment.latest.at if shipment.latest else shipment.shipped_at
    return max(0, (now - last).days) if last else None


def is_stale(shipment: Shipment, *, now: datetime, after_days: int) -> bool:
    """True when a moving parcel was not scanned for `after_days`. Our own conclusion, never a carrier's word."""
    days = silent_days(shipment, now=now)
    return days is not None and days >= after_days
