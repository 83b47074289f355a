"""Forms of identifiers, character by character, and the values of a form that best explain what was heard. Pure.

A form is a tuple with the characters allowed at each place. Many forms are searched at once: forms that end alike share
their states, so British postcodes in their six shapes cost little more than one.
"""

from __future__ import annotations

import itertools
import math
import re
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from voicebot.identifiers.heard import Reading, dictated
from voicebot.identifiers.heard import heard as read
from voicebot.identifiers.sound import swap_cost

Form = tuple[str, ...]

LETTERS = string.ascii_uppercase
DIGITS = string.digits
_MISSING, _MISSING_REPEAT = 1.2, 0.7
_DROPPED, _DROPPED_REPEAT = 1.0, 0.6
_KEPT = 5
_WORTH_TRYING = 0.75
_CHOICES = 4
#: Words around the value cost next to nothing, characters something: they are rather a part of it.
_OUTSIDE_WORD, _OUTSIDE_CHARACTER, _OUTSIDE_MOST = 0.02, 0.7, 0.9
_MOST_MISSING = 2
_SURELY_CHARACTERS = 0.2
_BRANCHES = 12
#: Characters of text; what somebody dictated before that is not looked at.
_LONGEST_TEXT = 160
#: Partial values dearer than the best at the same place by more than this are given up.
_BEAM = 1.6
_FORMAT_PART = re.compile(r"(?P<what>\[[A-Z0-9]+\]|[@#]|[A-Z0-9])(?:\{(?P<low>\d{1,2})(?:,(?P<high>\d{1,2}))?\})?")


@dataclass(frozen=True, slots=True)
class Fit:
    """A value of the form, with what it costs to believe that it was said.

    Attributes:
        value: one character for each place of the form.
        cost: sum over the characters; below 0.5 nothing but homophones was repaired, beyond 2 it is guessing.
        span: character positions in the text.
    """

    value: str
    cost: float
    span: tuple[int, int]


def forms(pattern: str) -> tuple[Form, ...]:
    """Forms of a pattern: `@` a letter, `#` a digit, `[AB]` one of these, `{n}` or `{n,m}` times; others stand for
    themselves and marks are ignored: `AB-#{5}`, `@{1,3}#{4,8}`.

    Raises:
        ValueError: it has no place at all, or more than 40.
    """
    parts = []
    for match in _FORMAT_PART.finditer(pattern):
        what = {"@": LETTERS, "#": DIGITS}.get(match["what"], match["what"].strip("[]"))
        least = int(match["low"] or 1)
        parts.append([(what,) * n for n in range(least, int(match["high"] or least) + 1)])
    made = tuple(tuple(itertools.chain.from_iterable(choice)) for choice in itertools.product(*parts))
    if not made or not all(0 < len(form) <= 40 for form in made):
        raise ValueError(f"not a form of an identifier: {pattern!r}")
    return made


def fit(text: str, among: Iterable[Form], *, most: int = _KEPT, dearest: float = 3.0) -> list[Fit]:
    """Values of the forms `among` that explain the part of `text` in which somebody dictates, best first.

    Args:
        most: so many values.
        dearest: none that costs more.
    """
    begin, until = dictated(text).span
    begin = max(begin, until - _LONGEST_TEXT)
    stream, options = read(text[begin:until])
    outside = [_outside(readings) for readings in options]
    columns = _search(options, outside, frozenset(among), dearest)
    done: dict[str, _Partial] = {}
    for index, column in enumerate(columns):
        behind = min(_OUTSIDE_MOST, sum(outside[index:]))
        for partial in _finished(column):
            whole = partial._replace(cost=partial.cost + behind)
            if whole.cost <= min(dearest, done[whole.value].cost if whole.value in done else math.inf):
                done[whole.value] = whole
    ranked = sorted(done.values(), key=lambda p: (p.cost, p.value))[:most]
    return [Fit(p.value, round(p.cost, 3), (begin + stream[p.first].start, begin + stream[p.last].end)) for p in ranked]


_State = frozenset[Form]


class _Partial(NamedTuple):
    """What was read so far: its cost, the characters, and the first and last token that gave one."""

    cost: float
    value: str
    first: int
    last: int


#: State -> the cheapest values that reach it.
_Column = dict[_State, list[_Partial]]


def _search(
    options: Sequence[Sequence[Reading]], outside: Sequence[float], root: _State, dearest: float
) -> list[_Column]:
    """For each token, and behind the last, the states reached before it; readings only lead onwards."""
    columns: list[_Column] = [{} for _ in range(len(options) + 1)]
    for index, readings in enumerate(options):
        _add(columns[index], root, _Partial(min(_OUTSIDE_MOST, sum(outside[:index])), "", -1, 0))
        bound = _BEAM + min(partial.cost for partials in columns[index].values() for partial in partials)
        for state, partials in columns[index].items():
            near = [partial for partial in partials if partial.cost <= bound]
            for reading, partial in itertools.product(readings, near):
                for end, reached in _read(state, partial, reading, index):
                    if reached.cost <= dearest:
                        _add(columns[reading.after], end, reached)
    return columns


def _finished(column: _Column) -> Iterator[_Partial]:
    """Values that are whole here, or need only characters that are fixed."""
    for state, partials in column.items():
        for end, partial in itertools.chain.from_iterable(_with_missing(state, p) for p in partials):
            if () in end and partial.first >= 0:
                yield partial


def _add(column: _Column, state: _State, partial: _Partial) -> None:
    held = column.setdefault(state, [])
    for i, other in enumerate(held):
        if other.value == partial.value:
            if partial.cost < other.cost:
                held[i] = partial
            return
    if len(held) < _KEPT:
        held.append(partial)
        return
    worst = max(range(_KEPT), key=lambda i: held[i].cost)
    if partial.cost < held[worst].cost:
        held[worst] = partial


def _outside(readings: Sequence[Reading]) -> float:
    """What it costs that the value begins after, or ends before, a token."""
    characters = min((len(r.text) for r in readings if r.text and r.cost < _SURELY_CHARACTERS), default=0)
    return _OUTSIDE_CHARACTER * characters if characters else _OUTSIDE_WORD


def _read(state: _State, partial: _Partial, reading: Reading, index: int) -> list[tuple[_State, _Partial]]:
    """All ways to take the characters of one reading."""
    if not reading.text:
        cost, value, first, last = partial
        return [(state, _Partial(cost + reading.cost, value, first, last))] if first >= 0 else []
    first = index if partial.first < 0 else partial.first
    ways = [(state, _Partial(partial.cost + reading.cost, partial.value, first, reading.after - 1))]
    for character in reading.text:
        ways = [after for before in ways for after in _step(*before, character)]
        ways = sorted(ways, key=lambda way: way[1].cost)[:_BRANCHES]
    return ways


def _step(state: _State, partial: _Partial, character: str) -> Iterator[tuple[_State, _Partial]]:
    cost, value, first, last = partial
    if value:
        dropped = _DROPPED_REPEAT if value[-1] == character else _DROPPED
        yield state, _Partial(cost + dropped, value, first, last)
    for at, (before, so_far, _, _) in _with_missing(state, partial):
        for allowed, following in _following(at):
            for said, swap in _choices(character, allowed):
                yield following, _Partial(before + swap, so_far + said, first, last)


def _with_missing(state: _State, partial: _Partial) -> Iterator[tuple[_State, _Partial]]:
    """The partial value, and those in which places that allow one character only were not heard."""
    yield state, partial
    cost, value, first, last = partial
    for _ in range(_MOST_MISSING):
        only = [(allowed, end) for allowed, end in _following(state) if len(allowed) == 1]
        if len(only) != 1:
            return
        ((allowed, state),) = only
        cost, value = cost + (_MISSING_REPEAT if value.endswith(allowed) else _MISSING), value + allowed
        yield state, _Partial(cost, value, first, last)


@lru_cache(maxsize=4096)
def _following(state: _State) -> tuple[tuple[str, _State], ...]:
    """Character sets allowed next, each with the state behind it."""
    tails: dict[str, set[Form]] = {}
    for form in state:
        if form:
            tails.setdefault(form[0], set()).add(form[1:])
    return tuple((allowed, frozenset(rest)) for allowed, rest in tails.items())


@lru_cache(maxsize=8192)
def _choices(character: str, allowed: str) -> tuple[tuple[str, float], ...]:
    """What may have been said at a place, when `character` was heard there."""
    costs = sorted((swap_cost(character, said), said) for said in allowed)
    if len(allowed) == 1:
        return ((allowed, costs[0][0]),)
    return tuple((said, cost) for cost, said in costs[:_CHOICES] if cost <= _WORTH_TRYING)
