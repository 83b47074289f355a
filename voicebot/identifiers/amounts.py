"""Amounts of money: "twenty four ninety nine", "$24.99", "twelve pounds fifty", "fifty bucks". Pure.

Values are minor units and the ISO 4217 currency: `2499 USD`, `1250 GBP`, `1200 JPY`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voicebot.identifiers.cardinals import below_hundred, cardinal
from voicebot.identifiers.found import Found
from voicebot.identifiers.ranking import best_first
from voicebot.identifiers.tokens import Token, low, tokens
from voicebot.identifiers.vocabulary import UNITS, ZERO_LIKE, words

#: Currency of a country (ISO 3166), for "dollars", "cents" and amounts without a currency; USD for others.
_HOME: Mapping[str, str] = {
    **dict.fromkeys(words("AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK"), "EUR"),
    "GB": "GBP",
    "CA": "CAD",
    "AU": "AUD",
    "NZ": "NZD",
    "SG": "SGD",
    "JP": "JPY",
    "CH": "CHF",
    "IN": "INR",
}
_DOLLARS = frozenset(words("dollar dollars buck bucks"))
_NAMES: Mapping[str, str] = {
    **dict.fromkeys(words("euro euros eur €"), "EUR"),
    **dict.fromkeys(words("pound pounds quid gbp £ sterling"), "GBP"),
    **dict.fromkeys(words("yen jpy ¥"), "JPY"),
    **dict.fromkeys(words("franc francs chf"), "CHF"),
    **dict.fromkeys(words("rupee rupees inr ₹"), "INR"),
    "usd": "USD",
    "cad": "CAD",
    "aud": "AUD",
}
_MINOR = frozenset(words("cent cents penny pennies pence p ¢"))
_PENCE = frozenset(words("pence p"))
_WITHOUT_MINOR = frozenset({"JPY"})
_ENDS = frozenset(words(", . ; ? ! and or but please for in on at is was total altogether i it no yes thanks - – so"))
_WRITTEN = re.compile(
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+(?=,\d\d\b)|\d+)(?:[.,](?P<part>\d{2}|\d(?!\d)))?(?!\d)"
)
_LONGEST = 6


@dataclass(frozen=True, slots=True)
class _Number:
    """A whole number with two more figures behind a point, if there were any."""

    whole: int
    part: int | None
    after: int
    """Index of the token behind it."""


def find_amounts(text: str, *, region: str = "US") -> list[Found]:
    """Amounts in `text`, best first; those without a currency are in the region's, with a lower score.

    From 0.95 on an amount is said in full: after "twenty-four dollars" cents may still come.
    """
    stream = tokens(text)
    found: list[Found] = []
    index = 0
    while index < len(stream):
        read = _amount(text, stream, index, _HOME.get(region, "USD"))
        if read is None:
            index += 1
            continue
        minor, currency, score, after = read
        value = f"{minor // 100 if currency in _WITHOUT_MINOR else minor} {currency}"
        found.append(Found(value, (stream[index].start, stream[after - 1].end), score))
        index = after
    return best_first(found, text)


def _amount(text: str, stream: Sequence[Token], index: int, home: str) -> tuple[int, str, float, int] | None:
    """Hundredths, currency, score, and the index after the amount that begins at `index`."""
    before = _currency(low(stream, index), home)
    number = _number(text, stream, index + 1 if before else index)
    if number is None:
        return None
    if before is not None:
        part, after = _part_after(stream, number.after) if number.part is None else (None, number.after)
        full = part is not None or number.part is not None
        return _hundredths(number) + (part or 0), before, 1.0 if full else 0.9, after
    word = low(stream, number.after)
    if (currency := _currency(word, home)) is not None:
        part, after = _part_after(stream, number.after + 1) if number.part is None else (None, number.after + 1)
        full = part is not None or number.part is not None or word in ("bucks", "buck", "quid")
        return _hundredths(number) + (part or 0), currency, 1.0 if full else 0.9, after
    if word in _MINOR and number.part is None and number.whole < 1000:
        return number.whole, "GBP" if word in _PENCE else home, 0.95, number.after + 1
    return _without_currency(stream, index, number, home)


def _without_currency(
    stream: Sequence[Token], index: int, number: _Number, home: str
) -> tuple[int, str, float, int] | None:
    """ "24.99", "twenty four ninety nine", and with little trust "fifty"."""
    if index > 0 and (stream[index - 1].low.isdigit() or stream[index - 1].low in ("#", "number", "-", ":", "/")):
        return None
    if number.part is not None:
        return (_hundredths(number), home, 0.8, number.after) if _closes(stream, number.after) else None
    part = _two_figures(stream, number.after)
    if part is not None:
        thousands = _two_figures(stream, part[1])
        if thousands is not None and number.whole < 100 and _closes(stream, thousands[1]):
            return (number.whole * 100 + part[0]) * 100 + thousands[0], home, 0.5, thousands[1]
        return (number.whole * 100 + part[0], home, 0.6, part[1]) if _closes(stream, part[1]) else None
    thing = index > 0 and low(stream, index) == "one"
    alone = index <= 3 and not thing and _closes(stream, number.after) and number.whole < 10**5
    return (number.whole * 100, home, 0.5, number.after) if alone else None


def _currency(word: str, home: str) -> str | None:
    if word in _DOLLARS or word == "$":
        return home if home in ("USD", "CAD", "AUD", "NZD", "SGD") else "USD"
    return _NAMES.get(word)


def _hundredths(number: _Number) -> int:
    return number.whole * 100 + (number.part or 0)


def _number(text: str, stream: Sequence[Token], index: int) -> _Number | None:
    if index < len(stream) and (written := _WRITTEN.match(text, stream[index].start)) is not None:
        whole = re.sub(r"[.,]", "", written["whole"])
        if len(whole) > _LONGEST:
            return None
        part = None if written["part"] is None else int(written["part"].ljust(2, "0"))
        after = next((i for i in range(index, len(stream)) if stream[i].start >= written.end()), len(stream))
        spoken = cardinal(stream, index) if part is None else None  # "2 thousand"
        return _Number(spoken[0], None, spoken[1]) if spoken else _Number(int(whole), part, after)
    if low(stream, index) == "a" and low(stream, index + 1).isalpha() and _currency(low(stream, index + 1), "USD"):
        return _Number(1, None, index + 1)
    spoken = cardinal(stream, index)
    if spoken is None:
        return None
    value, after = spoken
    if low(stream, after) == "point":
        figures = [UNITS.get(low(stream, after + 1 + i)) for i in range(2)]
        if figures[0] is not None and figures[1] is not None:
            return _Number(value, figures[0] * 10 + figures[1], after + 3)
        if (pair := _two_figures(stream, after + 1)) is not None:
            return _Number(value, pair[0], pair[1])
        if figures[0] is not None:
            return _Number(value, figures[0] * 10, after + 2)
    return _Number(value, None, after)


def _part_after(stream: Sequence[Token], index: int) -> tuple[int | None, int]:
    """Cents behind the currency: "and ten cents", or "fifty" where nothing else is counted."""
    at = index + 1 if low(stream, index) == "and" else index
    read = cardinal(stream, at)
    if read is not None and 0 < read[0] < 100:
        if low(stream, read[1]) in _MINOR:
            return read[0], read[1] + 1
        if at == index and (read[0] >= 10 or low(stream, at).startswith("0")) and _closes(stream, read[1]):
            return read[0], read[1]
    if at == index and (pair := _two_figures(stream, index)) is not None and _closes(stream, pair[1]):
        return pair
    return None, index


def _two_figures(stream: Sequence[Token], index: int) -> tuple[int, int] | None:
    """ "Ninety nine", "oh five", "50"."""
    word = low(stream, index)
    if word in ZERO_LIKE | {"zero"}:
        unit = UNITS.get(low(stream, index + 1))
        return (unit, index + 2) if unit is not None else None
    if word.isdigit():
        return (int(word), index + 1) if len(word) == 2 else None
    read = below_hundred(stream, index)
    return read if read is not None and read[0] >= 10 else None


def _closes(stream: Sequence[Token], index: int) -> bool:
    """Nothing that is counted follows."""
    return index >= len(stream) or low(stream, index) in _ENDS
