"""Dates with the name of their month: "March third", "the 3rd of March 2026", "early March", "March 2026". Pure."""

from __future__ import annotations

from collections.abc import Mapping

from voicebot.identifiers.cardinals import cardinal, ordinal
from voicebot.identifiers.dates.calendar import Span, day_of, month_of
from voicebot.identifiers.dates.said import Read, Said, day, span
from voicebot.identifiers.dates.years import read_year
from voicebot.identifiers.vocabulary import words

MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb febuary",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in words(names)
}
#: What a word does to a week, month or year.
OFFSETS: Mapping[str, int] = {"last": -1, "past": -1, "previous": -1, "this": 0, "the": 0, "next": 1, "coming": 1}
BEFORE_MONTH = frozenset(
    words("in last this next since of early late mid during until before after by from around past")
)
#: What may follow "the fifteenth" when a day is meant: "the first order" is none.
_AFTER_DAY = frozenset(
    words(". , ; ? ! and or but please i we it so then thanks thank at in by to until till not no yes")
)
_BEFORE_DAY = frozenset(words("on by since from until till before after around"))
_BETWEEN = frozenset({"day", "of"})


def with_month(said: Said, index: int) -> Read | None:
    """ "March third", "the 3rd of March 2026", "the third of last month"."""
    if (month := MONTHS.get(said.low(index))) is not None:
        at = said.over(said.skip(index + 1), ("the", "."))
        number = _day_number(said, at)
        return _with_year(said, month, *number) if number else None
    number = _day_number(said, said.over(index, ("the",)))
    if number is None:
        return None
    at = said.over(said.skip(number[1]), _BETWEEN)
    if (month := MONTHS.get(said.low(at))) is not None:
        return _with_year(said, month, number[0], at + 1)
    if said.low(at - 1) != "of":
        return None
    if said.low(at) == "the" and (counted := ordinal(said.tokens, at + 1)) is not None and 1 <= counted[0] <= 12:
        return _with_year(said, counted[0], *(number[0], counted[1]))
    if (period := _month_period(said, at)) is not None:
        (first, _), after = period
        return day(day_of(first.year, first.month, number[0]), 1.0), after
    return None


def whole_month(said: Said, index: int) -> Read | None:
    """ "In March", "last March", "March 2026"."""
    month = MONTHS.get(said.low(index))
    if month is None:
        return None
    at = said.over(said.skip(index + 1), ("of",))
    year = read_year(said, at)
    if year is not None and year.full:
        return span(month_of(year.year, month), 0.7), year.after
    if said.calendar is None or (said.low(index - 1) not in BEFORE_MONTH and len(said.tokens) > 1):
        return None
    if (named := named_year(said, at)) is not None:
        return span(month_of(named[0], month), 0.7), named[1]
    found = said.calendar.named_month(month)
    if said.low(index - 1) == "last" and found[0] <= said.calendar.today <= found[1]:
        found = month_of(found[0].year - 1, month)
    return span(found, 0.65), index + 1


def day_alone(said: Said, index: int) -> Read | None:
    """ "The fifteenth", unless something is counted: "the first order"."""
    at = said.over(index, ("the",))
    number = ordinal(said.tokens, at)
    if number is None or said.calendar is None or not 1 <= number[0] <= 31 or said.low(index - 1) in MONTHS:
        return None
    alone = number[1] >= len(said.tokens) or said.low(number[1]) in _AFTER_DAY
    announced = said.low(index - 1) in _BEFORE_DAY
    if not alone or not (at > index or announced or said.short):
        return None
    return day(said.calendar.day(number[0]), 0.8 if announced or said.short else 0.55), number[1]


def named_year(said: Said, index: int) -> tuple[int, int] | None:
    """ "Last year", and the index after it."""
    if said.calendar is None or said.low(index + 1) != "year" or said.low(index) not in ("last", "this", "next"):
        return None
    return said.calendar.today.year + OFFSETS[said.low(index)], index + 2


def _day_number(said: Said, index: int) -> tuple[int, int] | None:
    if said.low(index).isdigit() and len(said.low(index)) > 2:
        return None  # "March 2026" has no day
    number = ordinal(said.tokens, index) or cardinal(said.tokens, index)
    return number if number and 1 <= number[0] <= 31 else None


def _with_year(said: Said, month: int, number: int, after: int) -> Read | None:
    at = said.over(said.skip(after), ("of", "in"))
    if (named := named_year(said, at)) is not None:
        return day(day_of(named[0], month, number), 1.0), named[1]
    year = read_year(said, at)
    if year is not None and (found := day_of(year.year, month, number)) is not None:
        return day(found, 1.0 if year.full else 0.9), year.after
    if said.calendar is None:
        return None
    return day(said.calendar.month_day(month, number), 0.9), after


def _month_period(said: Said, index: int) -> tuple[Span, int] | None:
    at = said.over(index, ("the",))
    if said.calendar is None or said.low(at + 1) != "month" or said.low(at) not in OFFSETS:
        return None
    return said.calendar.month(OFFSETS[said.low(at)]), at + 2
