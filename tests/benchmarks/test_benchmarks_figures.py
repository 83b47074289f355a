"""Outcomes, percentiles and pairs of the latency benchmark."""

from __future__ import annotations

from typing import Any

import _benchmarks_path  # noqa: F401
import _figures as figures
from _evidence import EARLIER, IN_TURN, PREFETCHED, Verdict
from _figures import ANSWERED, NOT_PLAYED, RIGHT, TALKED_OVER, UNANSWERED, WRONG, Turn
from _script import FLOWING, PAUSES, Step

STEP = Step(clip="a", said="x", reads=True)
RIGHTLY = Verdict(right=True, read=IN_TURN)


def row(v2v_ms: float | None = 300.0, **changed: Any) -> dict[str, Any]:
    return {"clip": "a.flac", "v2v_ms": v2v_ms, "talked_over": False, "played": True} | changed


def turn(index: int, outcome: str, ms: float | None = None, **changed: Any) -> Turn:
    facts: dict[str, Any] = {"clip": "a", "section": FLOWING, "first_sound_ms": ms} | changed
    return Turn(key=(0, 0, index), outcome=outcome, ms=ms, **facts)


def test_a_turn_counts_only_when_the_log_says_that_it_was_right() -> None:
    assert figures.ours((0, 0, 0), FLOWING, STEP, row(), RIGHTLY).ms == 300.0
    wrong = figures.ours((0, 0, 0), FLOWING, STEP, row(), Verdict(right=False, why="intent None instead of wismo"))
    assert (wrong.outcome, wrong.ms) == (WRONG, None)
    assert "intent None" in str(wrong)


def test_talking_over_the_caller_is_a_failure_of_either_side_however_fast() -> None:
    early = row(120.0, talked_over=True)
    assert figures.ours((0, 0, 0), FLOWING, STEP, early, RIGHTLY).outcome == TALKED_OVER
    assert figures.peers((0, 0, 0), FLOWING, STEP, early).outcome == TALKED_OVER
    assert figures.peers((0, 0, 0), FLOWING, STEP, early).ms is None


def test_no_answer_and_no_turn_are_told_apart() -> None:
    assert figures.ours((0, 0, 0), FLOWING, STEP, row(None), RIGHTLY).outcome == UNANSWERED
    assert figures.ours((0, 0, 0), FLOWING, STEP, row(None, played=False), RIGHTLY).outcome == NOT_PLAYED


def test_a_filler_is_not_the_answer() -> None:
    verdict = Verdict(right=True, read=IN_TURN, filler_first=True, answer_after_first_sound_ms=700.0)
    found = figures.ours((0, 0, 0), FLOWING, STEP, row(250.0), verdict)
    assert (found.ms, found.first_sound_ms) == (950.0, 250.0)
    assert figures.summarise([found], [])["filler_first"] == 1


def test_the_ratio_is_over_turns_that_ours_answered_rightly_and_the_peer_answered() -> None:
    mine = [turn(0, RIGHT, 300.0), turn(1, RIGHT, 500.0), turn(2, WRONG), turn(3, RIGHT, 100.0)]
    theirs = [turn(0, ANSWERED, 900.0), turn(1, ANSWERED, 1100.0), turn(2, ANSWERED, 100.0), turn(3, TALKED_OVER)]
    found = figures.summarise(mine, theirs)
    assert (found["pairs"], found["pair_p50_ms"], found["pair_peer_p50_ms"], found["ratio"]) == (2, 400.0, 1000.0, 2.5)
    assert found["p50_ms"] == 300.0
    assert found["peer_p50_ms"] == 900.0
    assert (found["turns"], found["answered"], found["right"]) == (4, 4, 3)
    assert (found["failed"], found["peer_failed"]) == ({WRONG: 1}, {TALKED_OVER: 1})


def test_reads_are_counted_by_where_they_came_from() -> None:
    mine = [
        turn(0, RIGHT, 400.0, reads=True, read=IN_TURN),
        turn(1, RIGHT, 300.0, reads=True, read=PREFETCHED),
        turn(2, RIGHT, 100.0, reads=True, read=EARLIER),
        turn(3, WRONG, reads=True, read=IN_TURN),
        turn(4, RIGHT, 200.0),
    ]
    found = figures.summarise(mine, [])
    assert (found["should_read"], found["with_live_read"], found["read_p50_ms"]) == (4, 2, 350.0)
    assert {kind: one["turns"] for kind, one in found["reads"].items()} == {
        "in_turn": 1,
        "speculative": 0,
        "prefetched": 1,
        "earlier": 1,
    }


def test_clips_with_pauses_stay_out_of_the_headline() -> None:
    mine = [turn(0, RIGHT, 300.0), turn(1, RIGHT, 3000.0, section=PAUSES)]
    found = figures.summarise(mine, [turn(0, ANSWERED, 600.0), turn(1, TALKED_OVER, section=PAUSES)])
    assert (found["p50_ms"], found["ratio"]) == (300.0, 2.0)
    assert found["with_pauses"]["p50_ms"] == 3000.0
    assert found["with_pauses"]["peer_failed"] == {TALKED_OVER: 1}


def test_without_a_peer_there_is_no_ratio() -> None:
    found = figures.summarise([turn(0, RIGHT, 300.0)], [])
    assert (found["ratio"], found["peer_p50_ms"], found["pairs"]) == (None, None, 0)
