"""Typed events of a call, one small module per family."""

from voicebot.records.events import audio, call, dialogue, handoff, hearing, oms, policy, turn
from voicebot.records.events.base import CallEvent, Record, Unknown, decode, event, kinds

__all__ = [
    "CallEvent",
    "Record",
    "Unknown",
    "audio",
    "call",
    "decode",
    "dialogue",
    "event",
    "handoff",
    "hearing",
    "kinds",
    "oms",
    "policy",
    "turn",
]
