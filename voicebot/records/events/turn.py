"""Turns: when they were committed, and where their time went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voicebot.records.events.base import CallEvent, event


@event("turn.dropped")
@dataclass(frozen=True, slots=True, kw_only=True)
class SpeculationDropped(CallEvent):
    """Work begun before the turn was over, thrown away because it was not."""

    reason: str
    text: str = ""


@event("turn.committed")
@dataclass(frozen=True, slots=True, kw_only=True)
class TurnCommitted(CallEvent):
    """From here on writes may run and the answer may be heard."""

    text: str
    speculated: bool


@event("turn.latency")
@dataclass(frozen=True, slots=True, kw_only=True)
class TurnLatency(CallEvent):
    """Milestones of one turn, in milliseconds after the caller's last voiced sample."""

    marks: Mapping[str, float] = field(default_factory=dict)
    """Of `vad_stop, decode_start, text, understood, answer_ready, speech_ready, committed, first_audio`."""
    voice_to_voice_ms: float = 0.0
    saved_by_prefetch_ms: float = 0.0
