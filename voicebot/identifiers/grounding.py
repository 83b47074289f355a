"""Matching what was heard against values that exist. Pure.

A misheard digit is repaired when chance cannot explain the match: among `population` values of n digits, how many would
lie this near by accident? A customer's three orders leave no room for accidents, a hundred thousand do.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Pairs that sound alike over a telephone, and what it costs to take one for the other (1.0: nothing in common).
_ALIKE: Mapping[frozenset[str], float] = {
    frozenset(pair): cost
    for cost, pairs in (
        (0.45, "59 MN FS BD BP DT BV PT CZ TD PB VB"),
        (0.6, "19 15 49 04 08 8A 3E 3B 3D 3C 3G 3P 3T 3V 3Z 2Q 2U QU AK AJ KJ A8 H8 AH"),
        (0.6, "IY 5Y 9Y 5I 9I SX FX CE BE DE PE TE VE GE GJ ZS"),
        (0.75, "28 23 68 38 26 16 17 57 67 27 0O 48 18"),
    )
    for pair in pairs.split()
}
_EXTRA = 1.0
_EXTRA_REPEATED = 0.6
_ACCEPT_ACCIDENTS = 0.02
_CONFIRM_ACCIDENTS = 1.0
_MAX_COST = 2.0
_MARGIN = 0.35
#: A hypothesis that is worse by this much log-probability is as far as one digit.
_LOGPROB_PER_DIGIT = 2.0


class Decision(enum.Enum):
    """What to do with the value."""

    ACCEPT = "accept"
    CONFIRM = "confirm"
    ASK_AGAIN = "ask_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounding:
    """Outcome of `ground`.

    Attributes:
        decision: accept, read back, or ask again.
        value: the best existing value; None when there is none near.
        alternatives: other existing values that are as near, best first.
        uncertain: 0-based positions of `value` that differ from what was heard: read back only these.
        cost: distance between what was heard and `value`, in digits.
    """

    decision: Decision
    value: str | None = None
    alternatives: tuple[str, ...] = ()
    uncertain: tuple[int, ...] = ()
    cost: float = 0.0


def sound_distance(heard: str, known: str) -> float:
    """Edit distance in which digits and letters that sound alike are near, and a doubled one is nearly free."""
    previous = [j * _EXTRA for j in range(len(known) + 1)]
    for i, said in enumerate(heard, start=1):
        row = [i * _EXTRA]
        for j, true in enumerate(known, start=1):
            swap = 0.0 if said == true else _ALIKE.get(frozenset((said, true)), 1.0)
            drop = _EXTRA_REPEATED if i > 1 and heard[i - 2] == said else _EXTRA
            add = _EXTRA_REPEATED if j > 1 and known[j - 2] == true else _EXTRA
            row.append(min(previous[j - 1] + swap, previous[j] + drop, row[j - 1] + add))
        previous = row
    return previous[-1]


def ground(
    candidates: Sequence[str | tuple[str, float]], known: Sequence[str], *, population: int | None = None
) -> Grounding:
    """Choose among `known` by what was heard.

    Args:
        candidates: n-best values, best first; with mean log-probabilities when they are at hand.
        known: values that exist: this caller's, or the nearest ones of an index.
        population: how many values the index holds in all, when `known` is only a selection of it.
    """
    heard = [(c, 0.0) if isinstance(c, str) else c for c in candidates]
    heard = [(value.upper(), score) for value, score in heard if value]
    if not heard or not known:
        return Grounding(decision=Decision.ASK_AGAIN)
    top = max(score for _, score in heard)
    ranked = sorted((min(_cost(h, (top - s), k) for h, s in heard), k) for k in dict.fromkeys(known))
    cost, best = ranked[0]
    near = tuple(value for c, value in ranked[1:] if c < cost + _MARGIN and c <= _MAX_COST)
    accidents = _accidents(cost, len(best), population if population is not None else len(known))
    uncertain = _differences(heard[0][0], best)
    if cost > _MAX_COST or accidents > _CONFIRM_ACCIDENTS:
        plausible = tuple(value for c, value in ranked if c <= _MAX_COST)[:3]
        return Grounding(decision=Decision.ASK_AGAIN, alternatives=plausible, cost=cost)
    sure = not near and (cost == 0.0 or accidents <= _ACCEPT_ACCIDENTS)
    return Grounding(
        decision=Decision.ACCEPT if sure else Decision.CONFIRM,
        value=best,
        alternatives=near[:3],
        uncertain=uncertain,
        cost=cost,
    )


def _cost(heard: str, behind: float, known: str) -> float:
    return sound_distance(heard, known.upper()) + behind / _LOGPROB_PER_DIGIT


def _accidents(cost: float, length: int, population: int) -> float:
    """Expected number of other values within `cost` digits by accident."""
    changes = max(0, math.ceil(cost - 0.05))
    neighbours = sum(math.comb(length, k) * 9**k for k in range(1, changes + 1))
    return float(population * neighbours / 10**length)


def _differences(heard: str, value: str) -> tuple[int, ...]:
    if len(heard) != len(value):
        return tuple(range(len(value))) if abs(len(heard) - len(value)) > 1 else ()
    return tuple(i for i, (a, b) in enumerate(zip(heard, value.upper(), strict=True)) if a != b)
