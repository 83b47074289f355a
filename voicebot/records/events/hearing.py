"""What the ears made of the caller's voice, and why a turn was taken or kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voicebot.records.events.base import CallEvent, event


@event("hearing.partial")
@dataclass(frozen=True, slots=True, kw_only=True)
class Partial(CallEvent):
    """A hypothesis while the caller is still speaking."""

    text: str
    audio_ms: float
    decode_ms: float


@event("hearing.final")
@dataclass(frozen=True, slots=True, kw_only=True)
class Final(CallEvent):
    """The text of the caller's turn."""

    text: str
    nbest: tuple[str, ...] = ()
    confidence: float = 0.0
    """exp(mean token log-probability), 0..1."""
    audio_ms: float = 0.0
    decode_ms: float = 0.0


@event("hearing.end_of_turn")
@dataclass(frozen=True, slots=True, kw_only=True)
class EndOfTurn(CallEvent):
    """The decision that the caller has finished, with its inputs."""

    reason: str
    silence_ms: float
    waited_for_ms: float
    """The patience that applied."""
    inputs: Mapping[str, float | str | bool | None] = field(default_factory=dict)


@event("hearing.interruption")
@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption(CallEvent):
    """Speech over the bot, and what was decided about it."""

    verdict: str
    """`stop` or `ignore`."""
    reason: str
    overlap_ms: float
    inputs: Mapping[str, float | str | bool | None] = field(default_factory=dict)
