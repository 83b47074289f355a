"""What characters each word of a dictated identifier may stand for, with what it costs to believe it. Pure.

Readers that know the form of a value (`forms.fit`) choose among these readings; a misheard word is believed only where
the form wants a character.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from voicebot.identifiers.everyday import EVERYDAY
from voicebot.identifiers.examples import example_after
from voicebot.identifiers.tokens import Token, low, tokens
from voicebot.identifiers.vocabulary import (
    EXAMPLES,
    HOMOPHONES,
    JOINS,
    LETTER_HOMOPHONES,
    LETTER_NAMES,
    MISHEARD,
    NATO,
    TEENS,
    TENS,
    TIMES,
    UNITS,
    ZERO_LIKE,
    words,
)

_LIKELY, _HOMOPHONE, _EXAMPLE, _LUMP, _LUMP_WORD, _MISHEARD, _FIRST_LETTER = 0.05, 0.3, 0.15, 0.3, 0.9, 0.7, 0.95
_SKIP_MARK, _SKIP_JOIN, _SKIP_WORD, _SKIP_CHARACTER = 0.0, 0.1, 0.6, 0.9
_LONGEST_LUMP, _LONGEST_CAPITALS = 4, 8
_SURELY = 0.1
_AROUND = 6
_DOUBLE_U = frozenset(words("u you yew"))
#: Words that are something else before they are letters written together.
_WORDS = (LETTER_HOMOPHONES, HOMOPHONES, MISHEARD, JOINS, EVERYDAY)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the words from a place on.

    Attributes:
        text: the characters, upper case; empty when the words are skipped.
        after: index of the first token behind them.
        cost: 0.0 is what was written; about 1.0 is a whole character made up.
    """

    text: str
    after: int
    cost: float


def heard(text: str) -> tuple[list[Token], list[list[Reading]]]:
    """Tokens of `text` and the readings that begin at each of them."""
    stream = tokens(text)
    return stream, [readings(stream, index) for index in range(len(stream))]


def readings(stream: Sequence[Token], index: int) -> list[Reading]:
    """All readings of `stream` at `index`; skipping the word is always one of them."""
    found: dict[tuple[str, int], float] = {}
    for source in _SOURCES:
        for reading in source(stream, index):
            key = (reading.text, reading.after)
            found[key] = min(reading.cost, found.get(key, reading.cost))
    return [Reading(text, after, cost) for (text, after), cost in found.items()]


@dataclass(frozen=True, slots=True)
class Dictated:
    """The longest row of words that hardly can be anything but characters.

    Attributes:
        characters: how many they are.
        span: character positions in the text, with a few words more on both sides: they may be misheard characters.
    """

    characters: int
    span: tuple[int, int]


@lru_cache(maxsize=32)
def dictated(text: str) -> Dictated:
    """Where in `text` somebody dictates, and how much."""
    stream, options = heard(text)
    row, first, longest, where = 0, 0, 0, (0, 0)
    for index, choices in enumerate(options):
        cheap = [len(r.text) for r in choices if r.text and r.cost <= _SURELY]
        if cheap:
            first = index if row == 0 else first
            row += max(cheap)
        elif not any(r.cost <= (_HOMOPHONE if r.text else _SKIP_JOIN) for r in choices):
            row = 0
        if row > longest:
            longest, where = row, (max(0, first - _AROUND), min(len(stream) - 1, index + _AROUND))
    span = (stream[where[0]].start, stream[where[1]].end) if longest else (0, 0)
    return Dictated(longest, span)


def letter_heard(text: str) -> bool:
    """Whether any word of `text` may well be a letter; digits alone are not to be taken for letters."""
    return any(r.text.isalpha() and r.cost <= _HOMOPHONE for choices in heard(text)[1] for r in choices)


def _written(stream: Sequence[Token], index: int) -> Iterator[Reading]:
    word = stream[index].low
    if word.isdigit() and word.isascii():
        yield Reading(word, index + 1, 0.0)
    elif len(word) == 1 and word.isascii() and word.isalpha():
        yield Reading(word.upper(), index + 1, 0.0)
        if example := example_after(stream, index):
            yield Reading(example[0], example[1], 0.0 if example[0] == word.upper() else _EXAMPLE)


def _named(stream: Sequence[Token], index: int) -> Iterator[Reading]:
    word = stream[index].low
    if letter := NATO.get(word) or LETTER_NAMES.get(word):
        yield Reading(letter, index + 1, _LIKELY)
    if word in ("x", "ex") and low(stream, index + 1) == "-" and low(stream, index + 2) == "ray":
        yield Reading("X", index + 3, 0.0)
    if word in EXAMPLES:
        yield Reading(word[0].upper(), index + 1, _EXAMPLE)
    if word in UNITS:
        yield Reading(str(UNITS[word]), index + 1, 0.0)
    if word in ZERO_LIKE:
        yield Reading("0", index + 1, 0.0 if word == "o" else _LIKELY)
        yield Reading("O", index + 1, 0.0 if word == "o" else _LIKELY)
    if word in TEENS:
        yield Reading(str(TEENS[word]), index + 1, 0.0)
    if word in TENS:
        unit = index + 2 if low(stream, index + 1) == "-" else index + 1
        yield Reading(str(TENS[word]), index + 1, 0.0)
        if UNITS.get(low(stream, unit)):
            yield Reading(str(TENS[word] + UNITS[low(stream, unit)]), unit + 1, 0.0)
    if word == "hundred":
        yield Reading("00", index + 1, _LIKELY)


def _repeated(stream: Sequence[Token], index: int) -> Iterator[Reading]:
    times = TIMES.get(stream[index].low)
    if times is None:
        return
    what = index + 2 if low(stream, index + 1) == "-" else index + 1
    if what >= len(stream):
        return
    if times == 2 and stream[what].low in _DOUBLE_U:
        yield Reading("W", what + 1, _LIKELY)
    for source in (_written, _named, _sounding):
        for one in source(stream, what):
            if len(one.text) == 1:
                yield Reading(one.text * times, one.after, one.cost)


def _sounding(stream: Sequence[Token], index: int) -> Iterator[Reading]:
    word = stream[index].low
    for table in (LETTER_HOMOPHONES, HOMOPHONES):
        if word in table:
            yield Reading(table[word], index + 1, _HOMOPHONE)
    for character in MISHEARD.get(word, ""):
        yield Reading(character, index + 1, _MISHEARD)


def _lump(stream: Sequence[Token], index: int) -> Iterator[Reading]:
    """Letters written together: "DZ", "yl"; or a word of which only the first letter is meant."""
    token = stream[index]
    if not (len(token.text) > 1 and token.text.isascii() and token.text.isalpha()):
        return
    if len(token.text) <= (_LONGEST_CAPITALS if token.text.isupper() else _LONGEST_LUMP):
        known = any(token.low in table for table in _WORDS)
        cost = _LIKELY if token.text.isupper() else _LUMP_WORD if known else _LUMP
        yield Reading(token.text.upper(), index + 1, cost)
    yield Reading(token.text[0].upper(), index + 1, _FIRST_LETTER)


def _skipped(stream: Sequence[Token], index: int) -> Iterator[Reading]:
    word = stream[index].low
    if not word.isalnum():
        cost = _SKIP_MARK
    elif word in JOINS or word in ("capital", "uppercase", "lowercase", "letter"):
        cost = _SKIP_JOIN
    else:
        cost = _SKIP_CHARACTER * len(word) if len(word) == 1 or word.isdigit() else _SKIP_WORD
    yield Reading("", index + 1, cost)


_SOURCES: tuple[Callable[[Sequence[Token], int], Iterator[Reading]], ...] = (
    _written,
    _named,
    _repeated,
    _sounding,
    _lump,
    _skipped,
)
