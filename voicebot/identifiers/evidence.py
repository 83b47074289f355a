"""Values ranked by all that was heard of them: the n-best of this attempt, and of earlier ones. Pure.

Every hypothesis tells, in characters, how far it is from each candidate; hypotheses further down the list tell less, an
attempt in which something else was said tells nothing. The candidate that all attempts find nearest comes first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from voicebot.identifiers.distance import EXTRA, EXTRA_REPEATED, sound_distance
from voicebot.identifiers.email import find_emails
from voicebot.identifiers.found import Found
from voicebot.identifiers.fusion import fuse
from voicebot.identifiers.heard import dictated
from voicebot.identifiers.heard import heard as read
from voicebot.identifiers.names import find_names
from voicebot.identifiers.nearest import LOGPROB_PER_CHARACTER
from voicebot.identifiers.numbers import FINDERS
from voicebot.identifiers.postcodes import fit_postcodes, written
from voicebot.identifiers.sound import swap_cost
from voicebot.identifiers.spelling import find_spellings
from voicebot.identifiers.wordsound import word_distance

#: A hypothesis, alone or with its mean log-probability.
Text = str | tuple[str, float]

#: How much less a hypothesis tells for each place down the list.
_PER_RANK, _RANK_MOST = 0.2, 1.0
#: An attempt speaks against a candidate up to this: in a far one something else was said. Nothing heard is as far.
_MOST, _NOTHING = 3.0, 9.0
_DEAREST = 2.5
_PARTIAL, _PARTIAL_MISSING = 0.4, 0.45
_SHORTEST_PARTIAL = 2
_HYPOTHESES, _READINGS, _CANDIDATES = 8, 4, 24
_SHARPNESS, _WORTH = 3.0, 0.5
_SPELLED_PART = 0.3
#: Spelled letters tell more of how a name is written than its sound does.
_SPELLED_WEIGHT = 1.5
_EARLIER = 0.9
_SURELY_SPELLED = 0.9
_WORD_UNSAID, _WORD_TOO_MANY = 0.25, 0.9


@dataclass(frozen=True, slots=True)
class _Heard:
    """What one hypothesis says.

    Attributes:
        values: whole values, with what it costs to believe them.
        spelled: the values are known by their letters, not by their sound.
        part: the characters dictated, when they may be a part of the value; else empty.
        behind: what it costs that this hypothesis is not the recogniser's first.
    """

    values: tuple[tuple[Found, float], ...]
    spelled: bool
    part: str
    behind: float


def rank(kind: str, texts: Sequence[Text], earlier: Sequence[Sequence[Text]] = ()) -> list[Found]:
    """Values of `kind`, likeliest first.

    Args:
        texts: the n-best of this attempt, best first; with mean log-probabilities when they are at hand.
        earlier: the n-bests of earlier attempts at the same value, in any order.

    Returns:
        Values; the score is the belief in the value against the others, less when no attempt fits it well. Spans belong
        to the first text of this attempt that holds the value; (0, 0) when none does.
    """
    attempts = [
        [_hear(kind, text, behind) for text, behind in _weighed(nbest[:_HYPOTHESES]) if text]
        for nbest in (texts, *earlier)
    ]
    of_this = bool(attempts[0])
    attempts = [attempt for attempt in attempts if attempt]
    candidates = _candidates(kind, attempts, of_this=of_this)
    if not candidates:
        return []
    costs = {value: [_cost(kind, attempt, value) for attempt in attempts] for value in candidates}
    # Who repeats himself speaks more carefully.
    weights = [1.0 if n == 0 and of_this else _EARLIER for n in range(len(attempts))]
    totals = {value: sum(w * cost for w, cost in zip(weights, parts, strict=True)) for value, parts in costs.items()}
    least = min(totals.values())
    belief = {value: math.exp(-_SHARPNESS * (total - least)) for value, total in totals.items()}
    everything = sum(belief.values())
    scores = {v: belief[v] / everything * math.exp(-_WORTH * max(0.0, min(costs[v]))) for v in candidates}
    ranked = sorted(candidates, key=lambda value: (totals[value], value))
    return [Found(value, candidates[value], round(scores[value], 3)) for value in ranked]


def _weighed(nbest: Sequence[Text]) -> list[tuple[str, float]]:
    """Each text with what it costs that it is not the recogniser's first."""
    top = max((entry[1] for entry in nbest if not isinstance(entry, str)), default=0.0)
    weighed = []
    for place, entry in enumerate(nbest):
        text, score = (entry, None) if isinstance(entry, str) else entry
        behind = _PER_RANK * place if score is None else (top - score) / LOGPROB_PER_CHARACTER
        weighed.append((text, min(_RANK_MOST, behind)))
    return weighed


def _hear(kind: str, text: str, behind: float) -> _Heard:
    values = _VALUES.get(kind, _by_finder(kind))(text)
    cheapest = sorted(values, key=lambda item: item[1])[:_READINGS]
    part = characters(text) if dictated(text).characters >= _SHORTEST_PARTIAL else ""
    spelled = kind == "name" and any(found.score >= _SURELY_SPELLED for found in find_spellings(text))
    return _Heard(tuple(cheapest), spelled, part, behind)


def characters(text: str) -> str:
    """The characters dictated in `text`, each word read in its likeliest way; other words are left out."""
    stream, options = read(text)
    said, index = "", 0
    while index < len(stream):
        likely = [r for r in options[index] if r.text and r.cost <= _SPELLED_PART]
        best = min(likely, key=lambda r: (r.cost, -r.after), default=None)
        said += best.text if best else ""
        index = best.after if best else index + 1
    return said


def _candidates(kind: str, attempts: Sequence[Sequence[_Heard]], *, of_this: bool) -> dict[str, tuple[int, int]]:
    """Values worth weighing, with their spans in this attempt: those heard, and what their characters add up to."""
    cheapest: dict[str, tuple[float, tuple[int, int]]] = {}
    for number, attempt in enumerate(attempts):
        for hypothesis in attempt:
            for found, cost in hypothesis.values:
                span = found.span if of_this and number == 0 else (0, 0)
                held = cheapest.get(found.value)
                if held is None or cost + hypothesis.behind < held[0]:
                    cheapest[found.value] = (cost + hypothesis.behind, held[1] if held and held[1] != (0, 0) else span)
    chosen = sorted(cheapest, key=lambda value: cheapest[value][0])[:_CANDIDATES]
    made = {value: cheapest[value][1] for value in chosen}
    if kind in _FUSED and len(attempts) > 1:
        heard = [[bare(v.value) for h in attempt for v, _ in h.values[:1]] for attempt in attempts]
        fused = fuse(heard)
        readings = _VALUES.get(kind, _by_finder(kind))(fused) if fused else []
        for found, cost in readings:
            if cost == 0.0:
                made.setdefault(found.value, (0, 0))
    return made


def _cost(kind: str, attempt: Sequence[_Heard], value: str) -> float:
    """How far the attempt is from `value`: its nearest hypothesis counts."""
    distance = _DISTANCES.get(kind, _by_sound)
    least = math.inf
    for hypothesis in attempt:
        apart = _by_letters if hypothesis.spelled else distance
        nearest = min((cost + apart(found.value, value) for found, cost in hypothesis.values), default=_NOTHING)
        if hypothesis.part:
            nearest = min(nearest, _part_cost(kind, hypothesis.part, value))
        least = min(least, hypothesis.behind + nearest)
    return _MOST * (1 - math.exp(-least / _MOST))


def _part_cost(kind: str, part: str, value: str) -> float:
    """Somebody who spells gives the whole value, or the first or last word of it, or stops halfway."""
    wholes = _wholes(value) if kind == "name" else [bare(value)]
    weight = _SPELLED_WEIGHT if kind == "name" else 1.0
    return _PARTIAL + weight * min(_part_distance(part, whole) for whole in wholes)


def _wholes(name: str) -> list[str]:
    return [bare(name), *(bare(word) for word in name.split())] if " " in name else [bare(name)]


def _by_letters(spelled: str, value: str) -> float:
    """A spelled name is the whole one or a word of it, letter by letter."""
    letters = bare(spelled)
    ways = [_SPELLED_WEIGHT * sound_distance(letters, whole) for whole in _wholes(value)]
    return min(cost + (_WORD_UNSAID if place else 0.0) for place, cost in enumerate(ways))


@lru_cache(maxsize=4096)
def _part_distance(part: str, whole: str) -> float:
    """As `sound_distance`, but what was said and not heard costs less than what was heard and not said."""
    row = [index * _PARTIAL_MISSING for index in range(len(whole) + 1)]
    for i, heard in enumerate(part):
        extra = EXTRA_REPEATED if i and part[i - 1] == heard else EXTRA
        previous, row = row, [row[0] + extra]
        for j, said in enumerate(whole):
            missed = row[j] + _PARTIAL_MISSING
            row.append(min(previous[j] + swap_cost(heard, said), previous[j + 1] + extra, missed))
    return row[-1]


def bare(value: str) -> str:
    """Letters and digits only, capitals."""
    return "".join(c for c in value.upper() if c.isascii() and c.isalnum())


def _by_finder(kind: str) -> Callable[[str], list[tuple[Found, float]]]:
    finder = find_emails if kind == "email" else FINDERS.get(kind)
    return lambda text: [(found, 1.0 - found.score) for found in finder(text)] if finder else []


def _postcodes(text: str) -> list[tuple[Found, float]]:
    return [(Found(written(f.value), f.span, 0.0), f.cost) for f in fit_postcodes(text, dearest=_DEAREST)]


def _names(text: str) -> list[tuple[Found, float]]:
    return [(found, 1.0 - found.score) for found in find_names(text)]


def _spellings(text: str) -> list[tuple[Found, float]]:
    return [(found, 1.0 - found.score) for found in find_spellings(text)]


def _by_sound(heard: str, value: str) -> float:
    return 0.0 if heard == value else sound_distance(bare(heard), bare(value))


def _by_name(heard: str, value: str) -> float:
    """Names are heard as words: full ones are compared word by word; of a shorter one the rest was not said."""
    if heard == value:
        return 0.0
    ours, theirs = [bare(w) for w in heard.split()], [bare(w) for w in value.split()]
    if len(ours) > len(theirs):
        ours, theirs, apart = theirs, ours, _WORD_TOO_MANY
    else:
        apart = _WORD_UNSAID
    starts = range(len(theirs) - len(ours) + 1)
    nearest = min(sum(map(word_distance, ours, theirs[s : s + len(ours)])) for s in starts)
    return nearest + apart * (len(theirs) - len(ours))


_FUSED = frozenset({"postcode", "order_number", "spelling"})
_VALUES: Mapping[str, Callable[[str], list[tuple[Found, float]]]] = {
    "postcode": _postcodes,
    "name": _names,
    "spelling": _spellings,
}
_DISTANCES: Mapping[str, Callable[[str, str], float]] = {"name": _by_name}
