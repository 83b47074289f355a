"""Days, weeks, months and holidays around a day. Pure calendar arithmetic, no words but the names of the days.

Spans are inclusive. Weeks begin on Monday.
"""

from __future__ import annotations

import calendar as _calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

#: First and last day.
Span = tuple[date, date]


def day_of(year: int, month: int, day: int) -> date | None:
    """That day, or None when there is none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_of(year: int, month: int) -> Span:
    """A whole month."""
    return date(year, month, 1), date(year, month, _calendar.monthrange(year, month)[1])


def year_of(year: int) -> Span:
    """A whole year."""
    return date(year, 1, 1), date(year, 12, 31)


def shifted(day: date, months: int) -> date:
    """The same day some months on, or the last one of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, _calendar.monthrange(year, month + 1)[1]))


def third(span: Span, which: int) -> Span:
    """Beginning (0), middle (1) or end (2) of a span."""
    days = (span[1] - span[0]).days + 1
    bounds = [round(days * part / 3) for part in range(4)]
    return span[0] + timedelta(bounds[which]), span[0] + timedelta(bounds[which + 1] - 1)


def _nth(weekday: int, nth: int) -> Callable[[int, int], date]:
    def find(year: int, month: int) -> date:
        first = date(year, month, 1)
        return first + timedelta((weekday - first.weekday()) % 7 + 7 * (nth - 1))

    return find


def _thanksgiving(year: int) -> date:
    return _nth(3, 4)(year, 11)


def _easter(year: int) -> date:
    """Gregorian Easter Sunday, by the anonymous algorithm (Meeus, Astronomical Algorithms, chapter 8)."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


#: Shopping days and holidays that callers name, by their words.
HOLIDAYS: Mapping[str, Callable[[int], date]] = {
    "black friday": lambda y: _thanksgiving(y) + timedelta(1),
    "cyber monday": lambda y: _thanksgiving(y) + timedelta(4),
    "thanksgiving": _thanksgiving,
    "thanksgiving day": _thanksgiving,
    "halloween": lambda y: date(y, 10, 31),
    "christmas eve": lambda y: date(y, 12, 24),
    "christmas day": lambda y: date(y, 12, 25),
    "christmas": lambda y: date(y, 12, 25),
    "xmas": lambda y: date(y, 12, 25),
    "boxing day": lambda y: date(y, 12, 26),
    "new year's eve": lambda y: date(y, 12, 31),
    "new year's day": lambda y: date(y, 1, 1),
    "new year's": lambda y: date(y, 1, 1),
    "new years": lambda y: date(y, 1, 1),
    "new years eve": lambda y: date(y, 12, 31),
    "new years day": lambda y: date(y, 1, 1),
    "valentine's day": lambda y: date(y, 2, 14),
    "valentine's": lambda y: date(y, 2, 14),
    "valentines day": lambda y: date(y, 2, 14),
    "easter": _easter,
    "easter sunday": _easter,
    "easter monday": lambda y: _easter(y) + timedelta(1),
    "good friday": lambda y: _easter(y) - timedelta(2),
    "mother's day": lambda y: _nth(6, 2)(y, 5),
    "father's day": lambda y: _nth(6, 3)(y, 6),
    "memorial day": lambda y: month_of(y, 5)[1] - timedelta(month_of(y, 5)[1].weekday()),
    "labor day": lambda y: _nth(0, 1)(y, 9),
    "independence day": lambda y: date(y, 7, 4),
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days as they are meant on the day `today`: what has been, unless `future`.

    `near`: a date that was given before; a day without a month is in the same one.
    """

    today: date
    future: bool = False
    near: date | None = None

    def weekday(self, wanted: int, *, weeks: int = 0) -> date:
        """The nearest such weekday before today (after it, if `future`), and whole weeks further away."""
        if self.future:
            return self.today + timedelta((wanted - self.today.weekday() - 1) % 7 + 1 + 7 * weeks)
        return self.today - timedelta((self.today.weekday() - wanted - 1) % 7 + 1 + 7 * weeks)

    def week(self, offset: int) -> Span:
        """A week: 0 is the present one, -1 the last one."""
        monday = self.today - timedelta(self.today.weekday()) + timedelta(7 * offset)
        return monday, monday + timedelta(6)

    def weekend(self, offset: int) -> Span:
        """Saturday and Sunday of a week."""
        monday = self.week(offset)[0]
        return monday + timedelta(5), monday + timedelta(6)

    def month(self, offset: int) -> Span:
        """A month: 0 is the present one."""
        first = shifted(self.today.replace(day=1), offset)
        return month_of(first.year, first.month)

    def named_month(self, month: int) -> Span:
        """The last month of that name that has begun (the next one, if `future`)."""
        year = self.today.year
        if self.future and month < self.today.month:
            year += 1
        if not self.future and month > self.today.month:
            year -= 1
        return month_of(year, month)

    def month_day(self, month: int, day: int) -> date | None:
        """The nearest such day up to today (from today on, if `future`)."""
        step = 1 if self.future else -1
        for distance in range(9):
            found = day_of(self.today.year + step * distance, month, day)
            if found is not None and (found >= self.today if self.future else found <= self.today):
                return found
        return None

    def day(self, number: int) -> date | None:
        """The nearest such day of a month up to today (from today on, if `future`)."""
        if self.near is not None:
            return day_of(self.near.year, self.near.month, number)
        for distance in range(4):
            first = self.month(distance if self.future else -distance)[0]
            found = day_of(first.year, first.month, number)
            if found is not None and (found >= self.today if self.future else found <= self.today):
                return found
        return None

    def holiday(self, name: str) -> date:
        """The last one up to today (the next one, if `future`)."""
        rule, year = HOLIDAYS[name], self.today.year
        found = rule(year)
        if self.future:
            return found if found >= self.today else rule(year + 1)
        return found if found <= self.today else rule(year - 1)
