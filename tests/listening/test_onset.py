from __future__ import annotations

from voicebot.listening.onset import Onset
from voicebot.listening.vad import Activity


def hear(onset: Onset, frames: str, start_ms: float = 0.0) -> list[float]:
    """`v` is a voiced frame, `.` is none; returns the times (ms) at which a voice was confirmed."""
    found = []
    for number, frame in enumerate(frames):
        at_ms = start_ms + (number + 1) * 20
        if frame == ".":
            onset.unvoiced()
        elif onset.heard(Activity(at_ms, voiced=True, probability=1.0, voiced_until_ms=at_ms)) is not None:
            found.append(at_ms)
    return found


def test_a_click_is_no_voice_and_three_frames_are() -> None:
    assert hear(Onset(), "vv.vv.") == []
    assert hear(Onset(), "..vvv") == [100]


def test_the_length_of_the_voice_is_told() -> None:
    onset = Onset()
    lengths = [onset.heard(Activity(at, True, 1.0, at)) for at in (20.0, 40.0, 60.0)]
    assert lengths == [None, None, 60.0]


def test_noise_is_heard_again_after_a_pause() -> None:
    onset = Onset()
    onset.noise(0.0)
    assert hear(onset, "v" * 50) == []
    assert hear(onset, "vvv", start_ms=1000.0 + 200) == []
    assert hear(onset, "vvv", start_ms=1260.0 + 240) == [1560]


def test_after_noise_that_is_over_the_next_voice_counts() -> None:
    onset = Onset()
    onset.noise(0.0)
    onset.over()
    assert hear(onset, "vvv") == [60]
