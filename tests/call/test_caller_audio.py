from __future__ import annotations

import numpy as np

from voicebot.call.caller_audio import AudioMemory, FrameClock


def frame(value: int) -> bytes:
    return np.full(320, value, "<i2").tobytes()


def test_audio_is_found_by_its_place_on_the_clock() -> None:
    memory = AudioMemory()
    for number in range(10):
        memory.add(frame(number * 1000), 500 + (number + 1) * 20)
    audio = memory.between(540, 580)
    assert len(audio) == 640
    assert np.unique((audio * 32768).round()).tolist() == [2000.0, 3000.0]


def test_what_is_gone_or_not_there_yet_is_missing() -> None:
    memory = AudioMemory()
    for number in range(200):
        memory.add(frame(number), (number + 1) * 20)
        memory.forget_before((number + 1) * 20 - 400)
    assert len(memory.between(0, 4000)) <= 320 * 75
    assert len(memory.between(3600, 4000)) == 6400
    assert len(memory.between(3900, 9000)) == 1600
    assert len(memory.between(0, 10)) == 0
    assert len(memory.between(5, 1)) == 0


def test_frames_are_the_clock_through_a_stall() -> None:
    clock = FrameClock()
    assert clock.tick(1000) == 1000
    assert clock.tick(1020) == 1020
    assert [clock.tick(1500) for _ in range(3)] == [1040, 1060, 1080]


def test_missing_frames_are_made_up_for() -> None:
    clock = FrameClock()
    now = 0.0
    for number in range(400):
        now += 20
        if number % 4:
            at = clock.tick(now)
    assert abs(now - at) < 1600
    for _ in range(200):
        now += 20
        at = clock.tick(now)
    assert abs(now - at) <= 60


def test_a_clock_that_starts_at_the_answer_is_followed() -> None:
    clock = FrameClock()
    for _ in range(50):
        clock.tick(0.0)
    now = 0.0
    for _ in range(100):
        now += 20
        at = clock.tick(now)
    assert abs(now - at) <= 60
