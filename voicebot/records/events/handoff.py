"""Handing the caller to a human."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.records.events.base import CallEvent, event


@event("handoff.requested")
@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffRequested(CallEvent):
    """The packet is stored under `handoff` from here on."""

    handoff: str
    reason: str
    """`caller_asked`, `policy`, `low_confidence`, `failure`, `risk` or `abuse`."""
    queue: str = "default"
    summary: str = ""
    """One line for the human who takes over, as the flow worded it."""


@event("handoff.transfer")
@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(CallEvent):
    """One attempt to transfer, and how it ended."""

    handoff: str
    target: str
    status: str
    """`attempted`, `accepted`, `failed`."""
    detail: str = ""


@event("handoff.callback")
@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRecorded(CallEvent):
    """A human will call back."""

    handoff: str
    number: str
    due: str
    """UTC, ISO 8601."""
