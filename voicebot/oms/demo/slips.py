"""Numbers that one may be a slip or two away from. Pure.

The demo shop keeps its showcase numbers clear of them: a demonstration's caller is never taken for somebody else.
"""

from __future__ import annotations

_DIGITS = "0123456789"


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
