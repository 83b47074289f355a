"""Days told from today: "yesterday", "last Tuesday", "two weeks ago on Friday", "the end of last month". Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from voicebot.identifiers.cardinals import cardinal, ordinal
from voicebot.identifiers.dates.calendar import HOLIDAYS, Calendar, Span, shifted, third, year_of
from voicebot.identifiers.dates.months import BEFORE_MONTH, OFFSETS, named_year, whole_month, with_month
from voicebot.identifiers.dates.said import Read, Reading, Said, day, span
from voicebot.identifiers.dates.years import read_year
from voicebot.identifiers.vocabulary import words

_WEEKDAYS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "monday mon",
            "tuesday tue tues",
            "wednesday wed",
            "thursday thu thur thurs",
            "friday fri",
            "saturday",
            "sunday",
        )
    )
    for name in words(names)
}
#: Longest first.
_NEAR: tuple[tuple[tuple[str, ...], int], ...] = (
    (words("the day before yesterday"), -2),
    (words("day before yesterday"), -2),
    (words("the day after tomorrow"), 2),
    (words("day after tomorrow"), 2),
    (words("last night"), -1),
    (words("this morning"), 0),
    (words("this afternoon"), 0),
    (words("this evening"), 0),
    (("yesterday",), -1),
    (("today",), 0),
    (("tonight",), 0),
    (("tomorrow",), 1),
)
_NEAR_BEGINS = frozenset(phrase[0] for phrase, _ in _NEAR)
_HOLIDAY_BEGINS = frozenset(name.split()[0] for name in HOLIDAYS)
_PARTS: Mapping[str, int] = {
    **dict.fromkeys(words("beginning start early"), 0),
    **dict.fromkeys(words("middle mid"), 1),
    **dict.fromkeys(words("end late"), 2),
}
_ROUGHLY: Mapping[str, tuple[int, int]] = {"couple": (2, 3), "few": (3, 5), "several": (4, 7)}
_UNITS: Mapping[str, str] = {
    **{form: unit for unit in words("day week month year") for form in (unit, f"{unit}s")},
    "fortnight": "fortnight",
}
_DAYS: Mapping[str, int] = {"day": 1, "week": 7, "fortnight": 14}
_MONTHS: Mapping[str, int] = {"month": 1, "year": 12}
_AROUND = frozenset(words("a about around maybe like"))
_WHICH = frozenset(words("this last next past coming previous"))


def near(said: Said, calendar: Calendar, index: int) -> Read | None:
    """ "Yesterday", "the day before yesterday", "last night"."""
    if said.low(index) not in _NEAR_BEGINS:
        return None
    for phrase, offset in _NEAR:
        if said.reads(index, phrase):
            # "Can you help me today" says nothing about a date.
            score = 1.0 if said.short or offset else 0.55
            return day(calendar.today + timedelta(offset), score), index + len(phrase)
    return None


def ago(said: Said, calendar: Calendar, index: int) -> Read | None:
    """ "Three days ago", "a couple of weeks ago", "two weeks ago on Friday", "in three days"."""
    ahead = said.low(index) == "in"
    least, most, after = _count(said, index + ahead)
    unit = _UNITS.get(said.low(after))
    if not least or unit is None or "half" in (said.low(index - 1), said.low(index - 2)):
        return None
    after += 1
    if said.reads(after, ("from", "now")):
        ahead, after = True, after + 2
    elif not ahead and said.low(after) in ("ago", "back", "earlier"):
        after += 1
    elif not ahead:
        return None
    found = _moved(calendar.today, unit, least, most, 1 if ahead else -1)
    if unit in ("week", "fortnight") and least == most:
        weekday = _weekday_at(said, said.over(after, ("on", "last", "this", "past")))
        if weekday is not None:
            return day(_in_week_of(found[0], weekday[0]), 0.95), weekday[1]
    exact = least == most and unit == "day"
    return span(found, 1.0 if exact else 0.7 if least == most else 0.6), after


def part_of(said: Said, calendar: Calendar, index: int) -> Read | None:
    """ "At the end of last month", "early March", "the beginning of the week"."""
    which = _PARTS.get(said.low(index))
    if which is None:
        return None
    at = said.over(said.skip(index + 1), ("of", "-", "in"))
    month = said.over(at, ("last", "this"))
    named = whole_month(said, month) if said.low(month - 1) in BEFORE_MONTH | {"-"} else None
    whole = named or period(said, calendar, at) or _present(said, calendar, at)
    if whole is None or whole[0][0].span[0] == whole[0][0].span[1]:
        return None
    return span(third(whole[0][0].span, which), 0.7), whole[1]


def weekday(said: Said, calendar: Calendar, index: int) -> Read | None:
    """ "Last Tuesday", "Tuesday last week", "the Friday before last", "Monday the fifteenth"."""
    at = said.over(index, _WHICH)
    read = _weekday_at(said, at)
    if read is None:
        return None
    number, after = read
    dated = with_month(said, said.skip(after)) or _numbered(said, calendar, said.skip(after))
    if at == index and dated is not None:
        return dated
    if said.reads(after, ("before", "last")):
        return day(calendar.weekday(number, weeks=1), 0.95), after + 2
    week = said.over(after, ("of", "in", "the"))
    if said.low(week + 1) == "week" and (found := period(said, calendar, week)) is not None:
        return day(_in_week_of(found[0][0].first, number), 1.0), found[1]
    if (back := ago(said, calendar, after)) is not None and said.low(back[1] - 1) == "ago":
        return day(_in_week_of(back[0][0].first, number), 0.95), back[1]
    return _alone(calendar, number, {said.low(i) for i in range(index, at)}), after


def holiday(said: Said, calendar: Calendar, index: int) -> Read | None:
    """ "Black Friday", "Christmas 2024", "last Easter"."""
    at = said.over(index, _WHICH)
    if said.low(at) not in _HOLIDAY_BEGINS:
        return None
    for size in (3, 2, 1):
        name = " ".join(said.low(at + offset) for offset in range(size))
        if name not in HOLIDAYS:
            continue
        after = said.over(at + size, ("of", "in"))
        if (named := named_year(said, after)) is not None:
            return day(HOLIDAYS[name](named[0]), 1.0), named[1]
        if (year := read_year(said, after)) is not None and year.full:
            return day(HOLIDAYS[name](year.year), 1.0), year.after
        ahead = said.low(index) in ("next", "this", "coming") if at > index else calendar.future
        return day(Calendar(calendar.today, ahead).holiday(name), 0.95), at + size
    return None


def period(said: Said, calendar: Calendar, index: int) -> Read | None:
    """ "Last week", "the weekend", "this month", "last year", and a weekday of such a week."""
    offset, at = OFFSETS.get(said.low(index)), index + 1
    if offset is None:
        return None
    if said.low(index) in ("the", "this") and OFFSETS.get(said.low(at), 0) != 0:
        offset, at = OFFSETS[said.low(at)], at + 1
    plain = said.low(at - 1) == "the"
    if said.low(at) == "weekend":
        if said.reads(at + 1, ("before", "last")):
            return span(calendar.weekend(-2), 0.7), at + 3
        begun = calendar.today >= calendar.weekend(0)[0]
        here = 0 if begun or calendar.future or said.low(at - 1) == "this" else -1
        return span(calendar.weekend(offset or here), 0.7), at + 1
    if plain and said.reads(at + 1, ("before", "last")) and said.low(at) in ("week", "month"):
        found = calendar.week(-2) if said.low(at) == "week" else calendar.month(-2)
        return span(found, 0.7), at + 3
    if plain:
        return None
    match said.low(at):
        case "week":
            found = calendar.week(offset)
            on = _weekday_at(said, said.over(said.skip(at + 1), ("on",)))
            return (day(_in_week_of(found[0], on[0]), 1.0), on[1]) if on else (span(found, 0.7), at + 1)
        case "month":
            return span(calendar.month(offset), 0.65), at + 1
        case "year":
            return span(year_of(calendar.today.year + offset), 0.6), at + 1
    return None


def _count(said: Said, index: int) -> tuple[int, int, int]:
    """Least and most of a number of units, and the index after it; zeros when there is none."""
    at = said.over(index, _AROUND)
    if (rough := _ROUGHLY.get(said.low(at))) is not None:
        return *rough, said.over(at + 1, ("of",))
    if said.low(at) in _UNITS:
        return (1, 1, at) if at > index or said.low(at + 1) == "ago" else (0, 0, index)
    read = cardinal(said.tokens, at)
    if read is None or not 0 < read[0] <= 400:
        return 0, 0, index
    if said.low(read[1]) in ("or", "to", "-") and (second := cardinal(said.tokens, read[1] + 1)) is not None:
        return min(read[0], second[0]), max(read[0], second[0]), second[1]
    return read[0], read[0], said.over(read[1], ("or", "so"))


def _moved(today: date, unit: str, least: int, most: int, sign: int) -> Span:
    if unit in _MONTHS:
        ends = [shifted(today, sign * count * _MONTHS[unit]) for count in (least, most)]
    else:
        ends = [today + timedelta(sign * count * _DAYS[unit]) for count in (least, most)]
    return min(ends), max(ends)


def _in_week_of(found: date, number: int) -> date:
    return found - timedelta(found.weekday()) + timedelta(number)


def _weekday_at(said: Said, index: int) -> tuple[int, int] | None:
    number = _WEEKDAYS.get(said.low(index))
    if number is None:
        return None
    part_of_day = said.low(index + 1) in ("morning", "afternoon", "evening", "night")
    return number, index + 1 + part_of_day


def _numbered(said: Said, calendar: Calendar, index: int) -> Read | None:
    """The rest of "Monday the fifteenth"."""
    read = ordinal(said.tokens, index + 1) if said.low(index) == "the" else None
    return (day(calendar.day(read[0]), 0.95), read[1]) if read else None


def _alone(calendar: Calendar, number: int, which: set[str]) -> tuple[Reading, ...]:
    back, ahead = Calendar(calendar.today), Calendar(calendar.today, future=True)
    if which & {"next", "coming"}:
        return day(ahead.weekday(number), 0.9) + day(ahead.weekday(number, weeks=1), 0.4)
    if which & {"last", "past", "previous"}:
        # Said of a day that was just now, some mean the week before.
        just_now = (calendar.today - back.weekday(number)).days < 3
        return day(back.weekday(number), 0.95) + (day(back.weekday(number, weeks=1), 0.4) if just_now else ())
    return day(calendar.weekday(number), 0.9)


def _present(said: Said, calendar: Calendar, index: int) -> Read | None:
    """ "The week", "the month" in "the end of the month"."""
    spans: Mapping[str, Span] = {
        "week": calendar.week(0),
        "month": calendar.month(0),
        "year": year_of(calendar.today.year),
    }
    found = spans.get(said.low(index + 1)) if said.low(index) == "the" else None
    return (span(found, 0.7), index + 2) if found else None
