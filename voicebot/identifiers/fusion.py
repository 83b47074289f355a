"""One value out of several hearings of it. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from voicebot.identifiers.distance import EXTRA, EXTRA_REPEATED, sound_distance
from voicebot.identifiers.sound import swap_cost

#: A hypothesis further down the list counts for this much less.
_PER_RANK = 0.7


def align(heard: str, said: str) -> list[tuple[str, str]]:
    """Cheapest alignment by sound: pairs (heard, said), with an empty string where one has no counterpart."""
    rows, columns = len(heard), len(said)
    cost = [[0.0] * (columns + 1) for _ in range(rows + 1)]

    def ways(i: int, j: int) -> list[tuple[float, int, int]]:
        found = []
        if i and j:
            found.append((cost[i - 1][j - 1] + swap_cost(heard[i - 1], said[j - 1]), 1, 1))
        if i:
            found.append((cost[i - 1][j] + _extra(heard, i - 1), 1, 0))
        if j:
            found.append((cost[i][j - 1] + _extra(said, j - 1), 0, 1))
        return found

    for i, j in itertools.product(range(rows + 1), range(columns + 1)):
        if i or j:
            cost[i][j] = min(ways(i, j))[0]
    pairs: list[tuple[str, str]] = []
    i, j = rows, columns
    while i or j:
        _, di, dj = min(ways(i, j), key=lambda way: (way[0], -way[1] - way[2]))
        pairs.append((heard[i - di : i], said[j - dj : j]))
        i, j = i - di, j - dj
    return pairs[::-1]


def _extra(text: str, index: int) -> float:
    return EXTRA_REPEATED if index and text[index - 1] == text[index] else EXTRA


def fuse(attempts: Sequence[Sequence[str]]) -> str | None:
    """The value that the n-bests (best first) of several attempts add up to.

    All hearings are aligned by sound with the one that lies nearest to all; each place then goes to the character with
    the most weight (recogniser output voting, J G Fiscus, ASRU 1997). Upper-case letters and digits; None without any
    hearing.
    """
    votes = [(value, _PER_RANK**rank) for nbest in attempts for rank, value in enumerate(v for v in nbest if v)]
    if not votes:
        return None
    values = list(dict.fromkeys(value for value, _ in votes))
    pivot = min(values, key=lambda candidate: sum(w * sound_distance(v, candidate) for v, w in votes))
    return "".join(min(column, key=lambda char: (-column[char], char)) for column in _columns(pivot, votes))


def _columns(pivot: str, votes: Sequence[tuple[str, float]]) -> list[dict[str, float]]:
    """For each character of the pivot, and each gap before, between and behind them, the weights of what was heard."""
    columns: list[dict[str, float]] = [{} for _ in range(2 * len(pivot) + 1)]
    for value, weight in votes:
        filled = [""] * len(columns)
        index = 0
        for heard, said in align(value, pivot):
            if said:
                filled[2 * index + 1] = heard
                index += 1
            else:
                filled[2 * index] += heard
        for column, heard in zip(columns, filled, strict=True):
            column[heard] = column.get(heard, 0.0) + weight
    return columns
