from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.transports.webrtc.pacing import FRAME_BYTES, SILENCE, SteadyFrames


def voice(frames: float, value: int = 1) -> bytes:
    return bytes([value]) * int(FRAME_BYTES * frames)


def run(frames: SteadyFrames, first_ms: int, last_ms: int) -> int:
    """Ask every 20 ms, as the transport does; how many frames of silence came."""
    return sum(len(frames.fill(ms / 1000)) for ms in range(first_ms, last_ms, 20))


def test_audio_passes_at_once_in_whole_frames() -> None:
    frames = SteadyFrames()
    frames.start(0.0)
    assert frames.push(voice(0.5), 0.0) == []
    assert frames.push(voice(2), 0.0) == [voice(1), voice(1)]
    assert frames.push(voice(0.5), 0.02) == [voice(1)]
    assert frames.frames == 3


def test_silence_fills_what_is_missing_and_keeps_the_clock() -> None:
    frames = SteadyFrames(patience_ms=60)
    frames.start(10.0)
    assert sum(len(frames.fill(10.0 + ms / 1000)) for ms in range(0, 1020, 20)) == (1000 - 60) // 20 + 1
    assert frames.filled == frames.frames


def test_no_silence_while_audio_is_merely_late() -> None:
    frames = SteadyFrames(patience_ms=60)
    frames.start(0.0)
    frames.push(voice(1), 0.0)
    assert run(frames, 20, 80) == 0


def test_late_burst_after_silence_is_dropped_beyond_the_allowance() -> None:
    frames = SteadyFrames(patience_ms=60, ahead_ms=100)
    frames.start(0.0)
    assert run(frames, 0, 500) > 15
    kept = frames.push(voice(25), 0.5)
    assert len(kept) * 20 <= 60 + 100 + 20
    assert frames.dropped_bytes == 25 * FRAME_BYTES - len(kept) * FRAME_BYTES


def test_a_stalled_loop_lets_waiting_audio_in_before_silence() -> None:
    frames = SteadyFrames(patience_ms=60)
    frames.start(0.0)
    frames.fill(0.0)
    assert frames.fill(0.3) == []
    assert len(frames.push(voice(15), 0.301)) == 15
    assert frames.fill(0.32) == []


def test_half_a_frame_is_completed_with_silence() -> None:
    frames = SteadyFrames(patience_ms=60)
    frames.start(0.0)
    frames.push(voice(0.5), 0.0)
    filled = [pcm for ms in range(0, 100, 20) for pcm in frames.fill(ms / 1000)]
    assert filled[0] == voice(0.5) + SILENCE[: FRAME_BYTES // 2]


def test_nothing_before_the_start() -> None:
    frames = SteadyFrames()
    assert frames.push(voice(3), 0.0) == []
    assert frames.fill(5.0) == []
    frames.start(6.0)
    frames.start(0.0)
    assert frames.fill(6.02) == []
    assert frames.frames == 0


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 4000)), max_size=60))
def test_the_clock_never_strays_and_frames_are_whole(arrivals: list[tuple[int, int]]) -> None:
    frames = SteadyFrames(patience_ms=60, ahead_ms=100)
    frames.start(0.0)
    now_ms, given_out = 0, 0
    for wait_ms, size in arrivals:
        for _ in range(wait_ms // 20 + 1):
            now_ms += 20
            given_out += len(frames.fill(now_ms / 1000))
        pushed = frames.push(bytes(size * 2), now_ms / 1000)
        assert all(len(pcm) == FRAME_BYTES for pcm in pushed)
        given_out += len(pushed)
        assert frames.frames == given_out
        assert -60 - 20 <= frames.frames * 20 - now_ms <= 100 + 20


@pytest.mark.parametrize("drift", [0.999, 1.001])
def test_a_drifting_sender_does_not_move_the_clock(drift: float) -> None:
    frames = SteadyFrames()
    frames.start(0.0)
    sent = 0
    for tick in range(60 * 50):
        now = tick / 50
        frames.fill(now)
        while sent * 0.02 * drift <= now:
            frames.push(voice(1), now)
            sent += 1
    assert frames.frames * 20 == pytest.approx(60_000, abs=200)
    assert frames.filled + frames.dropped_bytes // FRAME_BYTES < 10
