"""What a simulated call asks of the pools, and how the outcome is counted."""

from __future__ import annotations

import _benchmarks_path  # noqa: F401
import pytest
from _mix import Ask, Tally, asks, cycle_s, holds, most_calls


def test_an_utterance_asks_for_partials_then_an_eager_and_a_final_decoding() -> None:
    found = list(asks(1.3))
    assert [ask.kind for ask in found] == ["partial", "partial", "partial", "eager", "final"]
    assert [round(ask.at_s, 2) for ask in found] == [0.4, 0.8, 1.2, 1.36, 1.56]
    assert all(ask.audio_s == ask.at_s for ask in found)


def test_long_speech_is_not_decoded_over_and_over_at_the_same_pace() -> None:
    partials = [ask.at_s for ask in asks(12.0) if ask.kind == "partial"]
    assert partials[-1] - partials[-2] > 1.2
    assert len(partials) < 20


def test_a_short_word_has_no_partial() -> None:
    assert [ask.kind for ask in asks(0.3)] == ["eager", "final"]
    assert next(asks(0.3)) == Ask("eager", 0.36, 0.36)


def test_the_caller_speaks_for_his_part_of_the_time() -> None:
    assert cycle_s(2.0) == pytest.approx(5.0)


def test_the_tally_counts_late_and_refused_work_as_missed() -> None:
    tally = Tally()
    for ms in (100.0, 200.0, 301.0):
        tally.done("final", ms)
    tally.refuse("final")
    tally.refuse("partial")
    figures = tally.figures(seconds=2.0)
    assert figures["final"]["missed_percent"] == 50.0
    assert (figures["final"]["done"], figures["final"]["per_s"]) == (3, 1.5)
    assert figures["partial"] == {
        "done": 0, "per_s": 0.0, "p50_ms": None, "p95_ms": None, "refused": 1, "missed_percent": 100.0,
    }  # fmt: skip
    assert "eager" not in figures


def level(calls: int, p95_ms: float, refused: int = 0) -> dict[str, object]:
    return {"calls": calls, "final": {"done": 9, "p95_ms": p95_ms, "refused": refused}}


def test_a_level_holds_within_the_deadline_and_without_refusals() -> None:
    assert holds(level(1, 300.0))
    assert not holds(level(1, 300.1))
    assert not holds(level(1, 10.0, refused=1))
    assert not holds({"calls": 1})


def test_the_most_calls_are_those_below_the_first_failure() -> None:
    assert most_calls([level(1, 90), level(2, 200), level(4, 400), level(8, 100)]) == 2
    assert most_calls([level(4, 500)]) == 0
    assert most_calls([]) == 0
