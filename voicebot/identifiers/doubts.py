"""Which characters of an identifier are in doubt, and one value out of several hearings of it. Pure.

A flow that knows the doubtful place asks only that: "did you say M as in Mike, or N as in November?".
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.identifiers.distance import EXTRA, EXTRA_REPEATED, sound_distance
from voicebot.identifiers.sound import swap_cost

#: A hypothesis further down the list counts for this much less.
_PER_RANK = 0.7
_MOST_DOUBTS = 3


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place where hearings differ.

    Attributes:
        index: 0-based place in the value; its length when something may follow.
        said: the character there; empty when something may be missing before `index`.
        alternatives: what else was heard there, likeliest first; an empty string when nothing was.
    """

    index: int
    said: str
    alternatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fused:
    """One value out of several hearings.

    Attributes:
        value: the likeliest.
        doubts: places to ask about, the most doubtful first; empty when all hearings agree or nothing can be asked.
        agreement: 0..1, the part of the weight of all hearings that stands behind the value's characters.
    """

    value: str
    doubts: tuple[Doubt, ...]
    agreement: float


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


def doubts(value: str, others: Sequence[str]) -> tuple[Doubt, ...]:
    """Places where `others` (n-best values or other attempts, likeliest first) differ from `value`, in order.

    Upper-case letters and digits. What has too little in common with `value` is left out: it was another value, not
    another hearing of this one.
    """
    found: dict[tuple[int, str], list[str]] = {}
    for other in others:
        if not other or sound_distance(other, value) > max(1.0, len(value) / 2):
            continue
        index = 0
        for heard, said in align(other, value):
            if heard != said:
                alternatives = found.setdefault((index, said), [])
                if heard not in alternatives:
                    alternatives.append(heard)
            index += len(said)
    return tuple(Doubt(index, said, tuple(alternatives)) for (index, said), alternatives in sorted(found.items()))


def settle(value: str, doubt: Doubt, character: str) -> str:
    """`value` with the caller's answer in the doubtful place; an empty `character` takes it away."""
    return value[: doubt.index] + character + value[doubt.index + len(doubt.said) :]


def fuse(attempts: Sequence[Sequence[str]], *, sure: float = 0.75) -> Fused | None:
    """One value out of the n-bests (best first) of several attempts at the same identifier.

    All hearings are aligned by sound with the one that lies nearest to all; each place then goes to the character with
    the most weight (recogniser output voting, J G Fiscus, ASRU 1997). Places with less than the part `sure` of the
    weight are doubtful. None without any hearing.
    """
    votes = [(value, _PER_RANK**rank) for nbest in attempts for rank, value in enumerate(v for v in nbest if v)]
    if not votes:
        return None
    values = list(dict.fromkeys(value for value, _ in votes))
    pivot = min(values, key=lambda candidate: sum(w * sound_distance(v, candidate) for v, w in votes))
    columns = _columns(pivot, votes)
    total = sum(weight for _, weight in votes)
    made, doubtful, agreement = "", [], []
    for column in columns:
        ranked = sorted(column, key=lambda character: (-column[character], character))
        best = ranked[0]
        part = column[best] / total
        if best:
            agreement.append(part)
        others = tuple(c for c in ranked[1:] if column[c] / total >= (1 - sure) / 2)
        if part < sure and others:
            doubtful.append((part, Doubt(len(made), best, others)))
        made += best
    doubtful.sort(key=lambda item: item[0])
    return Fused(
        value=made,
        doubts=tuple(doubt for _, doubt in doubtful[:_MOST_DOUBTS]),
        agreement=round(sum(agreement) / len(agreement), 3) if agreement else 0.0,
    )


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
