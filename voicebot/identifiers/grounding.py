"""Matching what was heard against values that exist. Pure.

Every existing value is weighed by how likely it was said (one of this caller's orders far more than any of a hundred
thousand others) and by how likely it would be heard like this; the rest is the chance that something else was said. The
best value's share of all that is the confidence, and it decides: take it, read back what is uncertain about it, or ask
again. A misheard digit is thus repaired when chance cannot explain the match: a customer's three orders leave no room
for accidents, a hundred thousand do.

A value that was in nobody's mouth as far as one can hear, and is not the caller's own, is never taken without a
question, however likely it is: who tries numbers would be answered with other people's orders.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from voicebot.identifiers.distance import sound_distance
from voicebot.identifiers.nearest import FARTHEST, canonical

__all__ = ["Candidates", "Decision", "Grounding", "doubt", "ground", "sound_distance"]

#: n-best values, best first; with mean log-probabilities when they are at hand.
Candidates = Sequence[str | tuple[str, float]]

#: Confidence from which a value is taken, and from which it is worth a question.
_ACCEPT, _CONFIRM = 0.97, 0.25
#: A place of the value is uncertain below this.
_SURE_OF_A_PLACE = 0.95
#: A caller who has orders asks about one of them; else, and for everybody else, any order may be meant …
_OWN = 0.85
#: … or a number that is no order's.
_NO_ORDER = 0.02
#: Chance that none of the hypotheses is what was said, with an n-best list and with one text alone.
_MISSED, _MISSED_ALONE = 0.06, 0.2
#: Mean log-probability to nats: recognisers are surer of themselves than they are right.
NATS_PER_LOGPROB = 3.0
#: Weight of a hypothesis that is longer or shorter than the first.
_OTHER_LENGTH = 0.25
#: A mistake of distance d has the weight exp(-7 d); all mistakes about a number of seven digits weigh a seventh of it.
_NATS_PER_CHARACTER, _ALL_MISTAKES = 7.0, 1 / 7
_ALTERNATIVES = 3
_WORTH_NAMING = 0.02


class Decision(enum.Enum):
    """What to do with the value."""

    ACCEPT = "accept"
    CONFIRM = "confirm"
    ASK_AGAIN = "ask_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounding:
    """Outcome of `ground` and `doubt`.

    Attributes:
        decision: accept, read back, or ask again.
        value: the best value, as it is known; None when none is near enough for a question.
        alternatives: other values that it may be, best first.
        uncertain: 0-based positions in the canonical form of `value` that may be wrong: read back only these.
        cost: distance between what was heard best and `value`, in characters.
        confidence: probability that `value` was meant, 0..1.
    """

    decision: Decision
    value: str | None = None
    alternatives: tuple[str, ...] = ()
    uncertain: tuple[int, ...] = ()
    cost: float = 0.0
    confidence: float = 0.0


def ground(
    candidates: Candidates, known: Sequence[str], *, population: int | None = None, own: Sequence[str] = ()
) -> Grounding:
    """Choose among existing values by what was heard.

    Args:
        candidates: what was heard.
        known: values that exist: the caller's own when `population` is None, else the nearest ones of an index.
        population: how many values the index holds in all.
        own: the caller's own values, beside an index.
    """
    mine = tuple(dict.fromkeys(own if population is not None else (*own, *known)))
    others = tuple(k for k in dict.fromkeys(known) if k not in mine) if population is not None else ()
    heard = weigh(candidates)
    if not heard or not (mine or others):
        return Grounding(decision=Decision.ASK_AGAIN)
    chance = missed(candidates)
    length = max(len(canonical(value)) for value in (*heard, *mine, *others))
    mass = {value: _own_prior(mine) * likelihood(canonical(value), heard, chance) for value in mine}
    stranger = (1.0 - _OWN if mine else 1.0) * (1.0 - _NO_ORDER) / max(1, population or 1, len(others))
    mass |= {value: stranger * likelihood(canonical(value), heard, chance) for value in others}
    elsewhere = _elsewhere(mine, population, length) * (1.0 - chance)
    total = sum(mass.values()) + elsewhere
    share = {value: weight / total for value, weight in mass.items()}
    ranked = sorted(share, key=lambda value: (-share[value], value))
    best, confidence = ranked[0], share[ranked[0]]
    cost = min(sound_distance(text, canonical(best)) for text in heard)
    alternatives = tuple(value for value in ranked[1:] if share[value] >= _WORTH_NAMING)[:_ALTERNATIVES]
    if cost > FARTHEST or confidence < _CONFIRM:
        named = (best, *alternatives) if cost <= FARTHEST and share[best] >= _WORTH_NAMING else alternatives
        return Grounding(
            decision=Decision.ASK_AGAIN, alternatives=named[:_ALTERNATIVES], cost=cost, confidence=confidence
        )
    sure = confidence >= _ACCEPT and (best in mine or canonical(best) in heard)
    rivals = {canonical(value): weight for value, weight in share.items()}
    for text, weight in heard.items():
        rivals[text] = rivals.get(text, 0.0) + weight * elsewhere / total
    return Grounding(
        decision=Decision.ACCEPT if sure else Decision.CONFIRM,
        value=best,
        alternatives=alternatives,
        uncertain=_uncertain(canonical(best), rivals, next(iter(heard))),
        cost=cost,
        confidence=confidence,
    )


def doubt(candidates: Candidates) -> Grounding:
    """How sure one may be of a value that nothing can be matched with: a telephone number, a postcode, a name.

    Without log-probabilities there is nothing to doubt by, and the first candidate is taken.
    """
    heard = weigh(candidates)
    if not heard:
        return Grounding(decision=Decision.ASK_AGAIN)
    best, value = next(iter(heard)), _text(next(c for c in candidates if canonical(_text(c))))
    if all(isinstance(candidate, str) for candidate in candidates):
        return Grounding(decision=Decision.ACCEPT, value=value, confidence=1.0 - _MISSED_ALONE)
    # Numbers have their length; a longer or shorter one is no other reading, but less of one.
    rivals = {text: w for text, w in heard.items() if len(text) == len(best) or not (text + best).isdigit()}
    confidence = rivals[best] / sum(rivals.values()) * (1.0 - _MISSED)
    others = tuple(t for t in sorted(rivals, key=lambda t: -rivals[t]) if t != best and rivals[t] >= _WORTH_NAMING)
    uncertain = _uncertain(best, rivals, best)
    return Grounding(
        decision=Decision.CONFIRM if uncertain else Decision.ACCEPT,
        value=value,
        alternatives=others[:_ALTERNATIVES],
        uncertain=uncertain,
        confidence=confidence,
    )


def _text(candidate: str | tuple[str, float]) -> str:
    return candidate if isinstance(candidate, str) else candidate[0]


def weigh(candidates: Candidates) -> dict[str, float]:
    """Texts, best first, each with its share of belief.

    The first is the best whatever the scores say: who put it there knew the form of the value. For the same reason
    others of its length weigh by their scores, and those of another length little.
    """
    scored = [(canonical(_text(c)), None if isinstance(c, str) else c[1]) for c in candidates]
    scored = [(text, score) for text, score in scored if text]
    if not scored:
        return {}
    known = [score for _, score in scored if score is not None]
    first, best = scored[0]
    best = max(known, default=0.0) if best is None else best
    weights: dict[str, float] = {first: 1.0}
    for rank, (text, score) in enumerate(scored):
        # Texts without scores are in order, and that is all that is known of them.
        weight = 0.5**rank if score is None else math.exp(min(0.0, score - best) * NATS_PER_LOGPROB)
        weights[text] = max(weight if len(text) == len(first) else weight * _OTHER_LENGTH, weights.get(text, 0.0))
    total = sum(weights.values())
    return {text: weight / total for text, weight in weights.items()}


def missed(candidates: Candidates) -> float:
    """Chance that none of the candidates is what was said."""
    return _MISSED if len(candidates) > 1 and not isinstance(candidates[0], str) else _MISSED_ALONE


def _own_prior(mine: Sequence[str]) -> float:
    return _OWN / len(mine) if mine else 0.0


def likelihood(value: str, heard: Mapping[str, float], chance_missed: float) -> float:
    """Chance of hearing this when `value` was said: it is among the hypotheses, or one of them is a mistake for it."""
    mistaken = sum(
        weight * math.exp(-_NATS_PER_CHARACTER * sound_distance(text, value))
        for text, weight in heard.items()
        if text != value and abs(len(text) - len(value)) <= 2
    )
    return (1.0 - chance_missed) * heard.get(value, 0.0) + chance_missed * mistaken / _ALL_MISTAKES


def _elsewhere(mine: Sequence[str], population: int | None, length: int) -> float:
    """Chance that what was heard was said, and is none of the values: other orders (unless listed), or no order's."""
    if population is not None:
        return _NO_ORDER / 10.0**length
    # Numbers are handed out in order: the first digit of a stranger's tells next to nothing.
    return (1.0 - _OWN if mine else 1.0) / 10.0 ** (length - 1)


def _uncertain(best: str, rivals: Mapping[str, float], heard: str) -> tuple[int, ...]:
    """Positions of `best` at which rivals that weigh something have another character."""
    total = sum(rivals.values())
    doubts = [0.0] * len(best)
    for text, weight in rivals.items():
        if text != best:
            for place in _differing(best, text):
                doubts[place] += weight / total
    found = {place for place, weight in enumerate(doubts) if weight > 1.0 - _SURE_OF_A_PLACE}
    if heard != best:
        found |= set(_differing(best, heard))
    return tuple(sorted(found))


def _differing(value: str, other: str) -> Iterable[int]:
    """Places of `value` that `other` has otherwise, or not at all: all between their common beginning and end."""
    if len(value) == len(other):
        return [i for i, (a, b) in enumerate(zip(value, other, strict=True)) if a != b]
    shortest = min(len(value), len(other))
    head = next((i for i in range(shortest) if value[i] != other[i]), shortest)
    tail = next((i for i in range(shortest - head) if value[-1 - i] != other[-1 - i]), shortest - head)
    begin = min(head, len(value) - 1)
    return range(begin, max(begin + 1, len(value) - tail))
