"""What happened on the line: speech, playback, keys. Positions are on the call's media clock."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.records.events.base import CallEvent, event


@event("audio.speech_started")
@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted(CallEvent):
    """The caller's voice began."""

    position_ms: float


@event("audio.speech_stopped")
@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStopped(CallEvent):
    """Voice activity fell silent; the turn may not be over."""

    position_ms: float
    """Where the last voiced sample was."""


@event("audio.playback_started")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackStarted(CallEvent):
    """The first sample of an utterance left for the caller."""

    utterance: str
    position_ms: float


@event("audio.playback_ended")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackEnded(CallEvent):
    """An utterance was played to its end, or stopped before it."""

    utterance: str
    position_ms: float
    complete: bool
    heard_ms: float
    heard: str
    """The words that reached the caller."""
    unheard: str = ""


@event("audio.dtmf")
@dataclass(frozen=True, slots=True, kw_only=True)
class Dtmf(CallEvent):
    """A key was pressed (RFC 4733, or the key's tones in the audio)."""

    key: str
    position_ms: float
