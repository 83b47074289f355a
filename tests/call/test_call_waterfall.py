"""Milestones are relative to the caller's last voiced sample, also when the ears correct it."""

from __future__ import annotations

from voicebot.call.frames import HeardSoFar
from voicebot.call.waterfall import TurnClock
from voicebot.listening.recognition import Recognition


def heard(end_ms: float, **marks: float) -> HeardSoFar:
    return HeardSoFar(turn=1, revision=1, recognition=Recognition(text="hi"), speech_end_ms=end_ms, marks=marks)


def test_a_mark_is_set_once() -> None:
    now = [1100.0]
    clock = TurnClock(lambda: now[0], heard(1000.0, vad_stop=80.0))
    clock.mark("understood")
    now[0] = 1150.0
    clock.mark("understood")
    latency = clock.finish(1300.0)
    assert latency.marks == {"vad_stop": 80.0, "understood": 100.0, "first_audio": 300.0}
    assert latency.voice_to_voice_ms == 300.0


def test_own_marks_move_with_the_end_of_speech() -> None:
    clock = TurnClock(lambda: 1200.0, heard(1000.0))
    clock.mark("understood")
    clock.merge(heard(1040.0, committed=220.0))
    assert clock.finish(1340.0).marks == {"committed": 220.0, "understood": 160.0, "first_audio": 300.0}
