"""Dates as callers say them: "last Tuesday", "the third of March", "two weeks ago on Friday", "03/04/2026". Pure.

Values are ISO 8601: a day `2026-11-17`, or an interval `2026-11-09/2026-11-15` (both ends included) where only a week,
a month or a part of one is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from voicebot.identifiers.dates import figures, months, relative
from voicebot.identifiers.dates.calendar import Calendar
from voicebot.identifiers.dates.said import Read, Reading, Said
from voicebot.identifiers.found import Found
from voicebot.identifiers.ranking import best_first

__all__ = ["find_dates", "is_interval"]

#: Countries that write the month before the day (others: the day first).
_MONTH_FIRST = frozenset({"US", "PH"})
#: Rules that need today, in the order in which they are tried.
_RELATIVE: tuple[Callable[[Said, Calendar, int], Read | None], ...] = (
    relative.near,
    relative.ago,
    relative.part_of,
    relative.weekday,
    relative.holiday,
    relative.period,
)
_INTERVAL = re.compile(r"\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}")


def find_dates(
    text: str, today: date | None, *, region: str = "US", future: bool = False, near: date | None = None
) -> list[Found]:
    """Days and intervals in `text`, best first; an ambiguous one with its other readings below 0.5.

    From 0.95 on a day is certain and said in full; below 0.9 there is more than one way to take it, or only a week or a
    month is named.

    Args:
        text: what was said.
        today: the local date; without it only dates with their year are found.
        region: ISO 3166 country, decides whether 03/04 is in March or in April.
        future: what is meant lies ahead ("on Monday" is the next one); else it has been.
        near: a date that is being corrected: "no, the fifteenth" is in its month.
    """
    said = Said.of(text, Calendar(today, future, near) if today else None)
    found = [
        Found(reading.value, (said.tokens[first].start, said.tokens[after - 1].end), reading.score)
        for readings, first, after in _all(said, month_first=region in _MONTH_FIRST)
        for reading in readings
    ]
    return best_first(list(dict.fromkeys(found)), text)


def is_interval(value: str) -> bool:
    """Whether a value of `find_dates` is more than one day."""
    return _INTERVAL.fullmatch(value) is not None


def _all(said: Said, *, month_first: bool) -> Iterator[tuple[tuple[Reading, ...], int, int]]:
    """Readings with the indices of their first token and of the one after them."""
    index = 0
    while index < len(said.tokens):
        read = _at(said, index, month_first=month_first)
        if read is not None and read[0]:
            yield read[0], index, read[1]
            index = read[1]
        else:
            index += 1


def _at(said: Said, index: int, *, month_first: bool) -> Read | None:
    if (read := months.with_month(said, index)) is not None and read[0]:
        return read
    if said.calendar is not None:
        for rule in _RELATIVE:
            if (read := rule(said, said.calendar, index)) is not None and read[0]:
                return read
    read = months.whole_month(said, index) or months.day_alone(said, index)
    return read or figures.in_figures(said, index, month_first=month_first)
