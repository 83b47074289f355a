"""Many numbers of one length against a heard one, all at once. Pure.

A number is an integer in base 36; its characters are columns of small integers, one for each place. What each character
of a column costs against one that was heard is a look-up; sums of such columns bound the distance of all numbers at
once. The bound never exceeds `sound_distance`, so that only the numbers within it need to be measured exactly.

Numbers are kept in order: those that begin alike lie together, and few different beginnings and ends are there to be
bounded. A number is looked at when its beginning and its end together may be near enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from voicebot.identifiers.distance import EXTRA_REPEATED, TURNED
from voicebot.identifiers.sound import swap_cost

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: The longest number whose integer fits into 64 bits.
LONGEST = 12
#: Steps of a cost in a column: 12 unlike characters and two slips still fit into a byte.
_STEPS = 15
_SLIP = int(min(EXTRA_REPEATED, TURNED / 2) * _STEPS)
_FAR = 2 * _STEPS + 1
#: So few numbers are all looked at.
_FEW = 10_000
_BASE = len(CHARACTERS)

Costs = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Bounds:
    """In steps: without a slip, and with one begun (`_FAR` when there can be none); what slips cost is not in it."""

    straight: Costs
    bent: Costs


class Table:
    """Numbers of one length. Immutable.

    Args:
        codes: the numbers in base 36, in any order; repetitions are kept.
        owners: for each of them the number that it stands for, as ASCII; None when it stands for itself.
    """

    def __init__(self, length: int, codes: Codes, owners: npt.NDArray[np.bytes_] | None = None) -> None:
        order = np.argsort(codes, kind="stable") if owners is not None else None
        self.length = length
        self.codes: Codes = np.sort(codes) if order is None else codes[order]
        self.owners = owners[order] if owners is not None else None
        self._all = columns(self.codes, length) if len(codes) <= _FEW else None
        if self._all is not None:
            return
        ahead = (length + 1) // 2
        span = _BASE ** (length - ahead)
        heads = self.codes // span
        starts = np.flatnonzero(np.diff(heads, prepend=-1))
        tails, tail_of = np.unique(self.codes % span, return_inverse=True)
        self._starts = np.append(starts, len(self.codes))
        self._heads = columns(heads[starts], ahead)
        self._tails = columns(tails, length - ahead)[::-1]
        self._tail_of = tail_of.astype(np.min_scalar_type(len(tails)))

    def __len__(self) -> int:
        return len(self.codes)

    def __contains__(self, code: int) -> bool:
        place = int(np.searchsorted(self.codes, code))
        return place < len(self.codes) and int(self.codes[place]) == code

    def near(self, key: str, within: float) -> Iterator[tuple[str, str, float]]:
        """Entry, number and a lower bound of the distance, of all that may be within it, by that bound.

        Args:
            key: letters and digits, at most one longer or shorter than the numbers.
            within: in characters, 2.0 at most.
        """
        allowed = int(within * _STEPS + 1e-6)
        slips = 2 * _SLIP if len(key) == self.length else _SLIP
        if within < 0.0 or not len(self) or (len(key) != self.length and allowed < slips):
            return
        if self._all is not None:
            rows, parts = np.arange(len(self)), self._all
        else:
            rows = self._candidates(key, allowed, slips)
            parts = columns(self.codes[rows], self.length)
        found = bounds(parts, key, self.length, bent=slips <= allowed)
        total = np.minimum(found.straight, found.bent + np.uint8(slips))
        near = np.flatnonzero(total <= allowed)
        for place in near[np.argsort(total[near], kind="stable")]:
            entry = "".join(CHARACTERS[part[place]] for part in parts)
            owner = entry if self.owners is None else self.owners[rows[place]].decode("ascii")
            yield entry, owner, float(total[place]) / _STEPS

    def _candidates(self, key: str, allowed: int, slips: int) -> npt.NDArray[np.intp]:
        """Places of the numbers whose beginning and end together may be near enough, in order."""
        bent = slips <= allowed
        heads = bounds(self._heads, key, self.length, bent=bent)
        tails = bounds(self._tails, key[::-1], self.length, bent=bent)
        lowest = np.minimum(heads.straight, heads.bent + np.uint8(slips))
        chosen = np.flatnonzero(lowest <= allowed)
        counts = self._starts[chosen + 1] - self._starts[chosen]
        head = np.repeat(chosen, counts)
        # From each chosen beginning's first number on, one by one.
        rows = np.arange(len(head)) + np.repeat(self._starts[chosen] - np.cumsum(counts) + counts, counts)
        tail = self._tail_of[rows]
        total = heads.straight[head] + tails.straight[tail]
        if bent:
            total = np.minimum(total, heads.bent[head] + tails.bent[tail] + np.uint8(slips))
        kept: npt.NDArray[np.intp] = rows[total <= allowed]
        return kept


def bounds(parts: Sequence[Costs], key: str, size: int, *, bent: bool) -> _Bounds:
    """Of numbers of `size` characters whose first ones are `parts`, all of them or not.

    One path through the characters is a row of additions and minima. A path is straight, or bent by slips: a character
    dropped and one added, two neighbours turned round, or, when the lengths differ, one dropped or added.
    """
    none = np.zeros(len(parts[0]) if parts else 0, dtype=np.uint8)
    if len(key) != size:
        return _Bounds(none + np.uint8(_FAR), _shifted(parts, key, size, none))
    straight = none
    if not bent:
        for k, part in enumerate(parts):
            straight = straight + _cost(key[k], part)
        return _Bounds(straight, none + np.uint8(_FAR))
    before_last = shifted_left = shifted_right = none
    after = none + np.uint8(_FAR)
    for k, part in enumerate(parts):
        same = _cost(key[k], part)
        if k:
            # Between the two slips the characters are shifted, to the left or to the right.
            left, right = _cost(key[k], parts[k - 1]), _cost(key[k - 1], part)
            shifted_left, shifted_right = shifted_left + left, shifted_right + right
            turned = before_last + left + right
            after = np.minimum(after + same, np.minimum(turned, np.minimum(shifted_left, shifted_right)))
            shifted_left, shifted_right = np.minimum(shifted_left, straight), np.minimum(shifted_right, straight)
        before_last, straight = straight, straight + same
    if len(parts) < size:  # the second slip may be in the rest
        after = np.minimum(after, np.minimum(shifted_left, shifted_right))
    return _Bounds(straight, after)


def _shifted(parts: Sequence[Costs], key: str, size: int, none: Costs) -> Costs:
    """One character was swallowed, or one heard that was not said: aligned before it, shifted after it."""
    shift = size - len(key)
    straight = best = none
    for k in range(min(len(key), len(parts) - max(0, shift))):
        best = np.minimum(best, straight) + _cost(key[k + max(0, -shift)], parts[k + max(0, shift)])
        straight = straight + _cost(key[k], parts[k])
    lowest: Costs = np.minimum(best, straight)
    return lowest


def columns(codes: Codes, length: int) -> list[Costs]:
    """The characters of numbers of this length, one array for each place, as places in `CHARACTERS`."""
    made: list[Costs] = []
    for _ in range(length):
        codes, last = np.divmod(codes, _BASE)
        made.append(last.astype(np.uint8))
    return made[::-1]


def encoded(key: str) -> int:
    """The integer of a number: capitals and digits only, of one length, in order as their characters are."""
    return int(key, _BASE)


def _cost(heard: str, part: Costs) -> Costs:
    # `bytes.translate` is several times as fast as indexing an array.
    return np.frombuffer(part.tobytes().translate(_costs(heard)), dtype=np.uint8)


@cache
def _costs(heard: str) -> bytes:
    """For each character, what it costs to have heard `heard` for it, rounded down to whole steps."""
    costs = bytes(int(min(1.0, swap_cost(heard, char)) * _STEPS) for char in CHARACTERS)
    return costs.ljust(256, bytes([_STEPS]))
