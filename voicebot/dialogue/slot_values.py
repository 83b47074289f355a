"""Values that words give slots: found by their grammars, and matched with what this caller is known to have. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voicebot import identifiers
from voicebot.dialogue import dictation
from voicebot.dialogue.commands import Alternative
from voicebot.dialogue.context import Context
from voicebot.identifiers.grounding import NATS_PER_LOGPROB

#: Slot types of which a second attempt is weighed together with the first, and how many values that gives.
_FUSED, _RANKED = frozenset({"postcode", "name", "spelling"}), 5


@dataclass(frozen=True, slots=True)
class Value:
    """A value for a slot; `heard` are the scored hypotheses behind it, none when it is certain."""

    slot: str
    text: str
    heard: tuple[tuple[str, float], ...] = ()

    @property
    def args(self) -> dict[str, Any]:
        given = {"slot": self.slot, "value": self.text}
        return {**given, "heard": [list(pair) for pair in self.heard]} if self.heard else given


def values(
    text: str, context: Context, alternatives: Sequence[Alternative], slots: Mapping[str, str]
) -> dict[str, Value]:
    """Slot type -> slot and value, for identifiers in the words; the one that was asked for wins its words."""
    kinds: dict[str, str] = {}
    for slot, kind in slots.items():
        if kind in dictation.UNASKED and (kind not in kinds or slot == context.slot):
            kinds[kind] = slot
    readings = {kind: dictation.readings(kind, text, context) for kind in dictation.UNASKED if kind in kinds}
    order = sorted(
        readings, key=lambda kind: (kind != context.kind, -max((f.score for f in readings[kind]), default=0))
    )
    taken: list[tuple[int, int]] = []
    result: dict[str, Value] = {}
    for kind in order:
        asked = kind == context.kind
        free = [f for f in readings[kind] if not any(f.span[0] < end and start < f.span[1] for start, end in taken)]
        if not asked and not (free and dictation.replaces(kind, text, context.values.get(kinds[kind]))):
            continue
        held = (context.values.get(kinds[kind]),) if identifiers.yes_no(text) is False else ()
        value = _fused(kind, text, context, alternatives) if asked else None
        value = value or _grounded(
            kind, kinds[kind], free, context, alternatives if asked else (), (*context.denied, *held)
        )
        if value is not None:
            result[kind] = value
            taken += [f.span for f in free[:1]]
            if asked:
                break
    return result


def _fused(kind: str, text: str, context: Context, alternatives: Sequence[Alternative]) -> Value | None:
    """What this attempt and the wrong ones before it add up to: each of them was wrong somewhere else."""
    if kind not in _FUSED or context.slot is None or not context.attempts:
        return None
    ranked = identifiers.rank(kind, [text, *alternatives], context.attempts)
    ranked = [found for found in ranked if found.value not in context.denied][:_RANKED]
    if not ranked:
        return None
    # Shares of belief, as the log-probabilities that grounding takes for such shares.
    heard = tuple((found.value, math.log(max(found.score, 1e-6)) / NATS_PER_LOGPROB) for found in ranked)
    return Value(context.slot, ranked[0].value, heard)


def _grounded(
    kind: str,
    slot: str,
    readings: list[identifiers.Found],
    context: Context,
    alternatives: Sequence[Alternative],
    denied: Sequence[Any],
) -> Value | None:
    """The value heard, or the known one that it must be: this caller's own numbers come first."""
    found: list[identifiers.Found] = []
    scores: dict[str, float] = {}
    for other in alternatives:
        words, score = (other, None) if isinstance(other, str) else other
        read = dictation.readings(kind, words, context)[:1]
        found += read
        if score is not None:
            scores |= {f.value: max(score, scores.get(f.value, score)) for f in read}
    found += readings[:3]
    if not found:
        return None
    # A doubtful reading (a number with a digit too many) gives way to a better one of the same sounds; of equally good
    # ones the recogniser's counts.
    anchor = (readings or found)[0].value
    best = max((f for f in found if abs(len(f.value) - len(anchor)) <= 1), key=lambda f: f.score)
    heard = list(dict.fromkeys([best.value, *(f.value for f in found)]))
    scored = tuple((value, scores.get(value, max(scores.values()))) for value in heard) if scores else ()
    # What was denied, or is being denied now, is not what was said.
    known = tuple(value for value in context.known.get(slot, ()) if value not in denied)
    if known and heard[0] not in known:
        grounding = identifiers.ground(scored or heard, known)
        if grounding.decision is identifiers.Decision.ACCEPT and grounding.value is not None:
            return Value(slot, grounding.value)
    return Value(slot, heard[0], scored)
