"""Values that may have been misheard: matched with what exists, read back in part, taken or dropped.

A doubt is `{slot, kind, value, start, end, rival}`: the value that was probably meant, the part of it that is
uncertain, and the letter that may stand there instead when there is one such letter.
It is kept in the state while the caller is asked, and goes when the slot gets a value, or is emptied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from voicebot import identifiers
from voicebot.dialogue import kinds, schema
from voicebot.dialogue.effects import Matched
from voicebot.dialogue.render import UnspeakableError
from voicebot.dialogue.state import Frame, State
from voicebot.identifiers.grounding import Candidates
from voicebot.identifiers.nearest import canonical

if TYPE_CHECKING:
    from voicebot.dialogue.turn import Turn

#: The pattern that reads a doubtful value back.
READ_BACK = "read_back"
#: Slots whose parts can be read back; of others the whole value is.
_IN_PARTS = frozenset({"order_number", "tracking_number", "phone", "postcode"})
#: So many wrong answers are remembered.
_ATTEMPTS = 2
#: A longer part, or more than half of the value, is read back as a whole.
_LONGEST_PART, _NEAR_AN_END = 4, 1
#: Commands by which a question is given up, in the order in which its ways out are taken.
_WAYS_OUT = ("unsure", "deny", "cancel_dialogue")


def facts(doubt: Mapping[str, Any]) -> dict[str, Any]:
    """`dialogue.doubt` for conditions and wordings; `place` is `start`, `middle`, `end` or `whole`."""
    if not doubt:
        return {"slot": "", "kind": "", "place": "", "size": 0, "rival": ""}
    value, start, end = doubt["value"], doubt["start"], doubt["end"]
    before, text, after = canonical(value[:start]), canonical(value[start:end]), canonical(value[end:])
    place = ("middle" if after else "end") if before else ("start" if after else "whole")
    return {**doubt, "place": place, "size": len(text), "part": text, "before": before[-2:], "digits": text.isdigit()}


def part(
    slot: str, kind: str, value: str, uncertain: Sequence[int], alternatives: Sequence[str] = ()
) -> dict[str, Any]:
    """The doubt about a value: the shortest part that holds everything uncertain and is easily named, or all of it.

    Args:
        uncertain: places in the canonical form of the value.
        alternatives: what it may be instead, likeliest first.
    """
    places = [i for i, char in enumerate(value) if canonical(char)]
    size = len(places)
    if kind != "email" and (rival := _rival(canonical(value), alternatives, uncertain)):
        place = places[uncertain[0]]
        return {"slot": slot, "kind": kind, "value": value, "start": place, "end": place + 1, "rival": rival}
    start, end = (min(uncertain), max(uncertain) + 1) if uncertain else (0, size)
    # "The last two" is easier to follow than "the last but one".
    end = size if size - end <= _NEAR_AN_END else end
    start = 0 if start <= _NEAR_AN_END and end < size else start
    if kind not in _IN_PARTS or not places or end - start > min(_LONGEST_PART, size // 2):
        return {"slot": slot, "kind": kind, "value": value, "start": 0, "end": len(value), "rival": ""}
    start, end = places[start], places[end - 1] + 1
    return {"slot": slot, "kind": kind, "value": value, "start": start, "end": end, "rival": ""}


def _rival(value: str, alternatives: Sequence[str], uncertain: Sequence[int]) -> str:
    """The letter that may stand in the only uncertain place instead of the letter there; empty when it is not so."""
    if len(uncertain) != 1 or not value[uncertain[0]].isalpha():
        return ""
    [place] = uncertain
    others = (canonical(other) for other in alternatives)
    found = (
        o[place]
        for o in others
        if len(o) == len(value) and o[:place] + o[place + 1 :] == value[:place] + value[place + 1 :]
    )
    return next((letter for letter in found if letter.isalpha() and letter != value[place]), "")


def letters(doubt: Mapping[str, Any]) -> tuple[str, ...]:
    """The two letters to choose from, when the doubt is between two."""
    return (canonical(doubt["value"][doubt["start"] : doubt["end"]]), doubt["rival"]) if doubt.get("rival") else ()


def corrected(doubt: Mapping[str, Any], said: str) -> str | None:
    """The value with the part that was asked about replaced, or None when what was said is no such part."""
    value, start, end = doubt["value"], doubt["start"], doubt["end"]
    if len(said) != len(canonical(value[start:end])) or not canonical(value[:start] + value[end:]):
        return None
    return f"{value[:start]}{said}{value[end:]}"


def asked_about(state: State, kind: str, asked: str | None) -> Mapping[str, Any] | None:
    """The doubt while the caller is asked about it, or for its slot."""
    about_it = kind in ("yes_no", "digits") and bool(state.stack) and state.stack[-1].flow.startswith("patterns/")
    return state.doubt if state.doubt and (about_it or asked == state.doubt["slot"]) else None


def earlier(state: State, slot: str) -> tuple[tuple[tuple[str, float], ...], ...]:
    """What was heard of a slot before, and was wrong; the latest last."""
    return tuple(tuple((text, score) for text, score in nbest) for nbest in state.attempts.get(slot, ()))


def note_heard(turn: Turn, slot: str, hypotheses: Sequence[Any] | None) -> None:
    """A slot got a value: keep the n-best list that it came with, if by voice. The old doubt is over."""
    settle(turn, slot)
    pairs = [h for h in hypotheses if isinstance(h, list | tuple) and len(h) == 2] if hypotheses else []
    scored = [[text, float(score)] for text, score in pairs if isinstance(text, str) and isinstance(score, int | float)]
    if scored:
        turn.heard[slot] = scored


def take_back(turn: Turn, slot: str, value: Any) -> None:
    """The caller corrects the slot to `value`: what it held is not to be offered to him again."""
    held = turn.facts.get(slot) or turn.previous.get(slot)
    if isinstance(held, str) and held != value and held not in turn.denied:
        turn.denied = (*turn.denied, held)


def settle(turn: Turn, slot: str) -> None:
    """Nothing about the slot is doubtful any more."""
    turn.heard.pop(slot, None)
    if turn.doubt.get("slot") == slot:
        turn.doubt = {}


def doubted(turn: Turn, name: str, slot: schema.Slot) -> bool:
    """After an answer: read it back first when the recogniser was not sure of it."""
    heard, value = turn.heard.get(name, ()), turn.facts.get(name)
    if slot.confirm == "never" or slot.type not in kinds.IDENTIFIERS or not isinstance(value, str):
        return False
    if f"patterns/{READ_BACK}" not in turn.flows.flows:
        return False
    uncertain: Sequence[int] = ()
    others: Sequence[str] = ()
    if slot.confirm == "doubtful":
        # One of the caller's own needs no question; nor does what was said without a doubt.
        if value in turn.known(slot) or not heard:
            return False
        found = identifiers.doubt([(text, score) for text, score in heard])
        if found.decision is not identifiers.Decision.CONFIRM or canonical(found.value or "") != canonical(value):
            return False
        uncertain, others = found.uncertain, found.alternatives
        _record(turn, name, found, found.decision)
    turn.doubt = part(name, slot.type, value, uncertain, others)
    turn.pattern(READ_BACK)
    return True


def run_ground(turn: Turn, step: schema.Ground, onwards: str) -> None:
    """Match what was heard for a slot with values that exist; a doubtful match is put into the slot, to be asked about.

    Raises:
        UnspeakableError: the slot is empty.
    """
    name, value = step.ground, turn.facts.get(step.ground)
    slot = turn.slot(name)
    if slot is None or not isinstance(value, str):
        raise UnspeakableError(name)
    heard: Candidates = [(text, score) for text, score in turn.heard.get(name, ())] or [value]
    among = step.among.value(turn.scope())
    known = [v for v in among if isinstance(v, str)] if isinstance(among, list) else []
    found = identifiers.ground(heard, known, population=step.of, own=turn.known(slot))
    decision = found.decision
    said = found.value is not None and canonical(found.value) in _texts(heard)
    may_ask = decision is not identifiers.Decision.CONFIRM or _may_ask(turn, slot, found.value, heard, step.offers)
    if not may_ask or (found.value in turn.denied and not said):
        decision = identifiers.Decision.ASK_AGAIN
    _record(turn, name, found, decision)
    turn.facts[step.into] = {
        "decision": decision.value,
        "value": found.value,
        "alternatives": list(found.alternatives),
        "confidence": round(found.confidence, 4),
    }
    if decision is identifiers.Decision.CONFIRM and found.value is not None:
        turn.facts[name] = turn.previous[name] = found.value
        turn.doubt = part(name, slot.type, found.value, found.uncertain, found.alternatives)
    turn.goto(onwards)


def run_confirm(turn: Turn, step: schema.Confirm, onwards: str) -> None:
    """The caller has answered the read-back: the doubtful value is right, or the slot is empty again."""
    doubt = turn.doubt
    slot = doubt.get("slot")
    if isinstance(slot, str):
        if step.confirm:
            turn.facts[slot] = turn.previous[slot] = doubt["value"]
            settle(turn, slot)
            turn.attempts.pop(slot, None)
        else:
            turn.facts[slot] = None
            heard = turn.heard.pop(slot, None) or [[doubt["value"], 0.0]]
            turn.attempts[slot] = [*turn.attempts.get(slot, ()), heard][-_ATTEMPTS:]
            turn.denied = (*turn.denied, doubt["value"])
    turn.goto(onwards)


def run_instead(turn: Turn, _step: schema.Instead, onwards: str) -> None:
    """Leave the pattern by the way that the open question has for who cannot answer it; without one, go on."""
    pattern = turn.stack.pop()
    asking = turn.asking
    command = next((each for each in _WAYS_OUT if each in asking.on), None) if asking else None
    if asking is None or command is None:
        turn.stack.append(Frame(pattern.flow, onwards))
    else:
        turn.leave_by(asking, command)


def _texts(heard: Candidates) -> set[str]:
    return {canonical(text if isinstance(text, str) else text[0]) for text in heard}


def _may_ask(turn: Turn, slot: schema.Slot, value: str | None, heard: Candidates, offers: int) -> bool:
    """Not about what the caller has denied, nor about more than so many values that he did not say."""
    if value is None or value in turn.denied:
        return False
    if canonical(value) not in _texts(heard) and value not in turn.known(slot) and value not in turn.offered:
        if len(turn.offered) >= offers:
            return False
        turn.offered = (*turn.offered, value)
    return True


def _record(turn: Turn, slot: str, found: identifiers.Grounding, decision: identifiers.Decision) -> None:
    turn.effects.append(
        Matched(
            slot=slot,
            decision=decision.value,
            value=found.value,
            confidence=round(found.confidence, 4),
            hypotheses=tuple(text for text, _ in turn.heard.get(slot, ())),
            alternatives=found.alternatives,
        )
    )
