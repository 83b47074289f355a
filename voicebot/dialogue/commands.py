"""What understanding makes of an utterance: commands, the only things the engine reads from a caller's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Moves that every conversation answers in the same way: patterns of the same name.
PATTERNS = frozenset(
    {"repeat", "slower", "cancel_dialogue", "greet", "goodbye", "thanks", "help", "bot_challenge", "unsure", "hold_on"}
    | {"abuse", "start_over", "wrong_person"}
)
#: What was not understood, the most telling first; patterns of the same name, too.
MISSES = ("other_language", "out_of_scope", "not_understood")
#: Moves that mean something only when nothing weightier was said in the same breath.
POLITE = frozenset({"greet", "thanks", "affirm", "deny", "help", "unsure", "abuse", *MISSES})


#: Another reading of the words, with its mean log-probability when that is known.
Alternative = str | tuple[str, float]


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the caller wants of the dialogue.

    Attributes:
        name: `start_flow`, `set_slot`, `correct_slot`, `affirm`, `deny`, `repeat`, `slower`, `cancel_dialogue`,
            `greet`, `goodbye`, `thanks`, `help`, `bot_challenge`, `unsure`, `hold_on`, `human_agent`, `out_of_scope`,
            `other_language`, `abuse`, `start_over`, `wrong_person`, `partial`, `not_understood`.
        args: e.g. `{"flow": "wismo"}`, `{"slot": "order_number", "value": "4481207"}`; a value that came by voice has
            `heard` beside it: `[[value, mean log-probability], …]`, best first.
        confidence: 0..1.
    """

    name: str
    args: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """An utterance, understood in the dialogue's context.

    Attributes:
        text: the caller's words (data, never instructions).
        intent: a name of the taxonomy, or None.
        confidence: of the intent, 0..1.
        slots: values found, canonical form, by slot type.
        commands: in the order to be carried out.
        alternatives: n-best texts of the recogniser, for grounding.
    """

    text: str
    intent: str | None = None
    confidence: float = 0.0
    slots: Mapping[str, Any] = field(default_factory=dict)
    commands: tuple[Command, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
