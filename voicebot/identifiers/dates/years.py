"""Years as they are said: "nineteen sixty-seven", "twenty twenty-six", "two thousand and six", "sixty-two". Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.identifiers.cardinals import below_hundred, cardinal, glued
from voicebot.identifiers.dates.calendar import Calendar
from voicebot.identifiers.dates.said import Said
from voicebot.identifiers.tokens import Token, low
from voicebot.identifiers.vocabulary import HOMOPHONES, UNITS, ZERO_LIKE

#: Two figures are of this century up to here when nobody says what day it is.
_PIVOT = 30
_CENTURIES = (18, 19, 20)


@dataclass(frozen=True, slots=True)
class Year:
    """`full`: said with its century. `after`: index of the token behind it."""

    year: int
    after: int
    full: bool


def windowed(year: int, calendar: Calendar | None) -> int:
    """Two figures as the year that they mean: never a year to come, unless that is what is asked for."""
    newest = _PIVOT if calendar is None else calendar.today.year % 100 + (10 if calendar.future else 0)
    return 2000 + year if year <= newest else 1900 + year


def read_year(said: Said, index: int) -> Year | None:
    """The year at `index`; two figures count only where the sentence ends behind them."""
    stream = said.tokens
    if low(stream, index) in ("'", "’"):
        index += 1
    word = low(stream, index)
    if word.isdigit() and word.isascii() and len(word) == 4 and 1800 <= int(word) <= 2199:
        return _with_lost_unit(said, Year(int(word), index + 1, full=True))
    if (century := _century(stream, index)) is not None:
        return century
    if word == "two" and low(stream, index + 1) == "thousand":
        read = cardinal(stream, index)
        return Year(read[0], read[1], full=True) if read and read[0] < 2200 else None
    short = _two_figures(stream, index)
    if short is None or not _ends(said, short[1]):
        return None
    return Year(windowed(short[0], said.calendar), short[1], full=False)


def _century(stream: Sequence[Token], index: int) -> Year | None:
    """ "Nineteen sixty-seven", "nineteen oh six", "nineteen hundred", also "19 67"."""
    first = _pair(stream, index)
    if first is None or first[0] not in _CENTURIES:
        return None
    at = first[1] + 1 if low(stream, first[1]) == "-" else first[1]
    if low(stream, at) == "hundred":
        return Year(first[0] * 100, at + 1, full=True)
    second = _two_figures(stream, at)
    return Year(first[0] * 100 + second[0], second[1], full=True) if second else None


def _two_figures(stream: Sequence[Token], index: int) -> tuple[int, int] | None:
    if low(stream, index) in ZERO_LIKE | {"zero"}:
        unit = UNITS.get(low(stream, index + 1))
        return (unit, index + 2) if unit is not None else None
    read = _pair(stream, index)
    if read is None or (read[0] < 10 and not low(stream, index).startswith("0")):
        return None
    return read


def _pair(stream: Sequence[Token], index: int) -> tuple[int, int] | None:
    word = low(stream, index)
    if word.isdigit() and word.isascii():
        return (int(word), index + 1) if len(word) == 2 else None
    return below_hundred(stream, index)


def _with_lost_unit(said: Said, read: Year) -> Year:
    """Recognisers write "nineteen sixty-two" as "1960 2"."""
    at = read.after + 1 if said.low(read.after) == "and" else read.after
    word = said.low(at)
    tail = 2 if glued(said.tokens, at + 1) and said.low(at + 1) in ("st", "nd", "rd", "th") else 1
    unit = word if word.isdigit() and len(word) == 1 else HOMOPHONES.get(word, "")
    apart = read.year % 10 == 0 and unit not in ("", "0") and _ends(said, at + tail)
    return Year(read.year + int(unit), at + tail, full=True) if apart else read


def _ends(said: Said, index: int) -> bool:
    word = said.low(said.skip(index))
    return not word or not word[0].isalnum() or word in ("please", "thanks", "thank", "and", "i", "yes", "so")
