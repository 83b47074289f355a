"""From words, context and the classifier's opinion to commands. Pure.

Weightiest first: identifiers that fill a slot, corrections, a choice among options, moves of the conversation, and then
the caller's wish. What is read where depends on what was asked: an "okay" after a question is an answer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voicebot import identifiers
from voicebot.dialogue import acts, choices, dictation, doubts, schema, slot_values, telling
from voicebot.dialogue.commands import Alternative, Command, Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.lint import HUMAN
from voicebot.dialogue.sayings import OUT_OF_SCOPE
from voicebot.dialogue.slot_values import Value
from voicebot.dialogue.wishes import (
    MAX_CHARACTERS,
    Probabilities,
    Wish,
    begin,
    clauses,
    known_intents,
    leaves_question,
    likeliest,
    several,
    starts,
    wish_words,
)

#: Slot types whose values can be corrected in part.
_IDENTIFIERS = ("email", "order_number", "tracking_number", "phone", "postcode")
_ACTS = frozenset({"affirm", "deny", "thanks", "greet", "goodbye", "repeat", "slower", "cancel_dialogue", "help"}) | {
    "bot_challenge", "unsure", "hold_on",
}  # fmt: skip
#: So many words may correct a choice that was made before, or say that it was another one.
_FEW_WORDS = 8
#: In an answer of more words, a move is rather told of than made.
_SAID_SHORTLY = 10
#: Moves that say everything that the utterance says.
_FINAL = frozenset({"bot_challenge", "repeat", "slower", "hold_on", "cancel_dialogue", "human_agent", "wrong_person"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Probabilities from which a wish counts: when nothing else was asked, in the middle of a question, and among
    several in one breath."""

    wish: float = 0.4
    interrupt: float = 0.8
    part: float = 0.5
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
    if len(words) <= 3 or dictation.piece(text, context) is not None:
        return False
    return not slot_values.values(text, context, (), context.slots)


def interpret(
    text: str,
    context: Context,
    flows: FlowSet,
    probabilities: Mapping[str, float],
    alternatives: Sequence[Alternative] = (),
    thresholds: Thresholds = Thresholds(),
    parts: Sequence[Probabilities] = (),
) -> Understanding:
    """Understand one utterance.

    Args:
        text: the caller's words.
        context: what the conversation expects.
        flows: for the intents they serve and the slots they fill.
        probabilities: of all labels, from the classifier; empty when it was not asked.
        alternatives: other readings of the same words, with mean log-probabilities where they are known.
        thresholds: when a wish counts.
        parts: probabilities of each clause that may be a wish of its own (`wishes.clauses`).
    """
    text = text[:MAX_CHARACTERS]
    reading = _Reading(text, context, flows, probabilities, tuple(alternatives)[:10], thresholds, parts)
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
        alternatives: tuple[Alternative, ...],
        thresholds: Thresholds,
        parts: Sequence[Probabilities],
    ) -> None:
        self.text, self.context, self.flows, self.alternatives = text, context, flows, alternatives
        self.thresholds, self.parts = thresholds, parts
        self.moves = acts.acts(text)
        self.label, self.confidence = likeliest(probabilities)
        if "no_human" in self.moves:
            self.label, self.confidence = "", 0.0
        elif HUMAN in self.moves and not self._tells(HUMAN):
            self.label, self.confidence = HUMAN, max(0.95, probabilities.get(HUMAN, 0.0))
        self.intent: str | None = None
        if self.label in known_intents(flows) and self.confidence >= thresholds.wish:
            self.intent = self.label
        elif self.label == OUT_OF_SCOPE:
            self.intent = OUT_OF_SCOPE
        self.found: dict[str, Any] = {}
        self._started_over()

    def commands(self) -> tuple[Command, ...]:
        """The commands, in the order to be carried out."""
        if not acts.plain(self.text):
            return ()
        asked = self.context.kind not in ("open", "text")
        final = next((move for move in self.moves if move in _FINAL and not self._tells(move)), None)
        if final == "hold_on" and self.intent is not None and self.confidence >= self.thresholds.interrupt:
            final = None  # "hang on, where is my order?"
        if final is not None:
            return (Command(final, confidence=self.confidence if final == HUMAN else 1.0),)
        answer = self._answer()
        filled = self._filled()
        if (words := dictation.free_text(self.text, self.context, self.moves)) is not None:
            # "No, I mean order 4481207" is no answer in free text, nor is "no, the other one".
            other = choices.says_only_other(self.text)
            meant = tuple(c for c in filled if c.name == "correct_slot" and (other or self._is_identifier(c)))
            other_wish = () if meant else self._other_wish()
            return meant or ((*other_wish, *self._volunteered(other_wish)) if other_wish else (words,))
        if "goodbye" in self.moves and not filled:
            return (Command("goodbye"),)
        wish = self._wish(answered=asked and bool(filled or answer))
        if wish:
            filled = self._volunteered(wish)
        if filled and self.context.kind != "yes_no":
            answer = tuple(command for command in answer if command.name == "deny")
        if not (wish or filled) and (piece := self._piece()) is not None:
            return (piece,)
        result = (*answer, *wish, *filled)
        if result:
            return result
        if "unsure" in self.moves:
            return (Command("unsure"),)
        return self._act()

    def _tells(self, move: str) -> bool:
        """Whether a move is only told of, in a long answer in free text: "I asked to speak to a manager"."""
        long = len(acts.plain(self.text).split()) > _SAID_SHORTLY
        told = long and self.context.slots.get(self.context.slot or "") == "text"
        return told and not telling.makes(move, self.text)

    def _other_wish(self) -> tuple[Command, ...]:
        """What is surely another wish, where anything may be the answer."""
        if self.intent in (None, OUT_OF_SCOPE) or self.confidence < self.thresholds.interrupt:
            return ()
        running = [self.flows.flows[name] for name in self.context.running if name in self.flows.flows]
        led_to = {schema.started_flow(step) for flow in running for step in flow.steps} - {HUMAN}
        flow = self.flows.intents.get(str(self.intent), HUMAN)
        other = flow not in self.context.running and leaves_question(self.text, led=flow in led_to)
        return self._wish(answered=False) if other else ()

    def _is_identifier(self, command: Command) -> bool:
        return self.context.slots.get(str(command.args.get("slot"))) in _IDENTIFIERS

    def _piece(self) -> Command | None:
        """A part of the value that was asked for."""
        return dictation.piece(self.text, self.context) if not set(self.moves) - {"start_over"} else None

    def _started_over(self) -> None:
        """What was said before "let me start over" does not count, nor what was given of a value until then."""
        rest = dictation.after_start_over(self.text) if "start_over" in self.moves else None
        if rest is not None:
            self.text, self.context = rest or self.text, dataclasses.replace(self.context, partial="")

    def _answer(self) -> tuple[Command, ...]:
        """Yes or no."""
        if self.context.kind == "open" and "done" in self.moves:
            return (Command("deny"),)
        if "unsure" in self.moves or (self.context.kind == "open" and "thanks" in self.moves):
            return ()
        reading = identifiers.find("yes_no", self.text)
        if not reading or reading[0].score < 0.5 or acts.told_to_answer(self.text):
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
        values = slot_values.values(self.text, self.context, self.alternatives, self.context.slots)
        if self.context.kind == "choice" and not values.keys() & set(_IDENTIFIERS):
            # "Size ten" is the option that was asked for, not ten pieces.
            chosen = self._choice()
            if chosen is not None:
                return (chosen,)
        if not values and (corrected := self._part_said_again()) is not None:
            return (corrected,)
        self.found.update({kind: value.text for kind, value in values.items()})
        result = [self._slot(value) for value in values.values()]
        if not result and (chosen := self._choice()) is not None:
            result.append(chosen)
        return tuple(result)

    def _slot(self, value: Value) -> Command:
        held = self.context.values.get(value.slot)
        name = "correct_slot" if held not in (None, value.text) and self.context.slot != value.slot else "set_slot"
        return Command(name, value.args)

    def _part_said_again(self) -> Command | None:
        """ "No, four eight", when the bot asked whether it got the last two right."""
        if self.context.doubt is None or identifiers.yes_no(self.text):
            return None
        slot, said = self.context.doubt["slot"], [run.text for run in identifiers.runs(self.text)]
        value = doubts.corrected(self.context.doubt, said[-1]) if said else None
        if value is None:
            return None
        self.found[self.context.slots.get(slot, "order_number")] = value
        return Command("correct_slot", {"slot": slot, "value": value})

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
        few = len(acts.plain(self.text).split()) <= _FEW_WORDS
        if choices.means_other(self.text) and not asked:
            others = [option.value for option in options if option.value != held]
            value = choices.pick(self.text, [o for o in options if o.value != held], self.context.today)
            if value is None and held is not None and len(others) == 1 and few:
                value = others[0]
            # "And the lamp from the other order has to go back, too" is about something else than the choice.
            if value is not None or few:
                return Command("correct_slot", {"slot": slot, "value": value})
        if not options or not (asked or (held is not None and few)):
            return None
        value = choices.pick(self.text, options, self.context.today)
        if value is None and asked and choices.means_none(self.text):
            return Command("deny")
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
        said = clauses(wish_words(self.text, self.context.language)) if self.parts else ()
        many = several(self.parts, self.flows, known_intents(self.flows), self.thresholds.part, said)
        if many:
            self.intent, self.confidence = many[0].intent, many[0].confidence
            return starts(many, self.flows)
        return (begin(Wish(self.intent, self.confidence), self.flows),)

    def _volunteered(self, wish: tuple[Command, ...]) -> tuple[Command, ...]:
        """Slots of the flow about to start that the same words fill already."""
        flow = self.flows.flows.get(str(wish[-1].args.get("flow", HUMAN)))
        slots = {name: slot.type for name, slot in flow.slots.items()} if flow else {}
        values = slot_values.values(self.text, self.context, self.alternatives, slots)
        self.found.update({kind: value.text for kind, value in values.items()})
        return tuple(Command("set_slot", value.args) for value in values.values())

    def _act(self) -> tuple[Command, ...]:
        """A move of the conversation, by its pattern or else by the classifier."""
        if self.moves:
            move = "deny" if self.moves[0] in ("done", "no_human") else self.moves[0]
            return (Command(move),)
        # A yes under a condition is none, whatever the classifier makes of it.
        doubtful = self.label == "affirm" and bool(identifiers.find("yes_no", self.text))
        if self.label in _ACTS and self.confidence >= self.thresholds.act and not doubtful:
            return (Command(self.label, confidence=self.confidence),)
        if self.label == OUT_OF_SCOPE and self.context.kind == "open":
            return (Command(OUT_OF_SCOPE, confidence=self.confidence),)
        return ()
