"""Business hours: when somebody is there, and when a call-back is due. Pure; every moment is an aware datetime."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from voicebot.errors import ConfigError
from voicebot.handoff.settings import HandoffSettings

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: Nobody's business is closed for longer than this.
_HORIZON_DAYS = 370

_RANGE = re.compile(r"\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*")

#: Minutes after local midnight: opens, closes. 1440 is the end of the day.
Opening = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessHours:
    """Opening times by weekday (0 is Monday) in one zone."""

    zone: ZoneInfo
    week: Mapping[int, tuple[Opening, ...]]
    holidays: frozenset[date] = frozenset()

    def openings(self, day: date) -> list[tuple[datetime, datetime]]:
        """Opening and closing moments of a local date, in UTC and in order."""
        if day in self.holidays:
            return []
        return [
            (self._moment(day, opens), self._moment(day, closes)) for opens, closes in self.week.get(day.weekday(), ())
        ]

    def is_open(self, now: datetime) -> bool:
        return any(opens <= now < closes for opens, closes in self.openings(now.astimezone(self.zone).date()))

    def due(self, now: datetime, within: timedelta) -> datetime:
        """The moment at which `within` of opening time has passed since `now`, in UTC.

        Raises:
            ConfigError: never open within a year.
        """
        left = within
        for opens, closes in self._from(now):
            start = max(opens, now.astimezone(UTC))
            if closes - start >= left:
                return start + left
            left -= closes - start
        raise ConfigError("never open within a year", where="handoff.hours", fix="name at least one weekday")

    def _from(self, now: datetime) -> Iterator[tuple[datetime, datetime]]:
        today = now.astimezone(self.zone).date()
        for offset in range(_HORIZON_DAYS):
            for opens, closes in self.openings(today + timedelta(days=offset)):
                if closes > now:
                    yield opens, closes

    def _moment(self, day: date, minute: int) -> datetime:
        if minute == 24 * 60:
            day, minute = day + timedelta(days=1), 0
        # Through UTC, so that a day with a change of clocks has the length that it has.
        return datetime.combine(day, time(minute // 60, minute % 60), self.zone).astimezone(UTC)


def business_hours(settings: HandoffSettings) -> BusinessHours:
    """Read the settings.

    Raises:
        ConfigError: unknown weekday, malformed time or date, opening times that overlap or run backwards.
    """
    week: dict[int, tuple[Opening, ...]] = {}
    for name, text in settings.hours.items():
        if name not in WEEKDAYS:
            fix = f"use {', '.join(WEEKDAYS)}"
            raise ConfigError(f"unknown weekday {name!r}", where="handoff.hours", fix=fix)
        week[WEEKDAYS.index(name)] = _openings(name, text)
    if not any(week.values()):
        raise ConfigError("never open", where="handoff.hours", fix="name at least one weekday")
    return BusinessHours(
        zone=ZoneInfo(settings.timezone), week=week, holidays=frozenset(_day(text) for text in settings.holidays)
    )


def _openings(name: str, text: str) -> tuple[Opening, ...]:
    found: list[Opening] = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = _RANGE.fullmatch(part)
        h1, m1, h2, m2 = (int(group) for group in match.groups()) if match else (99, 0, 0, 0)
        opens, closes = h1 * 60 + m1, h2 * 60 + m2
        if not (m1 < 60 and m2 < 60 and opens < closes <= 24 * 60):
            fix = 'write "09:00-18:00"; a night is two days, "22:00-24:00" and "00:00-06:00"'
            raise ConfigError(f"{part!r} is no opening time", where=f"handoff.hours.{name}", fix=fix)
        found.append((opens, closes))
    found.sort()
    if any(before[1] > after[0] for before, after in pairwise(found)):
        raise ConfigError(f"opening times overlap: {text!r}", where=f"handoff.hours.{name}")
    return tuple(found)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fix = "write 2026-12-25"
        raise ConfigError(f"{text!r} is no date", where="handoff.holidays", fix=fix) from None
