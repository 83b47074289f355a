"""A made-up call in four pieces: what projections, pages and packets are tried on without a caller.

The caller is greeted, gives an order number and interrupts the answer; asks for a human; the transfer fails and a
call-back is recorded; hangs up.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from voicebot.records.events import CallEvent, Record, audio, call, dialogue, handoff, hearing, oms, policy, turn
from voicebot.records.live import stamp

BEGIN = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)

ORDER = {"id": "o1", "number": "4481207", "delivery": {"state": "delayed"}}

Row = tuple[float, int, CallEvent]


def log_of(rows: list[Row], call_id: str = "call-1") -> list[Record]:
    """Number and stamp events given as (at_ms, turn, event)."""
    return [
        Record(
            call_id=call_id,
            seq=seq,
            at_ms=at_ms,
            wall=stamp(BEGIN + timedelta(milliseconds=at_ms)),
            turn=number,
            event=event,
        )
        for seq, (at_ms, number, event) in enumerate(rows, start=1)
    ]


def opening() -> list[Row]:
    return [
        (0, 0, call.CallStarted(transport="sip", caller="+4930123456", called="100")),
        (0, 0, call.CallAnswered(codec="PCMA", sample_rate_hz=8000)),
        (0, 0, call.RecordingStarted(file="recordings/call-1.wav", sample_rate_hz=16000)),
        (5, 0, dialogue.Said(utterance="u1", text="Hello, this is the automated assistant.", role="greeting")),
        (40, 0, audio.PlaybackStarted(utterance="u1", position_ms=40)),
        (
            2040,
            0,
            audio.PlaybackEnded(
                utterance="u1",
                position_ms=2040,
                complete=True,
                heard_ms=2000,
                heard="Hello, this is the automated assistant.",
            ),
        ),
    ]


def order_turn() -> list[Row]:
    """The caller gives an order number; the read ran while they spoke; the answer is interrupted."""
    query = {"kind": "query", "request": "q1", "op": "find_orders", "args": {"number": "4481207"}}
    say = {
        "kind": "say",
        "utterance": "u2",
        "wording": [{"kind": "text", "value": "It will arrive on "}, {"kind": "date", "value": "2026-11-25"}],
    }
    return [
        (3000, 1, audio.SpeechStarted(position_ms=2900)),
        (3400, 1, hearing.Partial(text="where is my", audio_ms=500, decode_ms=40)),
        (3900, 0, oms.OmsRequested(request="q1", op="find_orders", args={"number": "4481207"}, why="speculation")),
        (
            3930,
            0,
            oms.OmsAnswered(
                request="q1",
                op="find_orders",
                status="ok",
                took_ms=30,
                saved_ms=30,
                result={
                    "status": "ok",
                    "orders": [ORDER],
                    "customer": {"id": "c1", "first_name": "Ada"},
                    "fetched_at": "2026-11-21T10:00:03Z",
                },
            ),
        ),
        (4060, 1, audio.SpeechStopped(position_ms=4000)),
        (4200, 1, hearing.EndOfTurn(reason="complete", silence_ms=200, waited_for_ms=200)),
        (4200, 1, hearing.Final(text="Where is order 4481207?", confidence=0.9, audio_ms=1100, decode_ms=60)),
        (
            4210,
            1,
            dialogue.Understood(
                text="Where is order 4481207?",
                intent="wismo",
                confidence=0.94,
                slots={"order_number": "4481207"},
                commands=({"name": "start_flow", "args": {"flow": "wismo"}},),
            ),
        ),
        (4210, 1, turn.TurnCommitted(text="Where is order 4481207?", speculated=True)),
        (4210, 1, dialogue.EngineEffect(effect=query, flow="wismo", step="find")),
        (
            4210,
            1,
            policy.PolicyDecided(
                policy="late_order",
                version="1",
                rule="late-3",
                outcome={"offer": "voucher"},
                facts={"days_late": 3},
                reasons=("3 days late",),
            ),
        ),
        (4210, 1, dialogue.EngineEffect(effect=say, flow="wismo", step="tell")),
        (
            4100,
            1,
            dialogue.Said(
                utterance="u2", text="It will arrive on 2026-11-25. You get a voucher.", flow="wismo", step="tell"
            ),
        ),
        (4310, 1, audio.PlaybackStarted(utterance="u2", position_ms=4310)),
        (
            4310,
            1,
            turn.TurnLatency(
                marks={"vad_stop": 60, "text": 180, "answer_ready": 190, "committed": 210, "first_audio": 310},
                voice_to_voice_ms=310,
            ),
        ),
        (5300, 1, audio.SpeechStarted(position_ms=5200)),
        (5400, 1, hearing.Interruption(verdict="stop", reason="words", overlap_ms=200)),
        (
            5400,
            1,
            audio.PlaybackEnded(
                utterance="u2",
                position_ms=5400,
                complete=False,
                heard_ms=1090,
                heard="It will arrive on",
                unheard="2026-11-25. You get a voucher.",
            ),
        ),
    ]


def handed_off() -> list[Row]:
    return [
        (6100, 2, audio.SpeechStopped(position_ms=6000)),
        (6200, 2, hearing.Final(text="Give me a human.", audio_ms=800)),
        (6200, 2, dialogue.Understood(text="Give me a human.", intent="human_agent", confidence=0.99)),
        (6200, 2, turn.TurnCommitted(text="Give me a human.", speculated=False)),
        (6300, 2, handoff.HandoffRequested(handoff="h1", reason="caller_asked", queue="default")),
        (6310, 2, handoff.Transfer(handoff="h1", target="sip:agents@pbx", status="attempted")),
        (9000, 2, handoff.Transfer(handoff="h1", target="sip:agents@pbx", status="failed", detail="486 Busy Here")),
        (9100, 2, handoff.CallbackRecorded(handoff="h1", number="+4930123456", due="2026-11-23T10:00:00.000Z")),
    ]


def ending(by: str = "caller") -> list[Row]:
    return [(9500, 2, call.CallEnded(by=by, reason="hung up", duration_ms=9500))]
