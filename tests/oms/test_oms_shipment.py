from __future__ import annotations

from dataclasses import replace

from oms_builders import NOW, moment, parcel

from voicebot.oms.shipment import Shipment, TrackingEvent, is_stale, silent_days
from voicebot.oms.status import Reason, ShipmentStatus

S = ShipmentStatus


def test_status_without_events_is_what_the_shop_did() -> None:
    assert Shipment(id="s").status is S.LABEL_CREATED
    assert Shipment(id="s", shipped_at=NOW).status is S.IN_TRANSIT


def test_reason_lasts_until_the_status_changes() -> None:
    delayed = parcel(S.DELAYED, reason=Reason.WEATHER, scanned=-2)
    again = replace(delayed, events=(*delayed.events, TrackingEvent(at=moment(-1), status=S.DELAYED, raw="x")))
    moving = replace(delayed, events=(*delayed.events, TrackingEvent(at=moment(-1), status=S.IN_TRANSIT, raw="x")))
    assert again.reason is Reason.WEATHER
    assert moving.reason is None


def test_delivery_that_was_taken_back_is_no_delivery() -> None:
    delivered = parcel(S.DELIVERED, scanned=-2)
    assert delivered.delivered_at == moment(-2)
    back = replace(delivered, events=(*delivered.events, TrackingEvent(at=moment(-1), status=S.RETURNING, raw="x")))
    assert back.delivered_at is None


def test_only_moving_parcels_fall_silent() -> None:
    assert silent_days(parcel(S.IN_TRANSIT, scanned=-6), now=NOW) == 6
    assert is_stale(parcel(S.IN_TRANSIT, scanned=-6), now=NOW, after_days=6)
    assert not is_stale(parcel(S.IN_TRANSIT, scanned=-6), now=NOW, after_days=7)
    for status in (S.DELIVERED, S.LABEL_CREATED, S.AVAILABLE_FOR_PICKUP, S.LOST, S.RETURNED, S.CANCELLED):
        assert silent_days(parcel(status, scanned=-30), now=NOW) is None


def test_silence_counts_from_the_handover_when_nothing_was_scanned() -> None:
    assert silent_days(Shipment(id="s", shipped_at=moment(-5)), now=NOW) == 5


def test_scan_of_the_near_future_is_not_negative_silence() -> None:
    assert silent_days(parcel(S.OUT_FOR_DELIVERY, scanned=1), now=NOW) == 0
