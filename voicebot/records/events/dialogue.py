"""What the dialogue understood and did: the engine's inputs and effects, enough to run the call again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.records.events.base import CallEvent, event


@event("dialogue.understood")
@dataclass(frozen=True, slots=True, kw_only=True)
class Understood(CallEvent):
    """Commands read from the caller's words."""

    text: str
    intent: str | None
    confidence: float
    slots: Mapping[str, Any] = field(default_factory=dict)
    commands: tuple[Mapping[str, Any], ...] = ()
    took_ms: float = 0.0


@event("dialogue.input")
@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInput(CallEvent):
    """One event given to `step`, in its JSON form."""

    input: Mapping[str, Any]


@event("dialogue.effect")
@dataclass(frozen=True, slots=True, kw_only=True)
class EngineEffect(CallEvent):
    """One effect that `step` returned, in its JSON form."""

    effect: Mapping[str, Any]
    flow: str | None = None
    step: str | None = None


@event("dialogue.said")
@dataclass(frozen=True, slots=True, kw_only=True)
class Said(CallEvent):
    """Wording handed to the mouth. What was heard is in `audio.playback_ended`."""

    utterance: str
    text: str
    role: str = "answer"
    """`greeting`, `answer`, `ask`, `filler`, `repair` or `goodbye`."""
    flow: str | None = None
    step: str | None = None


@event("dialogue.taken_back")
@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack(CallEvent):
    """In a text conversation: everything from this turn on is forgotten by the dialogue, as if never said."""

    since_turn: int
