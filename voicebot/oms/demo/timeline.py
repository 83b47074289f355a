"""Dates and carrier histories of one demo order. Pure: today, zone and random numbers come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from voicebot.oms import carriers
from voicebot.oms.demo.catalog import Carrier
from voicebot.oms.demo.schema import ScanDoc
from voicebot.oms.status import Reason, ShipmentStatus

S = ShipmentStatus

#: Words of a history, oldest first, that lead to each last status. `in_transit` may repeat.
_BEFORE: dict[ShipmentStatus, tuple[ShipmentStatus, ...]] = {
    S.LABEL_CREATED: (),
    S.PICKED_UP: (S.LABEL_CREATED,),
    S.OUT_FOR_DELIVERY: (S.LABEL_CREATED, S.PICKED_UP, S.IN_TRANSIT),
    S.DELIVERED: (S.LABEL_CREATED, S.PICKED_UP, S.IN_TRANSIT, S.OUT_FOR_DELIVERY),
    S.DELIVERY_ATTEMPT_FAILED: (S.LABEL_CREATED, S.PICKED_UP, S.IN_TRANSIT, S.OUT_FOR_DELIVERY),
    S.RETURNED: (S.LABEL_CREATED, S.PICKED_UP, S.IN_TRANSIT, S.RETURNING),
}
_OTHERWISE = (S.LABEL_CREATED, S.PICKED_UP, S.IN_TRANSIT)
_TEXT = {
    S.LABEL_CREATED: "Shipment announced",
    S.PICKED_UP: "Accepted by the carrier",
    S.IN_TRANSIT: "Arrived at the sorting centre",
    S.OUT_FOR_DELIVERY: "Out for delivery",
    S.AVAILABLE_FOR_PICKUP: "Ready to be collected",
    S.DELIVERY_ATTEMPT_FAILED: "Delivery was attempted",
    S.DELAYED: "The delivery is delayed",
    S.EXCEPTION: "The shipment needs attention",
    S.DELIVERED: "Delivered",
    S.RETURNING: "On its way back to the sender",
    S.RETURNED: "Handed back to the sender",
    S.LOST: "The shipment cannot be found",
    S.EXPIRED: "No further information",
}
#: Local hour of each scan. The night's loading scan comes first, so that nothing dated today lies ahead of breakfast.
_HOUR = {S.LABEL_CREATED: 10, S.PICKED_UP: 13, S.IN_TRANSIT: 18, S.OUT_FOR_DELIVERY: 3, S.DELIVERED: 14}
_OTHER_HOUR = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The shop's calendar."""

    today: date
    zone: ZoneInfo

    def day(self, days: int) -> date:
        """`days` from today; negative is past."""
        return self.today + timedelta(days=days)

    def at(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        """A local time of day, in UTC."""
        return datetime.combine(self.day(-days_ago), time(hour, minute), self.zone).astimezone(UTC)


def carrier_for(
    rng: Random, choice: tuple[Carrier, ...], last: ShipmentStatus, reason: Reason | None, raw: str
) -> Carrier:
    """A carrier whose words can tell this story to its end."""
    able = [c for c in choice if raw or carriers.code_for(c.vocabulary, last, reason)]
    return rng.choice(able)


def history(
    carrier: Carrier,
    last: ShipmentStatus,
    reason: Reason | None,
    *,
    shipped: int,
    scanned: int,
    clock: Clock,
    minute: int,
    city: str,
    raw: str = "",
) -> tuple[ScanDoc, ...]:
    """Scans from the label (`shipped` days ago) to the last one (`scanned` days ago), oldest first."""
    before = _BEFORE.get(last, _OTHERWISE)
    # The middle of the journey is spread evenly; the loading scan belongs to the day of the attempt.
    steps: list[tuple[int, ShipmentStatus]] = []
    for index, status in enumerate(before):
        day = scanned if status is S.OUT_FOR_DELIVERY else shipped - (shipped - scanned) * index // (len(before) + 1)
        steps.append((day, status))
    scans = []
    for day, status in steps:
        if code := carriers.code_for(carrier.vocabulary, status):
            scans.append(_scan(clock.at(day, _HOUR.get(status, _OTHER_HOUR), minute), code, status, city))
    code = raw or carriers.code_for(carrier.vocabulary, last, reason) or last.value
    end = _scan(clock.at(scanned, _HOUR.get(last, _OTHER_HOUR), minute), code, last, city)
    return (*(scan for scan in scans if scan.at < end.at), end)


def _scan(at: datetime, code: str, status: ShipmentStatus, city: str) -> ScanDoc:
    return ScanDoc(at=at, code=code, text=_TEXT.get(status, ""), place="" if status is S.LABEL_CREATED else city)
