"""A console over fakes: a believable call with everything in it, and its recording."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from voicebot.console.deps import ConsoleDeps, Readiness
from voicebot.records.events import (
    CallEvent,
    Record,
    Unknown,
    audio,
    call,
    dialogue,
    handoff,
    hearing,
    oms,
    policy,
    turn,
)
from voicebot.records.projections.summary import Summary, summarise
from voicebot.records.reading import CallFilter

CALL = "20261121-140000-sip-4f1a2b"


@dataclass
class FakeStore:
    """Records in memory."""

    kept: dict[str, list[Record]] = field(default_factory=dict)

    def calls(
        self, *, limit: int = 50, before: str | None = None, filters: CallFilter | None = None
    ) -> Sequence[Summary]:
        found = [summarise(records) for _, records in sorted(self.kept.items(), reverse=True) if records]
        wanted = filters or CallFilter()
        found = [s for s in found if wanted.outcome in (None, s.outcome) and wanted.transport in (None, s.transport)]
        return [s for s in found if before is None or s.call < before][:limit]

    def records(self, call_id: str, *, after_seq: int = 0, limit: int | None = None) -> Sequence[Record]:
        return [record for record in self.kept.get(call_id, []) if record.seq > after_seq][:limit]


def deps_for(data_dir: Path, store: FakeStore, **changes: Any) -> ConsoleDeps:
    parts = {"recogniser": "ready", "voice": "ready", "order system": "ready"}
    deps = ConsoleDeps(
        ready=lambda: Readiness(ready=True, parts=parts, running=1, max_calls=10),
        store=store,
        data_dir=data_dir,
        packet=lambda handoff_id: {"id": handoff_id, "reason": "caller_asked"} if handoff_id == "h-1" else None,
        callbacks=lambda: [{"handoff": "h-1", "number": "+442079460018", "due": "2026-11-21T15:00:00Z"}],
        version="0.1.0",
        started_at=datetime(2026, 11, 21, 13, 0, tzinfo=UTC),
    )
    return replace(deps, **changes)


def records_of(call_id: str, events: Sequence[tuple[float, int, CallEvent]]) -> list[Record]:
    return [
        Record(
            call_id=call_id,
            seq=seq,
            at_ms=at_ms,
            wall=f"2026-11-21T14:00:{at_ms / 1000:06.3f}Z",
            turn=number,
            event=event,
        )
        for seq, (at_ms, number, event) in enumerate(events, start=1)
    ]


def marks(*times_ms: float) -> dict[str, float]:
    names = (
        "vad_stop",
        "decode_start",
        "text",
        "understood",
        "answer_ready",
        "speech_ready",
        "committed",
        "first_audio",
    )
    return dict(zip(names, times_ms, strict=True))


def played(utterance: str, from_ms: float, to_ms: float, text: str) -> audio.PlaybackEnded:
    return audio.PlaybackEnded(
        utterance=utterance, position_ms=to_ms, complete=True, heard_ms=to_ms - from_ms, heard=text
    )


def wismo_call(call_id: str = CALL) -> list[Record]:
    """Where is my order: a partial, a read ahead, an interruption, a policy decision, a hand-off, an unknown event."""
    hello, ask = "Hello, how can I help you today?", "I can look that up. What is the order number?"
    number = "It's 4 4 8 1 2 0 7 <script>alert(1)</script>"
    delivery = "Your order 4481207 left our warehouse on Tuesday and should reach you on Friday."
    rest = "The carrier is Royal Mail, and the tracking number is in your e-mail."
    offer = "It is three days late. I can have a person call you back. Shall I?"
    return records_of(
        call_id,
        [
            (0, 0, call.CallStarted(transport="sip", caller="+442079460018", called="shop", flows_version="a1b2c3")),
            (0, 0, call.CallAnswered(codec="PCMA", sample_rate_hz=8000)),
            (0, 0, call.RecordingStarted(file=f"recordings/{call_id}.wav", sample_rate_hz=8000)),
            (5, 0, oms.OmsRequested(request="q0", op="find_orders", args={"phone": "+442079460018"}, why="prefetch")),
            (20, 0, dialogue.Said(utterance="u1", text=hello, role="greeting", flow="start")),
            (48, 0, oms.OmsAnswered(request="q0", op="find_orders", status="ok", took_ms=43, result={"orders": 2})),
            (60, 0, audio.PlaybackStarted(utterance="u1", position_ms=60)),
            (
                1960,
                0,
                played("u1", 60, 1960, hello),
            ),
            (2500, 0, audio.SpeechStarted(position_ms=2480)),
            (3100, 0, hearing.Partial(text="Where is", audio_ms=600, decode_ms=72)),
            (3500, 0, hearing.Partial(text="Where is my order", audio_ms=1000, decode_ms=81)),
            (3900, 0, audio.SpeechStopped(position_ms=3820)),
            (4020, 1, hearing.Final(text="Where is my order?", confidence=0.93, audio_ms=1340, decode_ms=96)),
            (
                4090,
                1,
                hearing.EndOfTurn(
                    reason="complete", silence_ms=270, waited_for_ms=250, inputs={"smart_turn": 0.91, "complete": True}
                ),
            ),
            (4091, 1, turn.TurnCommitted(text="Where is my order?", speculated=True)),
            (4092, 1, dialogue.Understood(text="Where is my order?", intent="wismo", confidence=0.97, took_ms=3.1)),
            (4095, 1, dialogue.Said(utterance="u2", text=ask, role="ask", flow="wismo")),
            (4140, 1, audio.PlaybackStarted(utterance="u2", position_ms=4140)),
            (
                4141,
                1,
                turn.TurnLatency(
                    marks=marks(80, 84, 200, 204, 206, 209, 271, 320),
                    voice_to_voice_ms=320,
                    saved_by_prefetch_ms=43,
                ),
            ),
            (
                6540,
                1,
                played("u2", 4140, 6540, ask),
            ),
            (7000, 1, audio.SpeechStarted(position_ms=6980)),
            (9300, 1, hearing.Partial(text="It's 4 4 8 1", audio_ms=2300, decode_ms=90)),
            (9800, 1, oms.OmsRequested(request="q1", op="get_order", args={"number": "4481207"}, why="speculation")),
            (10100, 1, audio.SpeechStopped(position_ms=10000)),
            (
                10110,
                1,
                oms.OmsAnswered(request="q1", op="get_order", status="ok", took_ms=310, result={"state": "sent"}),
            ),
            (10230, 2, turn.TurnCommitted(text=number, speculated=True)),
            (10231, 2, dialogue.Understood(text=number, intent=None, confidence=0.4, slots={"number": "4481207"})),
            (
                10240,
                2,
                policy.PolicyDecided(
                    policy="late_order",
                    version="3",
                    rule="R4",
                    outcome={"offer": "callback", "credit": None},
                    facts={"days_late": 3, "vip": False},
                    reasons=("the order is 3 days late (days_late >= 2)", "the carrier still reports it in transit"),
                    near_misses=("R2 gives a voucher: only vip fails",),
                ),
            ),
            (10242, 2, dialogue.Said(utterance="u3", text=f"{delivery} {rest}", flow="wismo", step="tell")),
            (10380, 2, audio.PlaybackStarted(utterance="u3", position_ms=10380)),
            (
                10381,
                2,
                turn.TurnLatency(
                    marks=marks(95, 99, 190, 195, 212, 300, 230, 380),
                    voice_to_voice_ms=380,
                    saved_by_prefetch_ms=200,
                ),
            ),
            (14000, 2, audio.SpeechStarted(position_ms=13950)),
            (14200, 2, hearing.Interruption(verdict="stop", reason="words_over_bot", overlap_ms=240)),
            (
                14210,
                2,
                audio.PlaybackEnded(
                    utterance="u3", position_ms=14210, complete=False, heard_ms=3830, heard=delivery, unheard=rest
                ),
            ),
            (15200, 2, audio.SpeechStopped(position_ms=15100)),
            (15330, 3, turn.TurnCommitted(text="But it should be here already!", speculated=False)),
            (15340, 3, oms.OmsRequested(request="q2", op="get_order", args={"number": "4481207"}, why="turn")),
            (15640, 3, oms.OmsAnswered(request="q2", op="get_order", status="timeout", took_ms=300, cause="silence")),
            (15650, 3, dialogue.Said(utterance="u4", text=offer, role="ask", flow="wismo", step="offer")),
            (15720, 3, audio.PlaybackStarted(utterance="u4", position_ms=15720)),
            (
                15721,
                3,
                turn.TurnLatency(
                    marks=marks(90, 93, 210, 215, 540, 590, 230, 620),
                    voice_to_voice_ms=620,
                ),
            ),
            (18300, 3, played("u4", 15720, 18300, offer)),
            (18900, 3, audio.Dtmf(key="1", position_ms=18900)),
            (18950, 4, handoff.HandoffRequested(handoff="h-1", reason="policy", queue="delivery")),
            (18960, 4, handoff.CallbackRecorded(handoff="h-1", number="+442079460018", due="2026-11-21T15:00:00Z")),
            (18970, 4, Unknown(original="mood.measured", data={"mood": "cross", "score": 0.7})),
            (19800, 4, call.CallEnded(by="caller", reason="hung_up", duration_ms=19800)),
        ],
    )


def write_recording(path: Path, records: Sequence[Record]) -> None:
    """A stereo tone wherever somebody spoke: left the caller, right the bot."""
    rate = 8000
    samples = np.zeros((int(records[-1].at_ms / 1000 * rate), 2), dtype="<i2")
    begun: dict[str, float] = {}
    for record in records:
        event = record.event
        if isinstance(event, audio.SpeechStarted):
            begun["caller"] = event.position_ms
        elif isinstance(event, audio.PlaybackStarted):
            begun["bot"] = event.position_ms
        elif isinstance(event, audio.SpeechStopped | audio.PlaybackEnded):
            side, hz = ("caller", 330) if isinstance(event, audio.SpeechStopped) else ("bot", 220)
            first, last = int(begun[side] * rate / 1000), int(event.position_ms * rate / 1000)
            sound = np.sin(2 * np.pi * hz * np.arange(last - first) / rate) * 6000
            samples[first:last, 0 if side == "caller" else 1] = sound.astype("<i2")
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
