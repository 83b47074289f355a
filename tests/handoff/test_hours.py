from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.errors import ConfigError
from voicebot.handoff.hours import business_hours
from voicebot.handoff.settings import HandoffSettings

BERLIN = ZoneInfo("Europe/Berlin")
WORKDAYS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-18:00")
HOURS = business_hours(HandoffSettings(timezone="Europe/Berlin", hours=WORKDAYS, holidays=("2026-12-25",)))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-23T10:00", "2026-11-23T12:00"),  # within the day
        ("2026-11-23T17:00", "2026-11-24T10:00"),  # over the night
        ("2026-11-23T16:00", "2026-11-23T18:00"),  # exactly until closing
        ("2026-11-23T05:00", "2026-11-23T11:00"),  # before opening
        ("2026-11-20T17:30", "2026-11-23T10:30"),  # over the weekend
        ("2026-11-21T12:00", "2026-11-23T11:00"),  # on a Saturday
        ("2026-12-24T17:00", "2026-12-28T10:00"),  # over a holiday and a weekend
        ("2026-11-23T18:00", "2026-11-24T11:00"),  # at closing time
    ],
)
def test_a_call_back_is_due_after_so_much_opening_time(now: str, due: str) -> None:
    assert HOURS.due(at(now), timedelta(hours=2)) == at(due)


def test_a_long_promise_spans_days() -> None:
    assert HOURS.due(at("2026-11-23T09:00"), timedelta(hours=20)) == at("2026-11-25T11:00")


def test_days_on_which_clocks_change_have_their_own_length() -> None:
    sundays = business_hours(HandoffSettings(timezone="Europe/Berlin", hours={"sun": "00:00-24:00"}))
    shorter, longer = at("2026-03-29T00:00"), at("2026-10-25T00:00")
    assert sundays.due(shorter, timedelta(hours=23)) == at("2026-03-30T00:00")
    assert sundays.due(longer, timedelta(hours=25)) == at("2026-10-26T00:00")
    assert sundays.due(shorter, timedelta(hours=4)) == at("2026-03-29T05:00")


def test_breaks_are_closed() -> None:
    lunch = business_hours(HandoffSettings(timezone="Europe/Berlin", hours={"mon": "13:00-17:00, 09:00-12:00"}))
    assert lunch.due(at("2026-11-23T11:30"), timedelta(hours=1)) == at("2026-11-23T13:30")
    assert lunch.is_open(at("2026-11-23T11:59"))
    assert not lunch.is_open(at("2026-11-23T12:00"))
    assert not lunch.is_open(at("2026-11-24T10:00"))


def test_a_moment_of_another_zone_is_the_same_moment() -> None:
    now = at("2026-11-23T17:00")
    assert HOURS.due(now.astimezone(ZoneInfo("Pacific/Auckland")), timedelta(hours=2)) == at("2026-11-24T10:00")


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 3_000),
)
def test_a_due_time_is_in_opening_hours_and_later_asks_are_never_due_earlier(now: datetime, minutes: int) -> None:
    due = HOURS.due(now, timedelta(minutes=minutes))
    assert due > now
    assert HOURS.is_open(due - timedelta(seconds=1))
    assert HOURS.due(now + timedelta(minutes=7), timedelta(minutes=minutes)) >= due


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (HandoffSettings(hours={"monday": "09:00-18:00"}), "unknown weekday"),
        (HandoffSettings(hours={"mon": "9-18"}), "no opening time"),
        (HandoffSettings(hours={"mon": "18:00-09:00"}), "no opening time"),
        (HandoffSettings(hours={"mon": "09:00-25:00"}), "no opening time"),
        (HandoffSettings(hours={"mon": "09:61-18:00"}), "no opening time"),
        (HandoffSettings(hours={"mon": "09:00-12:00, 11:00-13:00"}), "overlap"),
        (HandoffSettings(hours={}), "never open"),
        (HandoffSettings(hours={"mon": ""}), "never open"),
        (HandoffSettings(holidays=("25.12.2026",)), "no date"),
    ],
)
def test_malformed_hours_are_refused(settings: HandoffSettings, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        business_hours(settings)


def test_a_shop_that_is_always_on_holiday_is_refused() -> None:
    days = tuple((datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n)).date().isoformat() for n in range(800))
    closed = business_hours(HandoffSettings(holidays=days))
    with pytest.raises(ConfigError, match="never open within a year"):
        closed.due(datetime(2026, 1, 1, tzinfo=UTC), timedelta(minutes=1))
