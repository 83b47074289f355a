"""From words, context and the classifier's opinion to commands. Pure.

Weightiest first: identifiers that fill a slot, corrections, a choice among options, moves of the conversation, and then
the caller's wish. What is read where depends on what was asked: an "okay" after a question is an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voicebot import identifiers
from voicebot.dialogue import acts, choices
from voicebot.dialogue.commands import Command, Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.lint import HUMAN

MAX_CHARACTERS = 600
OUT_OF_SCOPE = "out_of_scope"
#: Slot types that a grammar reads; of equally good readings of the same words the first counts.
_IDENTIFIERS = ("email", "order_number", "tracking_number", "phone", "postcode")
#: From this score on a value counts that was not asked for; of what was asked for, nearly anything does.
_UNASKED, _ASKED = 0.6, 0.3
_ACTS = frozenset({"affirm", "deny", "thanks", "greet", "goodbye", "repeat", "slower", "cancel_dialogue", "help"}) | {
    "bot_challenge", "unsure", "hold_on",
}  # fmt: skip
#: Moves that say everything that the utterance says.
_FINAL = frozenset({"bot_challenge", "repeat", "slower", "hold_on", "cancel_dialogue", "human_agent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Probabilities from which a wish counts: when nothing else was asked, and in the middle of a question."""

    wish: float = 0.3
    interrupt: float = 0.7
    act: float = 0.5


def needs_classifier(text: str, context: Context) -> bool:
    """False when grammars alone will do: the embedding is then saved."""
    if context.kind in ("open", "text"):
        return bool(acts.plain(text)) and not set(acts.acts(text)) & {
            "human_agent",
            "repeat",
            "done",
            "goodbye",
            "thanks",
            "greet",
        }
    words = acts.plain(text).split()
    return len(words) > 3 and not _found(text, context, (), context.slots)


def wish_words(text: str) -> str:
    """The words without identifiers, which say nothing about the wish; empty when nothing is left to classify."""
    rest = text[:MAX_CHARACTERS]
    for kind in ("email", "order_number", "phone"):
        spans = [found.span for found in identifiers.find(kind, rest) if found.score >= _UNASKED]
        for start, end in sorted(spans, reverse=True):
            rest = f"{rest[:start]} {rest[end:]}"
    rest = " ".join(rest.split())
    return rest if any(len(word) > 1 for word in acts.plain(rest).split()) else ""


def interpret(
    text: str,
    context: Context,
    flows: FlowSet,
    probabilities: Mapping[str, float],
    alternatives: Sequence[str] = (),
    thresholds: Thresholds = Thresholds(),
) -> Understanding:
    """Understand one utterance.

    Args:
        text: the caller's words.
        context: what the conversation expects.
        flows: for the intents they serve and the slots they fill.
        probabilities: of all labels, from the classifier; empty when it was not asked.
        alternatives: other readings of the same words.
        thresholds: when a wish counts.
    """
    text = text[:MAX_CHARACTERS]
    reading = _Reading(text, context, flows, probabilities, tuple(alternatives)[:10], thresholds)
    commands = reading.commands()
    return Understanding(
        text=text,
        intent=reading.intent,
        confidence=round(reading.confidence, 4),
        slots=reading.found,
        commands=commands or (Command("not_understood"),),
        alternatives=tuple(alternatives),
    )


class _Reading:
    """One utterance being read."""

    def __init__(
        self,
        text: str,
        context: Context,
        flows: FlowSet,
        probabilities: Mapping[str, float],
        alternatives: tuple[str, ...],
        thresholds: Thresholds,
    ) -> None:
        self.text, self.context, self.flows, self.alternatives = text, context, flows, alternatives
        self.thresholds = thresholds
        self.moves = acts.acts(text)
        self.label, self.confidence = max(probabilities.items(), key=lambda item: item[1], default=("", 0.0))
        if "no_human" in self.moves:
            self.label, self.confidence = "", 0.0
        elif "human_agent" in self.moves:
            self.label, self.confidence = HUMAN, max(0.95, probabilities.get(HUMAN, 0.0))
        self.intent: str | None = None
        if self.label in flows_intents() and self.confidence >= thresholds.wish:
            self.intent = self.label
        elif self.label == OUT_OF_SCOPE:
            self.intent = OUT_OF_SCOPE
        self.found: dict[str, Any] = {}

    def commands(self) -> tuple[Command, ...]:
        """The commands, in the order to be carried out."""
        if not acts.plain(self.text):
            return ()
        asked = self.context.kind not in ("open", "text")
        final = next((move for move in self.moves if move in _FINAL), None)
        if final is not None:
            return (Command(final, confidence=self.confidence if final == HUMAN else 1.0),)
        answer = self._answer()
        filled = self._filled()
        if "goodbye" in self.moves and not filled:
            return (Command("goodbye"),)
        start = self._wish(answered=asked and bool(filled or answer))
        if start:
            filled = self._volunteered(start)
        if filled and self.context.kind != "yes_no":
            answer = tuple(command for command in answer if command.name == "deny")
        result = (*answer, *start, *filled)
        if result:
            return result
        if "unsure" in self.moves:
            return (Command("unsure"),)
        return self._act()

    def _answer(self) -> tuple[Command, ...]:
        """Yes or no."""
        if self.context.kind == "open" and "done" in self.moves:
            return (Command("deny"),)
        if "unsure" in self.moves or (self.context.kind == "open" and "thanks" in self.moves):
            return ()
        reading = identifiers.find("yes_no", self.text)
        if not reading or reading[0].score < 0.5:
            return ()
        first = reading[0].span[0] <= 4
        short = len(acts.plain(self.text).split()) <= 6
        if self.context.kind != "yes_no" and not (first and short):
            return ()
        return (Command("affirm" if reading[0].value == "yes" else "deny", confidence=reading[0].score),)

    def _filled(self) -> tuple[Command, ...]:
        """Slots that the words fill or correct."""
        correction = self._correction()
        if correction is not None:
            return (correction,)
        values = _found(self.text, self.context, self.alternatives, self.context.slots)
        self.found.update({kind: value for kind, (_slot, value) in values.items()})
        result = [self._slot(slot, value) for slot, value in values.values()]
        if not result and (chosen := self._choice()) is not None:
            result.append(chosen)
        return tuple(result)

    def _slot(self, slot: str, value: str) -> Command:
        held = self.context.values.get(slot)
        name = "correct_slot" if held not in (None, value) and self.context.slot != slot else "set_slot"
        return Command(name, {"slot": slot, "value": value})

    def _correction(self) -> Command | None:
        """ "No, it ends in 3": of the identifier that is being talked about."""
        correction = identifiers.find_correction(self.text)
        if correction is None:
            return None
        slots = sorted(self.context.slots, key=lambda slot: slot != self.context.slot)
        for slot in slots:
            kind, held = self.context.slots[slot], self.context.values.get(slot)
            if kind not in _IDENTIFIERS or not isinstance(held, str):
                continue
            value = identifiers.apply_correction(correction, held)
            if value is not None and value != held:
                self.found[kind] = value
                return Command("correct_slot", {"slot": slot, "value": value})
        return None

    def _choice(self) -> Command | None:
        slot = self.context.choice
        if slot is None:
            return None
        options, held = self.context.options, self.context.values.get(slot)
        asked = self.context.slot == slot
        if choices.means_other(self.text) and not asked:
            others = [option.value for option in options if option.value != held]
            value = choices.pick(self.text, [o for o in options if o.value != held], self.context.today)
            if value is None and held is not None and len(others) == 1:
                value = others[0]
            return Command("correct_slot", {"slot": slot, "value": value})
        if not options or not (asked or (held is not None and len(acts.plain(self.text).split()) <= 8)):
            return None
        value = choices.pick(self.text, options, self.context.today)
        if value is None or (value == held and not asked):
            return None
        self.found["choice"] = value
        return Command("set_slot" if asked else "correct_slot", {"slot": slot, "value": value})

    def _wish(self, *, answered: bool) -> tuple[Command, ...]:
        """The flow that the caller wants, when that is clear enough in the middle of what was asked."""
        if answered or self.intent is None or self.intent == OUT_OF_SCOPE:
            return ()
        # Who asks once more for what is being dealt with does not leave the subject: no need to be sure.
        same = self.context.flow is not None and self.flows.intents.get(self.intent) == self.context.flow
        needed = self.thresholds.wish if same or self.context.kind == "open" else self.thresholds.interrupt
        if self.confidence < needed:
            return ()
        if self.intent == HUMAN:
            return (Command("human_agent", confidence=self.confidence),)
        flow = self.flows.intents.get(self.intent, HUMAN)
        return (Command("start_flow", {"flow": flow, "intent": self.intent}, self.confidence),)

    def _volunteered(self, start: tuple[Command, ...]) -> tuple[Command, ...]:
        """Slots of the flow about to start that the same words fill already."""
        flow = self.flows.flows.get(str(start[0].args.get("flow", HUMAN)))
        slots = {name: slot.type for name, slot in flow.slots.items()} if flow else {}
        values = _found(self.text, self.context, self.alternatives, slots)
        self.found.update({kind: value for kind, (_slot, value) in values.items()})
        return tuple(Command("set_slot", {"slot": slot, "value": value}) for slot, value in values.values())

    def _act(self) -> tuple[Command, ...]:
        """A move of the conversation, by its pattern or else by the classifier."""
        if self.moves:
            move = "deny" if self.moves[0] in ("done", "no_human") else self.moves[0]
            return (Command(move),)
        if self.label in _ACTS and self.confidence >= self.thresholds.act:
            return (Command(self.label, confidence=self.confidence),)
        if self.label == OUT_OF_SCOPE and self.context.kind == "open":
            return (Command(OUT_OF_SCOPE, confidence=self.confidence),)
        return ()


def flows_intents() -> frozenset[str]:
    """All intents of the taxonomy, also those that no flow serves yet."""
    from voicebot.dialogue.loader import taxonomy

    return taxonomy()


def _found(
    text: str, context: Context, alternatives: Sequence[str], slots: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Slot type -> slot and value, for identifiers in the words; the one that was asked for wins its words."""
    kinds: dict[str, str] = {}
    for slot, kind in slots.items():
        if kind in _IDENTIFIERS and (kind not in kinds or slot == context.slot):
            kinds[kind] = slot
    readings = {kind: _readings(kind, text, asked=kind == context.kind) for kind in _IDENTIFIERS if kind in kinds}
    order = sorted(
        readings, key=lambda kind: (kind != context.kind, -max((f.score for f in readings[kind]), default=0))
    )
    taken: list[tuple[int, int]] = []
    result: dict[str, tuple[str, str]] = {}
    for kind in order:
        asked = kind == context.kind
        free = [f for f in readings[kind] if not any(f.span[0] < end and start < f.span[1] for start, end in taken)]
        if not free and not asked:
            continue
        value = _grounded(kind, kinds[kind], free, context, alternatives if asked else ())
        if value is not None:
            result[kind] = (kinds[kind], value)
            taken += [f.span for f in free[:1]]
            if asked:
                break
    return result


def _readings(kind: str, text: str, *, asked: bool) -> list[identifiers.Found]:
    return [found for found in identifiers.find(kind, text) if found.score >= (_ASKED if asked else _UNASKED)]


def _grounded(
    kind: str, slot: str, readings: list[identifiers.Found], context: Context, alternatives: Sequence[str]
) -> str | None:
    """The value heard, or the known one that it must be: this caller's own numbers come first."""
    found = readings[:3]
    for other in alternatives:
        found += [f for f in identifiers.find(kind, other)[:1] if f.score >= _ASKED]
    if not found:
        return None
    # A doubtful reading (a number with a digit too many) gives way to a better one of the same sounds.
    alike = [f for f in found if abs(len(f.value) - len(found[0].value)) <= 1]
    best = max(alike, key=lambda f: f.score)
    heard = list(dict.fromkeys([best.value, *(f.value for f in found)]))
    known = context.known.get(slot, ())
    if known and heard[0] not in known:
        grounding = identifiers.ground(heard, known)
        if grounding.decision is identifiers.Decision.ACCEPT and grounding.value is not None:
            return grounding.value
    return heard[0]
