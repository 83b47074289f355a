"""Who had the floor: judged from when each side was heard."""

from __future__ import annotations

from pathlib import Path

import _benchmarks_path  # noqa: F401
import numpy as np
import pytest
from _duplex import BACKCHANNEL, INTERRUPTION, NOT_FOR_US, TIC, TURN, Cue, Studio, calls, joined
from _floor import Row, judge, summarise

FOREVER = float("inf")
Spans = list[tuple[float, float]]


def cue(kind: str, *, over: bool = True) -> Cue:
    return Cue(kind=kind, pieces=("okay",), over_ms=700 if over else None, group=kind)


@pytest.mark.parametrize(
    ("bot", "latency_ms", "cut_in", "good"),
    [
        ([(0, 900), (2400, 3000)], 400, False, True),
        ([(0, 900)], None, False, False),
        ([(0, 900), (1500, 1700), (2500, 3000)], None, True, True),
        ([(0, 900), (9000, 9500)], None, False, False),
    ],
)
def test_a_turn(bot: Spans, latency_ms: float | None, cut_in: bool, good: bool) -> None:
    row = judge(cue(TURN, over=False), (1000, 2000), bot, FOREVER, stopped=False)
    assert (row.latency_ms, row.cut_in, row.good) == (latency_ms, cut_in, good)


@pytest.mark.parametrize(
    ("bot", "stopped", "yield_ms", "good"),
    [
        # falls silent, answers
        ([(0, 1150), (2600, 4000)], True, 150, True),
        # is held, goes on within the caller's speech, stops
        ([(0, 1150), (1500, 1700), (2600, 4000)], True, 700, True),
        # is held, and goes on afterwards
        ([(0, 1150), (2600, 4000)], False, None, False),
        # talks on
        ([(0, 4000)], True, None, False),
        # a peer, of which only silence tells
        ([(0, 1400), (2600, 4000)], None, 400, True),
        # had just finished a word
        ([(0, 980), (2600, 4000)], True, 0, True),
    ],
)
def test_an_interruption(bot: Spans, stopped: bool | None, yield_ms: float | None, good: bool) -> None:
    row = judge(cue(INTERRUPTION), (1000, 2000), bot, FOREVER, stopped=stopped)
    assert (row.yield_ms, row.good) == (yield_ms, good)


@pytest.mark.parametrize("kind", [BACKCHANNEL, TIC, NOT_FOR_US])
@pytest.mark.parametrize(
    ("bot", "stopped", "good", "held_ms"),
    [
        ([(0, 5000)], False, True, 0),
        ([(0, 1100), (1500, 5000)], False, True, 400),
        ([(0, 1100), (1500, 5000)], True, False, None),
        ([(0, 1100)], True, False, None),
        ([(0, 1100), (3500, 5000)], None, False, None),
        ([(0, 1100), (1200, 5000)], None, True, 100),
        # the bot had just finished
        ([(0, 1150)], False, True, None),
    ],
)
def test_what_wants_no_answer(kind: str, bot: Spans, stopped: bool | None, good: bool, held_ms: float | None) -> None:
    row = judge(cue(kind), (1000, 1300), bot, FOREVER, stopped=stopped)
    assert row.good is good
    if held_ms is not None:
        assert row.held_ms == held_ms


@pytest.mark.parametrize(("bot", "good"), [([(0, 500)], True), ([(0, 500), (2000, 3000)], False), ([(0, 1100)], True)])
def test_what_is_not_meant_for_a_bot_that_listens(bot: Spans, good: bool) -> None:
    row = judge(cue(NOT_FOR_US, over=False), (1000, 1300), bot, FOREVER, stopped=False)
    assert (row.valid, row.good) == (bot[-1] != (0, 1100), good)


def test_speech_over_a_bot_that_is_silent_proves_nothing() -> None:
    row = judge(cue(BACKCHANNEL), (1000, 1300), [(0, 500)], FOREVER, stopped=False)
    assert not row.valid
    assert summarise([row])["S_BC"] is None


def test_rates_and_latencies() -> None:
    rows = [
        Row(cue=cue(TURN, over=False), latency_ms=400, good=True),
        Row(cue=cue(TURN, over=False), cut_in=True, good=True),
        Row(cue=cue(INTERRUPTION), yield_ms=120, good=True),
        Row(cue=cue(INTERRUPTION)),
        Row(cue=cue(BACKCHANNEL), good=True, held_ms=300),
    ]
    found = summarise(rows)
    assert (found["L_R_p50_s"], found["L_Y_p95_s"], found["I_A"], found["R_Y"]) == (0.4, 0.12, 0.5, 0.5)
    assert (found["R_R"], found["S_BC"], found["S_VT"], found["held_p50_s"]) == (1.0, 1.0, None, 0.3)
    assert found["by_group"][TURN]["I_A"] == 0.5


def test_pauses_between_pieces_are_exact(tmp_path: Path) -> None:
    short, long = (joined(("yes", pause_ms, "no"), 0.0) for pause_ms in (300, 950))
    assert len(long) - len(short) == 650 * 8
    quiet = joined(("yes",), -14.0)
    assert np.abs(quiet).max() < 0.25 * np.abs(joined(("yes",), 0.0)).max()
    studio, one = Studio(tmp_path), cue(TURN)
    assert studio.clip(one) == studio.clip(one)


def test_every_call_begins_with_a_turn_and_the_quick_ones_have_every_kind() -> None:
    script = calls(None)
    assert all(call.cues[0].kind == TURN and call.cues[0].over_ms is None for call in script)
    kinds = {one.kind for call in script if call.quick for one in call.cues}
    assert kinds == {TURN, INTERRUPTION, BACKCHANNEL, TIC, NOT_FOR_US}


def test_an_okay_to_a_question_that_sounds_counts_for_nothing() -> None:
    okay = Cue(kind=BACKCHANNEL, pieces=("okay",), over_ms=700)
    told = summarise([Row(cue=okay, valid=False, answer=True)])
    assert (told["answers"], told["S_BC"]) == (1, None)
    assert " answer " in str(Row(cue=okay, valid=False, answer=True))


def test_a_bot_that_finishes_after_a_sound_has_not_fallen_silent_for_it() -> None:
    sneeze = Cue(kind=TIC, pieces=("um",), over_ms=700)
    row = judge(sneeze, (1000, 1400), [(0, 1800), (6000, 7000)], 5500, stopped=False)
    assert row.good
    assert not judge(sneeze, (1000, 1400), [(0, 1200), (6000, 7000)], 5500, stopped=None).good
