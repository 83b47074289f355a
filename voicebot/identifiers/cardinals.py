"""Numbers as quantities, not as digit strings: "a hundred and five" is 105, "twenty-first" is the 21st. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voicebot.identifiers.tokens import Token, low
from voicebot.identifiers.vocabulary import TEENS, TENS, UNITS, words

_ORDINAL_UNITS: Mapping[str, int] = {
    word: value for value, word in enumerate(words("first second third fourth fifth sixth seventh eighth ninth"), 1)
}
_ORDINALS: Mapping[str, int] = {
    **_ORDINAL_UNITS,
    **{
        word: value
        for value, word in enumerate(
            words(
                "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth",
                "twentieth",
            ),
            10,
        )
    },
    "nineth": 9,
    "twelveth": 12,
    "thirtieth": 30,
}
_TAILS = frozenset({"st", "nd", "rd", "th"})
_SCALES: Mapping[str, int] = {"hundred": 100, "thousand": 1000, "grand": 1000}

#: A value, and the index of the token after it.
Read = tuple[int, int]


def glued(stream: Sequence[Token], index: int) -> bool:
    """Whether nothing stands between the token at `index` and the one before it."""
    return 0 < index < len(stream) and stream[index - 1].end == stream[index].start


def below_hundred(stream: Sequence[Token], index: int) -> Read | None:
    """ "twenty-six", "fifteen", "7": number words below a hundred."""
    word = low(stream, index)
    if word in TENS:
        after = index + 2 if low(stream, index + 1) == "-" else index + 1
        unit = UNITS.get(low(stream, after), 0)
        return (TENS[word] + unit, after + 1) if unit else (TENS[word], index + 1)
    value = TEENS.get(word, UNITS.get(word))
    return None if value is None else (value, index + 1)


def cardinal(stream: Sequence[Token], index: int) -> Read | None:
    """A whole number in words or figures, below a million: "a hundred and five", "1,250", "2 thousand"."""
    written = _written(stream, index)
    first = written or below_hundred(stream, index) or _article(stream, index)
    if first is None:
        return None
    value, after = first
    for word in ("hundred", "thousand", "grand"):
        if low(stream, after) == word:
            value, after = _with_lower(stream, value * _SCALES[word], after + 1, _SCALES[word])
    return value, after


def ordinal(stream: Sequence[Token], index: int) -> Read | None:
    """ "third", "twenty-first", "21st"; one to thirty-nine."""
    word = low(stream, index)
    if word in _ORDINALS:
        return _ORDINALS[word], index + 1
    if word.isdigit() and word.isascii() and len(word) <= 2 and low(stream, index + 1) in _TAILS:
        return (int(word), index + 2) if glued(stream, index + 1) else None
    if word in ("twenty", "thirty"):
        after = index + 2 if low(stream, index + 1) == "-" else index + 1
        unit = _ORDINAL_UNITS.get(low(stream, after))
        return (TENS[word] + unit, after + 1) if unit else None
    return None


def _written(stream: Sequence[Token], index: int) -> Read | None:
    word = low(stream, index)
    if not (word.isdigit() and word.isascii()) or len(word) > 6:
        return None
    after = index + 1
    while (
        len(word) <= 6
        and low(stream, after) == ","
        and len(low(stream, after + 1)) == 3
        and low(stream, after + 1).isdigit()
        and glued(stream, after)
        and glued(stream, after + 1)
    ):
        word, after = word + low(stream, after + 1), after + 2
    return int(word), after


def _article(stream: Sequence[Token], index: int) -> Read | None:
    """The "a" of "a hundred"."""
    return (1, index + 1) if low(stream, index) == "a" and low(stream, index + 1) in _SCALES else None


def _with_lower(stream: Sequence[Token], value: int, after: int, scale: int) -> Read:
    """What follows a "hundred" or "thousand", when it is smaller."""
    start = after + 1 if low(stream, after) == "and" else after
    lower = _written(stream, start) or below_hundred(stream, start)
    if lower is None or lower[0] == 0:
        return value, after
    amount, end = lower
    if scale == 1000 and low(stream, end) == "hundred":
        amount, end = _with_lower(stream, amount * 100, end + 1, 100)
    return (value + amount, end) if amount < scale else (value, after)
