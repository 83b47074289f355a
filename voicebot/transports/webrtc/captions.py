"""What the page of a live call is told about it: events of the call's log as small JSON messages. Pure.

Messages: `caption` (who: caller or bot; final: False while it may still change), `state` (listening, caller_speaking,
thinking, speaking), `latency`, `note` and `ended`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from voicebot.records.events import CallEvent, Record, audio, call, dialogue, handoff, hearing, oms, turn

Message = dict[str, Any]


def caption(record: Record) -> Message | None:
    """The message for an event, or None when the page need not know."""
    write = _WRITERS.get(type(record.event))
    return write(record.event, record.turn) if write else None


def _partial(event: hearing.Partial, turn_number: int) -> Message:
    return {"type": "caption", "who": "caller", "text": event.text, "final": False, "turn": turn_number}


def _final(event: hearing.Final, turn_number: int) -> Message:
    return {"type": "caption", "who": "caller", "text": event.text, "final": True, "turn": turn_number}


def _said(event: dialogue.Said, turn_number: int) -> Message:
    return {
        "type": "caption",
        "who": "bot",
        "text": event.text,
        "final": False,
        "utterance": event.utterance,
        "turn": turn_number,
    }


def _played(event: audio.PlaybackEnded, turn_number: int) -> Message:
    return {
        "type": "caption",
        "who": "bot",
        "text": event.heard,
        "unheard": event.unheard,
        "final": True,
        "utterance": event.utterance,
        "turn": turn_number,
    }


def _ended(event: call.CallEnded, turn_number: int) -> Message:
    return {"type": "ended", "by": event.by, "reason": event.reason}


def _latency(event: turn.TurnLatency, turn_number: int) -> Message | None:
    if event.voice_to_voice_ms <= 0:
        return None
    return {"type": "latency", "turn": turn_number, "voice_to_voice_ms": round(event.voice_to_voice_ms)}


def _state(name: str) -> Callable[[Any, int], Message]:
    return lambda event, turn_number: {"type": "state", "state": name}


def _note(name: str) -> Callable[[Any, int], Message]:
    return lambda event, turn_number: {"type": "note", "note": name}


def _looking_up(event: oms.OmsRequested, turn_number: int) -> Message | None:
    return None if event.why == "prefetch" else {"type": "note", "note": "looking_up"}


_WRITERS: Mapping[type[CallEvent], Callable[[Any, int], Message | None]] = {
    audio.SpeechStarted: _state("caller_speaking"),
    audio.PlaybackStarted: _state("speaking"),
    audio.PlaybackEnded: _played,
    call.CallAnswered: _state("listening"),
    call.CallEnded: _ended,
    call.Fault: _note("fault"),
    dialogue.Said: _said,
    handoff.CallbackRecorded: _note("callback"),
    handoff.HandoffRequested: _note("handoff"),
    hearing.Final: _final,
    hearing.Partial: _partial,
    oms.OmsRequested: _looking_up,
    turn.TurnCommitted: _state("thinking"),
    turn.TurnLatency: _latency,
}
