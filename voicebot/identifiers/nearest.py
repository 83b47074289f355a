"""Which existing numbers a heard one may have been. Pure; in memory; about a millisecond among a million numbers.

Any connector whose order system cannot search by sound may keep a `NumberIndex`: fill it from the list of order numbers
at the start, and `add` what is placed. Seven digits cost about 12 bytes an order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from voicebot.identifiers.columns import CHARACTERS as _CHARACTERS
from voicebot.identifiers.columns import LONGEST, Codes, Table, columns, encoded
from voicebot.identifiers.distance import sound_distance

#: Nothing farther than this is near.
FARTHEST = 2.0
#: A hypothesis that is worse by this much mean log-probability is as far as one character.
LOGPROB_PER_CHARACTER = 2.0
#: The letters of `W2611340` left away by the caller.
LETTERS_LEFT_AWAY = 0.3
#: Where there are many numbers, those within the first hide the others.
_LEVELS = (1.0, FARTHEST)
_SHORTEST = 3
_BATCH = 50_000
#: So many new numbers, or this part of the old ones, stay in a table of their own.
_RECENT, _RECENT_PART = 1000, 0.1


def canonical(number: str) -> str:
    """Letters and digits only, capitals: `#W 261-1340` is `W2611340`."""
    if number.isascii() and number.isalnum():
        return number.upper()
    return "".join(c for c in number.upper() if c.isascii() and c.isalnum())


class NumberIndex:
    """Existing numbers (digits, or letters and digits), searched by sound.

    Args:
        numbers: in any spelling; what comes back is canonical. Those longer than 12 characters are not kept.
    """

    def __init__(self, numbers: Iterable[str] = ()) -> None:
        self._shelves: dict[tuple[int, float], _Shelf] = {}
        remaining = iter(numbers)
        read: dict[int, list[Codes]] = {}
        while batch := list(islice(remaining, _BATCH)):
            by_length: dict[int, list[int]] = {}
            for key in map(canonical, batch):
                if _SHORTEST <= len(key) <= LONGEST:
                    by_length.setdefault(len(key), []).append(encoded(key))
            for length, codes in by_length.items():
                read.setdefault(length, []).append(np.array(codes, dtype=np.int64))
        for length, parts in read.items():
            unique = np.unique(np.concatenate(parts))
            self._shelf(length, 0.0).fill(unique)
            for key in _lettered(unique, length):
                self._add_bare(key)

    def __len__(self) -> int:
        return sum(len(shelf) for (_, penalty), shelf in self._shelves.items() if not penalty)

    def __contains__(self, number: str) -> bool:
        key = canonical(number)
        shelf = self._shelves.get((len(key), 0.0))
        return shelf is not None and encoded(key) in shelf

    def add(self, number: str) -> None:
        """Put a number in; one that is there already stays there once."""
        key = canonical(number)
        if key in self or not _SHORTEST <= len(key) <= LONGEST:
            return
        self._shelf(len(key), 0.0).add(key, key)
        self._add_bare(key)

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
        for level in _LEVELS:
            found = {}
            for text, score in sorted(hypotheses, key=lambda h: -h[1]):
                self._search(canonical(text), (top - score) / LOGPROB_PER_CHARACTER, level, limit, found)
            if len(found) >= limit:
                break
        # Where not all that are equally near have room, the highest stay: the newest, which callers call about.
        kept = sorted(sorted(found.items(), reverse=True), key=lambda item: item[1])[:limit]
        return sorted(kept, key=lambda item: (item[1], item[0]))

    def _search(self, key: str, behind: float, level: float, limit: int, found: dict[str, float]) -> None:
        """Into `found`, numbers no farther than `level`: all of them, or the `limit` nearest and some more."""
        for (length, penalty), shelf in self._shelves.items():
            if abs(length - len(key)) > 1 or not 0 < len(key) <= LONGEST:
                continue
            begins = behind + penalty
            for table in shelf.tables():
                for entry, number, at_least in table.near(key, level - begins):
                    # Those that are as far as the last one are kept, too: which of them come first is for `nearest`.
                    farthest = sorted(found.values())[limit - 1] if len(found) >= limit else level
                    if begins + at_least > farthest:
                        break
                    cost = begins + sound_distance(key, entry)
                    if cost <= found.get(number, farthest):
                        found[number] = cost

    def _shelf(self, length: int, penalty: float) -> _Shelf:
        return self._shelves.setdefault((length, penalty), _Shelf(length, owned=penalty > 0.0))

    def _add_bare(self, key: str) -> None:
        bare = "".join(c for c in key if c.isdigit())
        if bare != key and len(bare) >= _SHORTEST:
            self._shelf(len(bare), LETTERS_LEFT_AWAY).add(bare, key)


class _Shelf:
    """Numbers of one length: a large table that seldom changes, a small one of what is new, and what came just now."""

    def __init__(self, length: int, *, owned: bool) -> None:
        self._length = length
        self._owned = owned
        self._settled = self._recent = self._table([], [])
        self._added: dict[tuple[int, str], None] = {}
        self._codes_added: set[int] = set()

    def __len__(self) -> int:
        return len(self._settled) + len(self._recent) + len(self._added)

    def __contains__(self, code: int) -> bool:
        return code in self._settled or code in self._recent or code in self._codes_added

    def fill(self, codes: Codes) -> None:
        """All at once, for a shelf that is empty."""
        self._settled = Table(self._length, codes)

    def add(self, entry: str, owner: str) -> None:
        code = encoded(entry)
        self._added[code, owner] = None
        self._codes_added.add(code)

    def tables(self) -> tuple[Table, ...]:
        if self._added:
            codes, owners = zip(*self._added, strict=True)
            self._recent = self._joined(self._recent, self._table(codes, owners))
            self._added, self._codes_added = {}, set()
            if len(self._recent) > max(_RECENT, _RECENT_PART * len(self._settled)):
                self._settled, self._recent = self._joined(self._settled, self._recent), self._table([], [])
        return self._settled, self._recent

    def _table(self, codes: Sequence[int], owners: Sequence[str]) -> Table:
        kept = np.array([owner.encode("ascii") for owner in owners], dtype=f"S{LONGEST}") if self._owned else None
        return Table(self._length, np.array(codes, dtype=np.int64), kept)

    def _joined(self, one: Table, other: Table) -> Table:
        owners = None
        if one.owners is not None and other.owners is not None:
            owners = np.concatenate((one.owners, other.owners))
        return Table(self._length, np.concatenate((one.codes, other.codes)), owners)


def _lettered(codes: Codes, length: int) -> Iterator[str]:
    """Those of the numbers that have letters."""
    parts = columns(codes, length)
    for place in np.flatnonzero(np.max(parts, axis=0) > 9):
        yield "".join(_CHARACTERS[part[place]] for part in parts)
