"""The call's life cycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voicebot.records.events.base import CallEvent, event


@event("call.started")
@dataclass(frozen=True, slots=True, kw_only=True)
class CallStarted(CallEvent):
    """A call arrived and was admitted."""

    transport: str
    """`sip`, `webrtc` or `text`."""
    caller: str | None
    """The caller's number or address as the network gave it: a hint, not a proof."""
    called: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"
    flows_version: str = ""
    """Id of the version of flows and policies that the call keeps to its end, as in `voicebot flow versions`."""
    policies_version: str = ""
    """SHA-256 (16 hex digits) of the policies alone."""


@event("call.answered")
@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswered(CallEvent):
    """Media flows; the media clock is at zero."""

    codec: str
    sample_rate_hz: int


@event("call.recording")
@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted(CallEvent):
    """A stereo recording is being written: left the caller, right the bot."""

    file: str
    """Relative to the data directory."""
    sample_rate_hz: int


@event("call.fault")
@dataclass(frozen=True, slots=True, kw_only=True)
class Fault(CallEvent):
    """Something went wrong inside; the caller heard something honest."""

    where: str
    what: str
    fix: str = ""


@event("call.ended")
@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(CallEvent):
    """Always the last event."""

    by: str
    """`caller`, `bot`, `transfer`, `network`, `operator`."""
    reason: str
    duration_ms: float = 0.0
