from __future__ import annotations

import itertools
from datetime import date

import pytest

from voicebot.identifiers.dates.calendar import HOLIDAYS, Calendar, month_of, shifted, third

SATURDAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("name", "year", "day"),
    [
        ("easter", 2024, date(2024, 3, 31)),
        ("easter", 2025, date(2025, 4, 20)),
        ("easter", 2038, date(2038, 4, 25)),
        ("good friday", 2026, date(2026, 4, 3)),
        ("thanksgiving", 2026, date(2026, 11, 26)),
        ("black friday", 2024, date(2024, 11, 29)),
        ("memorial day", 2026, date(2026, 5, 25)),
        ("labor day", 2026, date(2026, 9, 7)),
    ],
)
def test_holidays(name: str, year: int, day: date) -> None:
    assert HOLIDAYS[name](year) == day


def test_a_weekday_is_never_today() -> None:
    assert Calendar(SATURDAY).weekday(5) == date(2026, 11, 14)
    assert Calendar(SATURDAY, future=True).weekday(5) == date(2026, 11, 28)


def test_months_of_different_length() -> None:
    assert shifted(date(2026, 3, 31), -1) == date(2026, 2, 28)
    assert shifted(date(2026, 1, 15), -2) == date(2025, 11, 15)
    assert month_of(2028, 2)[1] == date(2028, 2, 29)


def test_thirds_of_a_month_leave_no_day_out() -> None:
    parts = [third(month_of(2026, 11), which) for which in range(3)]
    assert parts[0][0] == date(2026, 11, 1)
    assert parts[2][1] == date(2026, 11, 30)
    assert all((later[0] - earlier[1]).days == 1 for earlier, later in itertools.pairwise(parts))


def test_a_day_that_this_month_does_not_have_is_in_an_earlier_one() -> None:
    assert Calendar(date(2026, 3, 1)).day(31) == date(2026, 1, 31)
