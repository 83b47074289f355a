"""What understanding makes of an utterance: commands, the only things the engine reads from a caller's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the caller wants of the dialogue.

    Attributes:
        name: `start_flow`, `set_slot`, `correct_slot`, `affirm`, `deny`, `repeat`, `slower`, `cancel_dialogue`,
            `greet`, `goodbye`, `thanks`, `help`, `bot_challenge`, `unsure`, `hold_on`, `human_agent`, `out_of_scope`,
            `not_understood`.
        args: e.g. `{"flow": "wismo"}`, `{"slot": "order_number", "value": "4481207"}`.
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
    alternatives: tuple[str, ...] = ()
