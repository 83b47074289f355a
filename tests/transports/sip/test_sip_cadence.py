from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.transports.sip.cadence import Cadence, Take


def test_a_steady_stream_passes_as_it_comes() -> None:
    cadence = Cadence()
    assert [cadence.tick(1, 1) for _ in range(300)] == [Take(1)] * 300


def test_a_late_frame_is_waited_for_and_not_replaced() -> None:
    cadence = Cadence(patience=2)
    assert [cadence.tick(1, n) for n in (1, 0, 0, 3, 1)] == [Take(1), Take(0), Take(0), Take(3), Take(1)]


def test_an_early_frame_is_passed_on_at_once_but_not_two() -> None:
    cadence = Cadence(lead=1)
    assert [cadence.tick(0, n) for n in (1, 1)] == [Take(1), Take(0)]


def test_missing_frames_become_silence() -> None:
    cadence = Cadence(patience=2)
    assert [cadence.tick(1, 0) for _ in range(5)] == [Take(0), Take(0), Take(0, 1), Take(0, 1), Take(0, 1)]


def test_after_a_stall_of_ours_everything_is_passed_on() -> None:
    assert Cadence().tick(10, 10) == Take(10)


def test_a_faster_far_clock_does_not_build_up_delay() -> None:
    cadence, stock, most = Cadence(window=100), 0, 0
    for i in range(5000):
        stock += 2 if i % 40 == 0 else 1
        step = cadence.tick(1, stock)
        stock -= step.read + step.drop
        most = max(most, stock)
    assert most <= 6


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=200), st.integers(0, 4))
def test_frames_follow_time_whatever_arrives(steps: list[tuple[int, int]], patience: int) -> None:
    cadence, stock, passed, due_in_all = Cadence(patience=patience), 0, 0, 0
    for due, arrived in steps:
        stock += arrived
        step = cadence.tick(due, stock)
        assert 0 <= step.read + step.drop <= stock
        stock -= step.read + step.drop
        due_in_all += due
        passed += step.read + step.silence
        assert due_in_all - patience <= passed <= due_in_all + 1
