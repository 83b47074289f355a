"""Spoken and written characters as one stream: "forty-four eighty-one two oh seven" and "44 81-207" are both 4481207.

English, as telephone callers dictate and recognisers write it. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from voicebot.identifiers.everyday import ABBREVIATIONS, EVERYDAY
from voicebot.identifiers.examples import example_after
from voicebot.identifiers.tokens import Token, tokens
from voicebot.identifiers.vocabulary import (
    HOMOPHONES,
    JOINS,
    LETTER_NAMES,
    NATO,
    TEENS,
    TENS,
    TIMES,
    UNITS,
    ZERO_LIKE,
    words,
)

__all__ = ["Run", "Token", "digits", "runs", "tokens"]

_ORDINAL_TAILS = frozenset({"st", "nd", "rd", "th", "am", "pm", "s", "x"})
_BEFORE_A_MONTH = frozenset(words("in on of since by until till from to before after last this next"))
_LONGEST_PREFIX, _LONGEST_CAPITALS = 4, 6
_U = frozenset({"u", "you", "yew"})
_ONE_IS_A_THING_AFTER = frozenset(
    words(
        "the that this which any no last first second third other another only every each wrong right same nd st rd th",
    )
)


@dataclass(frozen=True, slots=True)
class Run:
    """Characters dictated in one go: `text` is upper case, digits and letters only."""

    text: str
    start: int
    end: int

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


def runs(text: str, *, letters: bool = True) -> list[Run]:
    """Maximal dictated strings in `text`, in order; with `letters=False` only digits count."""
    return list(_runs(text, letters))


@lru_cache(maxsize=32)
def _runs(text: str, letters: bool) -> tuple[Run, ...]:
    """One utterance is searched for several kinds of identifiers, each of which asks."""
    return tuple(_Reader(tokens(text), letters=letters).runs())


def digits(text: str) -> str:
    """All dictated digits of `text`, joined."""
    return "".join(run.text for run in runs(text, letters=False))


class _Reader:
    """One pass over the tokens; `_read_*` return the characters and the index after them, or None."""

    def __init__(self, stream: list[Token], *, letters: bool) -> None:
        self._t = stream
        self._letters = letters

    def runs(self) -> Iterator[Run]:
        index, size = 0, len(self._t)
        chars, start, end = "", 0, 0
        while index < size:
            read = self._read(index, inside=bool(chars))
            if read is not None:
                piece, after = read
                start = start if chars else self._t[index].start
                chars, index, end = chars + piece, after, self._t[after - 1].end
            elif chars and self._t[index].low in JOINS and self._more_follows(index):
                index += 1
            else:
                if chars:
                    yield Run(chars, start, end)
                chars = ""
                index += 1
        if chars:
            yield Run(chars, start, end)

    def _more_follows(self, index: int) -> bool:
        """After fillers, the next real token reads as characters."""
        while index < len(self._t) and self._t[index].low in JOINS:
            index += 1
        return index < len(self._t) and self._read(index, inside=True) is not None

    def _read(self, index: int, *, inside: bool) -> tuple[str, int] | None:
        return self._read_repeated(index) or self._read_number(index, inside=inside) or self._read_letters(index)

    def _low(self, index: int) -> str:
        return self._t[index].low if 0 <= index < len(self._t) else ""

    def _skip_joins(self, index: int, *, extra: str = "") -> int:
        while self._low(index) in ("-", extra) and self._low(index):
            index += 1
        return index

    def _read_repeated(self, index: int) -> tuple[str, int] | None:
        times = TIMES.get(self._low(index))
        if times is None:
            return None
        after = self._skip_joins(index + 1)
        if times == 2 and self._letters and self._low(after) in _U and not self._numeric(index - 1):
            return "W", after + 1
        one = self._single(after)
        return (one * times, after + 1) if one else None

    def _single(self, index: int) -> str | None:
        """One character, after "double" where even weak readings are sure."""
        low = self._low(index)
        if low in UNITS:
            return str(UNITS[low])
        if low in ZERO_LIKE:
            return "0" if not self._letters or low != "o" else "O" if self._letter_near(index) else "0"
        if low.isdigit() and len(low) == 1:
            return low
        if self._letters and len(low) == 1 and low.isalpha():
            return low.upper()
        return LETTER_NAMES.get(low) if self._letters else None

    def _letter_near(self, index: int) -> bool:
        return any(len(self._low(i)) == 1 and self._low(i).isalpha() for i in (index - 2, index + 1))

    def _read_number(self, index: int, *, inside: bool) -> tuple[str, int] | None:
        token = self._t[index]
        low = token.low
        if low == "one" and self._low(index - 1) in _ONE_IS_A_THING_AFTER:
            return None
        if low.isdigit():
            if not low.isascii() or self._glued_tail(index) in _ORDINAL_TAILS:
                return None
            return low, index + 1
        if low in ZERO_LIKE:
            near = self._numeric(self._previous(index)) or self._numeric(self._next(index))
            return ("0", index + 1) if near else None
        if low in HOMOPHONES:
            between = inside and self._numeric(self._previous(index)) and self._numeric(self._next(index))
            return (HOMOPHONES[low], index + 1) if between else None
        return self._read_words(index)

    def _glued_tail(self, index: int) -> str:
        following = index + 1
        if following < len(self._t) and self._t[following].start == self._t[index].end:
            return self._low(following)
        return ""

    def _previous(self, index: int) -> int:
        index -= 1
        while index >= 0 and self._low(index) in JOINS:
            index -= 1
        return index

    def _next(self, index: int) -> int:
        index += 1
        while index < len(self._t) and self._low(index) in JOINS:
            index += 1
        return index

    def _numeric(self, index: int) -> bool:
        low = self._low(index)
        return low.isdigit() or low in UNITS or low in TEENS or low in TENS or low in TIMES or low in ("oh", "hundred")

    def _read_words(self, index: int) -> tuple[str, int] | None:
        """Number words: 0-99, then "hundred" and "thousand" with what they govern."""
        below = self._read_below_hundred(index)
        if below is None:
            return None
        value, after = below
        if value == 0:
            return "0", after
        for word, factor in (("hundred", 100), ("thousand", 1000)):
            if self._low(after) == word:
                value, after = self._add_lower(value * factor, after + 1, factor)
        return str(value), after

    def _add_lower(self, value: int, after: int, factor: int) -> tuple[int, int]:
        start = after + 1 if self._low(after) == "and" else after
        lower = self._read_below_hundred(start)
        if lower is None or lower[0] == 0:
            return value, after
        amount, end = lower
        if factor == 1000 and self._low(end) == "hundred":
            amount, end = self._add_lower(amount * 100, end + 1, 100)
        return (value + amount, end) if amount < factor else (value, after)

    def _read_below_hundred(self, index: int) -> tuple[int, int] | None:
        low = self._low(index)
        if low in TENS:
            after = self._skip_joins(index + 1)
            unit = UNITS.get(self._low(after), 0)
            return (TENS[low] + unit, after + 1) if unit else (TENS[low], index + 1)
        if low in TEENS:
            return TEENS[low], index + 1
        return (UNITS[low], index + 1) if low in UNITS else None

    def _read_letters(self, index: int) -> tuple[str, int] | None:
        if not self._letters:
            return None
        token = self._t[index]
        low = token.low
        if len(low) == 1 and low.isalpha() and low.isascii():
            if example := example_after(self._t, index):
                return example
            return (low.upper(), index + 1) if self._is_spelled(index) else None
        if low == "november" and self._low(index - 1) in _BEFORE_A_MONTH:
            return None
        if low in NATO or low in LETTER_NAMES:
            return (NATO.get(low) or LETTER_NAMES[low], index + 1) if self._character_near(index) else None
        glued_right = self._glued_tail(index).isdigit()
        glued_left = index > 0 and self._low(index - 1).isdigit() and self._t[index - 1].end == token.start
        prefix = token.text.isupper() and self._glued_tail(index) == "-" and self._glued_tail(index + 1).isdigit()
        if prefix or (self._are_capitals(index) and self._capitals_count(index)):
            return low.upper(), index + 1
        glued = glued_right or (glued_left and low not in _ORDINAL_TAILS)
        if glued and len(low) <= _LONGEST_PREFIX and low.isalpha():
            return low.upper(), index + 1
        return None

    def _are_capitals(self, index: int) -> bool:
        """Letters written together, "JVPE", in a text that is not all in capitals, or that says nothing else."""
        token = self._t[index] if 0 <= index < len(self._t) else None
        if token is None or not 1 < len(token.text) <= _LONGEST_CAPITALS:
            return False
        return token.text.isupper() and token.text.isascii() and token.low not in EVERYDAY | ABBREVIATIONS

    def _capitals_count(self, index: int) -> bool:
        """Capitals are read where digits or single capitals stand next to them: "JVPE 870", "KW ZAG 266", "MF-G"."""
        for step in (self._previous, self._next):
            near = step(index)
            while self._are_capitals(near):
                near = step(near)
            token = self._t[near] if 0 <= near < len(self._t) else None
            if token and (len(token.text) == 1 and token.text.isupper() and token.text not in "AI"):
                return True
            if token and self._numeric(near) and token.low not in TIMES:
                return True
        return False

    def _is_spelled(self, index: int) -> bool:
        """A lone letter is a spelled one, unless it is the word "a" or "I"."""
        if self._glued_tail(index).isdigit() or self._t[index].low not in "ai":
            return True
        if self._t[index].text == "A" and index > 0 and self._low(index - 1) not in (".", "?", "!"):
            return True
        before, after = self._previous(index), self._next(index)
        while self._low(before) in ("a", "i"):
            before = self._previous(before)
        while self._low(after) in ("a", "i"):
            after = self._next(after)
        if any(len(n) == 1 and n.isalpha() for n in (self._low(before), self._low(after))):
            return True
        before, after = self._previous(index), self._next(index)
        return self._numeric(before) and self._numeric(after)

    def _character_near(self, index: int) -> bool:
        near = (self._low(self._previous(index)), self._low(self._next(index)))
        return any(
            n.isdigit() or n in UNITS or n in NATO or n in LETTER_NAMES or (len(n) == 1 and n.isalpha()) for n in near
        )
