"""Order numbers that one may be a mishearing of. Pure.

Candidates within two edits of a number are few (some 150 at one edit and 3,500 at two for seven digits), so they are
generated and probed in an index. That costs the same however many orders exist and however their numbers cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

_DIGITS = "0123456789"
#: English digit words that telephone lines confuse; as a substitution they count as half an edit.
_ALIKE = frozenset(
    {frozenset("59"), frozenset("19"), frozenset("57"), frozenset("67"), frozenset("38"), frozenset("04")}
)
_LONGEST = 14


def one_edit(number: str) -> set[str]:
    """Numbers one slip away: a digit changed, dropped, doubled or added, or two neighbours swapped."""
    cut = [(number[:i], number[i:]) for i in range(len(number) + 1)]
    changed = {a + d + b[1:] for a, b in cut if b for d in _DIGITS}
    dropped = {a + b[1:] for a, b in cut if b}
    added = {a + d + b for a, b in cut for d in _DIGITS}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in cut if len(b) > 1}
    return (changed | dropped | added | swapped) - {number}


def two_edits(number: str) -> set[str]:
    """Numbers of the same length two slips away: two digits changed or swapped, or one dropped and one added."""
    changes = [{number[:i] + d + number[i + 1 :] for d in _DIGITS} for i in range(len(number))]
    twice = {c[:j] + d + c[j + 1 :] for i, some in enumerate(changes) for c in some for j in range(i) for d in _DIGITS}
    shifted = {
        a[:j] + d + a[j:]
        for a in {number[:i] + number[i + 1 :] for i in range(len(number))}
        for j in range(len(number))
        for d in _DIGITS
    }
    return (twice | shifted) - {number}


def distance(heard: str, real: str) -> float:
    """Edits that turn one into the other (optimal string alignment); a change between alike digits counts 0.5."""
    before: list[float] = []
    row = [float(j) for j in range(len(real) + 1)]
    for i, h in enumerate(heard, 1):
        previous, row = row, [float(i)]
        for j, r in enumerate(real, 1):
            change = 0.0 if h == r else 0.5 if frozenset((h, r)) in _ALIKE else 1.0
            best = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + change)
            if i > 1 and j > 1 and h == real[j - 2] and heard[i - 2] == r:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before = previous
    return row[-1]


def nearest(number: str, existing: Callable[[Iterable[str]], Sequence[str]], limit: int) -> list[str]:
    """The number itself if it exists, then existing ones close to it; two edits away only when none is closer.

    Args:
        number: digits.
        existing: of some candidates, those that exist.
    """
    if not number.isdigit() or not 3 <= len(number) <= _LONGEST or limit < 1:
        return []
    found = existing({number, *one_edit(number)}) or existing(two_edits(number))
    return sorted(found, key=lambda real: (distance(number, real), real))[:limit]
