"""What can have happened to an order, as a table. Days count back from today; a promise or estimate counts forward."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.oms.status import Reason, ShipmentStatus

S = ShipmentStatus
R = Reason
Range = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One row of the table.

    Attributes:
        weight: how often it happens, relative to the others.
        scan: days since the last scan; for orders without a parcel, days since they were placed.
        parcel: last status of the parcel, None when none was made.
        promise: days from today to the promised date; None is around the delivery.
        eta: days from today to the carrier's estimate, if it gave one.
        split: `two` parcels (the other one delivered), or the `rest` has not shipped yet.
        back: status of a return of the first line.
        refund: status of a refund of the first line (`all` of the order when it was cancelled).
    """

    name: str
    weight: int
    scan: Range
    parcel: ShipmentStatus | None = None
    reason: Reason | None = None
    promise: Range | None = (1, 5)
    eta: Range | None = None
    status: str = "open"
    payment: str = "paid"
    hold: str | None = None
    split: str = ""
    back: str = ""
    exchange: str = ""
    refund: str = ""
    pickup: bool = False
    raw_code: str = ""
    """A carrier's word that nobody has mapped yet."""


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(name="new", weight=50, scan=(1, 2), promise=(3, 7), payment="authorized"),
    Scenario(name="late_not_shipped", weight=15, scan=(8, 14), promise=(-4, -1)),
    Scenario(name="hold_review", weight=10, scan=(1, 3), status="on_hold", hold="payment review", payment="authorized"),
    Scenario(name="hold_unpaid", weight=10, scan=(1, 4), status="on_hold", hold="payment failed", payment="not_paid"),
    Scenario(name="label_created", weight=30, scan=(1, 2), parcel=S.LABEL_CREATED, promise=(2, 5)),
    Scenario(name="picked_up", weight=30, scan=(1, 1), parcel=S.PICKED_UP, promise=(2, 5), eta=(2, 4)),
    Scenario(name="in_transit", weight=120, scan=(1, 2), parcel=S.IN_TRANSIT, promise=(1, 4), eta=(1, 3)),
    Scenario(name="late_in_transit", weight=40, scan=(1, 2), parcel=S.IN_TRANSIT, promise=(-3, -1), eta=(1, 2)),
    Scenario(
        name="delayed_weather", weight=30, scan=(1, 2), parcel=S.DELAYED, reason=R.WEATHER, promise=(-4, 1), eta=(1, 4)
    ),
    Scenario(
        name="delayed_carrier",
        weight=20,
        scan=(1, 2),
        parcel=S.DELAYED,
        reason=R.CARRIER_FAULT,
        promise=(-3, 1),
        eta=(2, 4),
    ),
    Scenario(name="delayed_customs", weight=15, scan=(2, 4), parcel=S.DELAYED, reason=R.CUSTOMS, promise=(-5, 2)),
    Scenario(name="out_for_delivery", weight=40, scan=(0, 0), parcel=S.OUT_FOR_DELIVERY, promise=(0, 1), eta=(0, 0)),
    Scenario(
        name="nobody_home",
        weight=20,
        scan=(1, 1),
        parcel=S.DELIVERY_ATTEMPT_FAILED,
        reason=R.NOBODY_HOME,
        promise=(-1, 0),
    ),
    Scenario(name="bad_address", weight=15, scan=(1, 3), parcel=S.EXCEPTION, reason=R.ADDRESS_PROBLEM, promise=(-2, 1)),
    Scenario(name="damaged", weight=10, scan=(1, 3), parcel=S.EXCEPTION, reason=R.DAMAGED, promise=(-2, 0)),
    Scenario(name="refused", weight=8, scan=(1, 3), parcel=S.EXCEPTION, reason=R.REFUSED, promise=(-2, 0)),
    Scenario(name="customs_papers", weight=8, scan=(2, 5), parcel=S.EXCEPTION, reason=R.CUSTOMS, promise=(-4, 0)),
    Scenario(
        name="at_pickup_point", weight=20, scan=(1, 4), parcel=S.AVAILABLE_FOR_PICKUP, promise=(-2, 1), pickup=True
    ),
    Scenario(name="store_collection", weight=15, scan=(1, 3), promise=(0, 2), pickup=True),
    Scenario(name="stale", weight=20, scan=(6, 12), parcel=S.IN_TRANSIT, promise=(-7, -2)),
    Scenario(name="expired", weight=5, scan=(31, 40), parcel=S.EXPIRED, promise=(-36, -30)),
    Scenario(name="lost", weight=12, scan=(5, 12), parcel=S.LOST, reason=R.LOST, promise=(-10, -4)),
    Scenario(name="returning", weight=12, scan=(1, 3), parcel=S.RETURNING, promise=(-6, -2)),
    Scenario(name="returned_to_sender", weight=8, scan=(2, 6), parcel=S.RETURNED, promise=(-9, -5)),
    Scenario(
        name="unmapped", weight=6, scan=(1, 3), parcel=S.UNKNOWN, promise=(0, 3), raw_code="held_for_inventory_audit"
    ),
    Scenario(name="split_two", weight=40, scan=(1, 2), parcel=S.IN_TRANSIT, promise=(1, 3), eta=(1, 3), split="two"),
    Scenario(name="split_two_late", weight=15, scan=(1, 2), parcel=S.IN_TRANSIT, promise=(-3, -1), split="two"),
    Scenario(name="split_rest", weight=30, scan=(1, 2), parcel=S.IN_TRANSIT, promise=(1, 4), eta=(1, 2), split="rest"),
    Scenario(name="delivered_now", weight=200, scan=(1, 13), parcel=S.DELIVERED, promise=None, status="completed"),
    Scenario(name="delivered_then", weight=820, scan=(15, 300), parcel=S.DELIVERED, promise=None, status="completed"),
    Scenario(
        name="return_requested",
        weight=25,
        scan=(3, 20),
        parcel=S.DELIVERED,
        promise=None,
        status="completed",
        back="requested",
    ),
    Scenario(
        name="return_coming",
        weight=25,
        scan=(8, 25),
        parcel=S.DELIVERED,
        promise=None,
        status="completed",
        back="in_transit",
    ),
    Scenario(
        name="return_refunded",
        weight=50,
        scan=(20, 90),
        parcel=S.DELIVERED,
        promise=None,
        status="completed",
        payment="partially_refunded",
        back="resolved",
        refund="succeeded",
    ),
    Scenario(
        name="return_refund_pending",
        weight=20,
        scan=(12, 25),
        parcel=S.DELIVERED,
        promise=None,
        status="completed",
        back="received",
        refund="pending",
    ),
    Scenario(
        name="exchanged",
        weight=20,
        scan=(12, 40),
        parcel=S.DELIVERED,
        promise=None,
        status="completed",
        back="received",
        exchange="confirmed",
    ),
    Scenario(name="cancelled_unpaid", weight=25, scan=(2, 60), status="cancelled", payment="voided"),
    Scenario(name="cancelled_refunded", weight=60, scan=(4, 90), status="cancelled", payment="refunded", refund="all"),
)

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
