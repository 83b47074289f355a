"""Typed events of a call, one small module per family."""

from voicebot.records.events import (
    actions,
    audio,
    call,
    dialogue,
    handoff,
    hearing,
    messages,
    oms,
    policy,
    turn,
    verification,
)
from voicebot.records.events.base import CallEvent, Record, Unknown, decode, event, kinds

__all__ = [
    "CallEvent",
    "Record",
    "Unknown",
    "actions",
    "audio",
    "call",
    "decode",
    "dialogue",
    "event",
    "handoff",
    "hearing",
    "kinds",
    "messages",
    "oms",
    "policy",
    "turn",
    "verification",
]
