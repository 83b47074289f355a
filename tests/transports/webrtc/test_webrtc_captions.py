from __future__ import annotations

import json
from typing import Any

import pytest

from voicebot.records.events import CallEvent, Record, Unknown, audio, call, dialogue, handoff, hearing, oms, turn
from voicebot.transports.webrtc.captions import caption


def told(event: CallEvent) -> dict[str, Any] | None:
    return caption(Record(call_id="c", seq=1, at_ms=0.0, wall="2026-01-01T00:00:00.000Z", turn=2, event=event))


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            hearing.Partial(text="where is", audio_ms=1, decode_ms=1),
            {"type": "caption", "who": "caller", "text": "where is", "final": False, "turn": 2},
        ),
        (
            hearing.Final(text="Where is it?"),
            {"type": "caption", "who": "caller", "text": "Where is it?", "final": True, "turn": 2},
        ),
        (
            dialogue.Said(utterance="u1", text="One moment."),
            {"type": "caption", "who": "bot", "text": "One moment.", "final": False, "utterance": "u1", "turn": 2},
        ),
        (
            audio.PlaybackEnded(
                utterance="u1", position_ms=1, complete=False, heard_ms=1, heard="One", unheard="moment."
            ),
            {
                "type": "caption",
                "who": "bot",
                "text": "One",
                "unheard": "moment.",
                "final": True,
                "utterance": "u1",
                "turn": 2,
            },
        ),
        (audio.SpeechStarted(position_ms=1), {"type": "state", "state": "caller_speaking"}),
        (audio.PlaybackStarted(utterance="u1", position_ms=1), {"type": "state", "state": "speaking"}),
        (turn.TurnCommitted(text="x", speculated=True), {"type": "state", "state": "thinking"}),
        (turn.TurnLatency(voice_to_voice_ms=311.6), {"type": "latency", "turn": 2, "voice_to_voice_ms": 312}),
        (turn.TurnLatency(), None),
        (oms.OmsRequested(request="q", op="get_order"), {"type": "note", "note": "looking_up"}),
        (oms.OmsRequested(request="q", op="get_order", why="prefetch"), None),
        (handoff.HandoffRequested(handoff="h", reason="policy"), {"type": "note", "note": "handoff"}),
        (call.CallEnded(by="bot", reason="done"), {"type": "ended", "by": "bot", "reason": "done"}),
        (call.CallStarted(transport="webrtc", caller="+44"), None),
        (Unknown(original="new.kind", data={}), None),
    ],
)
def test_messages(event: CallEvent, expected: dict[str, Any] | None) -> None:
    assert told(event) == expected
    json.dumps(expected)
