"""When the caller speaks."""

from __future__ import annotations

from voicebot.caller.conductor import Conductor, Ear, Leave, Play
from voicebot.caller.settings import CallerSettings

SETTINGS = CallerSettings(settle_ms=900, answer_timeout_ms=5000, max_seconds=60, gap_ms=200)
SILENT = Ear(None, None)


def test_the_first_turn_waits_for_the_end_of_the_greeting() -> None:
    conductor = Conductor([None], 100.0, SETTINGS)
    assert conductor.decide(100.5, SILENT) is None
    assert conductor.decide(102.0, Ear(100.4, 101.9)) is None
    assert conductor.decide(102.79, Ear(100.4, 101.9)) is None
    assert conductor.decide(102.81, Ear(100.4, 101.9)) == Play(0)


def test_without_a_greeting_the_caller_speaks_after_a_while() -> None:
    conductor = Conductor([None], 100.0, SETTINGS)
    assert conductor.decide(104.9, SILENT) is None
    assert conductor.decide(105.0, SILENT) == Play(0)


def test_the_next_turn_waits_for_an_answer_that_came_after_the_voice_of_this_one() -> None:
    conductor = Conductor([None, None], 100.0, SETTINGS)
    assert conductor.decide(103.0, Ear(100.5, 102.0)) == Play(0)
    conductor.spoke(105.0)
    assert conductor.decide(105.5, Ear(100.5, 102.0)) is None
    assert conductor.decide(106.0, Ear(105.3, 105.9)) is None
    assert conductor.decide(106.9, Ear(105.3, 105.9)) == Play(1)


def test_an_interruption_comes_so_long_after_the_bot_began() -> None:
    conductor = Conductor([None, 400], 100.0, SETTINGS)
    assert conductor.decide(103.0, Ear(100.5, 102.0)) == Play(0)
    conductor.spoke(105.0)
    assert conductor.decide(105.6, Ear(105.3, 105.58)) is None
    assert conductor.decide(105.71, Ear(105.3, 105.70)) == Play(1)


def test_speech_that_began_before_is_not_the_one_to_interrupt() -> None:
    conductor = Conductor([None, 400], 100.0, SETTINGS)
    assert conductor.decide(103.0, Ear(100.5, 102.0)) == Play(0)
    conductor.spoke(105.0)
    assert conductor.decide(105.5, Ear(104.0, 105.49)) is None


def test_a_short_answer_cannot_be_interrupted_and_is_waited_for() -> None:
    conductor = Conductor([None, 4000], 100.0, SETTINGS)
    assert conductor.decide(103.0, Ear(100.5, 102.0)) == Play(0)
    conductor.spoke(105.0)
    assert conductor.decide(107.0, Ear(105.3, 106.5)) is None
    assert conductor.decide(107.5, Ear(105.3, 106.5)) == Play(1)


def test_after_the_last_turn_the_caller_hears_the_answer_and_leaves() -> None:
    conductor = Conductor([], 100.0, SETTINGS)
    assert conductor.decide(101.0, Ear(100.2, 100.8)) is None
    assert isinstance(conductor.decide(101.8, Ear(100.2, 100.8)), Leave)


def test_nobody_stays_for_ever() -> None:
    conductor = Conductor([None], 100.0, SETTINGS)
    assert isinstance(conductor.decide(160.0, Ear(100.2, 159.99)), Leave)
