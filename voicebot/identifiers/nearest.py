"""Which existing numbers a heard one may have been. Pure; in memory; one to three milliseconds among 100,000 numbers.

Any connector whose order system cannot search by sound may keep a `NumberIndex`: fill it from the list of order numbers
at the start, and `add` what is placed. Seven digits cost about 150 bytes an order.

Numbers of one length stand in columns, one byte a character. `bytes.translate` turns a column into what each of its
characters costs against one that was heard; sums of such columns bound the distance of all numbers at once, and only
the few that are left are measured exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from voicebot.identifiers.distance import EXTRA_REPEATED, TURNED, sound_distance
from voicebot.identifiers.sound import swap_cost

#: Nothing farther than this is near.
FARTHEST = 2.0
#: A hypothesis that is worse by this much mean log-probability is as far as one character.
LOGPROB_PER_CHARACTER = 2.0
#: The letters of `W2611340` left away by the caller.
LETTERS_LEFT_AWAY = 0.3
_SHORTEST, _LONGEST = 3, 12
#: Steps of a cost in a column: 12 unlike characters and two slips still fit into a byte.
_STEPS = 15
_SLIP = np.uint8(min(EXTRA_REPEATED, TURNED / 2) * _STEPS)
_FAR = np.uint8(2 * _STEPS)
_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_Costs = npt.NDArray[np.uint8]


def canonical(number: str) -> str:
    """Letters and digits only, capitals: `#W 261-1340` is `W2611340`."""
    return "".join(c for c in number.upper() if c.isascii() and c.isalnum())


class NumberIndex:
    """Existing numbers (digits, or letters and digits), searched by sound.

    Args:
        numbers: in any spelling; what comes back is canonical. Those longer than 12 characters are not kept.
    """

    def __init__(self, numbers: Iterable[str] = ()) -> None:
        self._numbers: set[str] = set()
        self._tables: dict[tuple[int, float], _Table] = {}
        for number in numbers:
            self.add(number)

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, number: str) -> bool:
        return canonical(number) in self._numbers

    def add(self, number: str) -> None:
        """Put a number in; one that is there already stays there once."""
        key = canonical(number)
        if key in self._numbers or not _SHORTEST <= len(key) <= _LONGEST:
            return
        self._numbers.add(key)
        self._table(len(key), 0.0).add(key, key)
        bare = "".join(c for c in key if c.isdigit())
        if bare != key and len(bare) >= _SHORTEST:
            self._table(len(bare), LETTERS_LEFT_AWAY).add(bare, key)

    def nearest(self, heard: str | Sequence[tuple[str, float]], limit: int) -> list[tuple[str, float]]:
        """Existing numbers that `heard` may be a mishearing of, nearest first, each with its distance in characters.

        Any number of changed characters counts, with at most one dropped and one added, or two neighbours turned round.

        Args:
            heard: what was heard, or n-best hypotheses with their mean log-probabilities: a weaker hypothesis begins
                that much farther away.
            limit: how many at most.
        """
        hypotheses = [(heard, 0.0)] if isinstance(heard, str) else list(heard)
        if limit < 1 or not hypotheses:
            return []
        top = max(score for _, score in hypotheses)
        found: dict[str, float] = {}
        for text, score in sorted(hypotheses, key=lambda h: -h[1]):
            self._search(canonical(text), (top - score) / LOGPROB_PER_CHARACTER, limit, found)
        return sorted(found.items(), key=lambda item: (item[1], item[0]))[:limit]

    def _table(self, length: int, penalty: float) -> _Table:
        return self._tables.setdefault((length, penalty), _Table(length))

    def _search(self, key: str, behind: float, limit: int, found: dict[str, float]) -> None:
        for (length, penalty), table in self._tables.items():
            if abs(length - len(key)) > 1 or len(key) > _LONGEST:
                continue
            begins = behind + penalty
            for entry, number, at_least in table.near(key, FARTHEST - begins):
                farthest = sorted(found.values())[limit - 1] if len(found) >= limit else FARTHEST + 1e-6
                if begins + at_least >= farthest:
                    break
                cost = begins + sound_distance(key, entry)
                if cost <= FARTHEST and cost < found.get(number, farthest):
                    found[number] = cost


class _Table:
    """Numbers of one length, a column for each of their characters."""

    def __init__(self, length: int) -> None:
        self._columns = [bytearray() for _ in range(length)]
        self._numbers: list[str] = []

    def add(self, entry: str, number: str) -> None:
        for column, char in zip(self._columns, entry, strict=True):
            column.append(ord(char))
        self._numbers.append(number)

    def near(self, key: str, within: float) -> Iterator[tuple[str, str, float]]:
        """Entry, number and a lower bound of the distance, of all that may be within it, by that bound."""
        if within < 0.0:
            return
        bounds = self._bounds(key)
        places = np.flatnonzero(bounds <= int(within * _STEPS))
        for place in places[np.argsort(bounds[places], kind="stable")]:
            entry = bytes(column[place] for column in self._columns).decode("ascii")
            yield entry, self._numbers[place], float(bounds[place]) / _STEPS

    def _bounds(self, key: str) -> _Costs:
        """Of all numbers, at most the distance; each path through the characters is a row of additions and minima."""
        size = len(self._columns)
        if len(key) != size:
            # One character was swallowed, or one heard that was not said: aligned before it, shifted after it.
            shift = size - len(key)
            before = best = self._none()
            for k in range(min(len(key), size)):
                best = np.minimum(best, before) + self._cost(key, k + max(0, -shift), k + max(0, shift))
                before = before + self._cost(key, k, k)
            shorter: _Costs = np.minimum(best, before) + _SLIP
            return shorter
        # One dropped and one added: between the two the characters are shifted, to the left or to the right.
        before = before_last = shifted_left = shifted_right = self._none()
        after = before + _FAR
        for k in range(size):
            same = self._cost(key, k, k)
            if k:
                left, right = self._cost(key, k, k - 1), self._cost(key, k - 1, k)
                shifted_left, shifted_right = shifted_left + left, shifted_right + right
                turned = before_last + left + right
                after = np.minimum(after + same, np.minimum(turned, np.minimum(shifted_left, shifted_right)))
                shifted_left, shifted_right = np.minimum(shifted_left, before), np.minimum(shifted_right, before)
            before_last, before = before, before + same
        result: _Costs = np.minimum(before, after + 2 * _SLIP)
        return result

    def _none(self) -> _Costs:
        return np.zeros(len(self._numbers), dtype=np.uint8)

    def _cost(self, key: str, heard: int, column: int) -> _Costs:
        """What the heard character costs against all characters of a column."""
        return np.frombuffer(self._columns[column].translate(_costs(key[heard])), dtype=np.uint8)


@cache
def _costs(heard: str) -> bytes:
    """For each byte that is a character, what it costs to have heard `heard` for it, rounded down to whole steps."""
    costs = bytearray([_STEPS] * 256)
    for char in _CHARACTERS:
        costs[ord(char)] = int(min(1.0, swap_cost(heard, char)) * _STEPS)
    return bytes(costs)
