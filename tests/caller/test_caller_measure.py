"""Turn measurement from packet logs that were made up."""

from __future__ import annotations

import pytest

from voicebot.caller.measure import Figures, Level, Spell, measure, spells


def line(text: str, *, start: float = 0.0, step: float = 0.02) -> list[Level]:
    """A packet log: `#` is voiced."""
    return [Level(start + step * i, -20.0 if one == "#" else -70.0) for i, one in enumerate(text)]


def test_spells_are_split_by_silence_and_ignore_clicks() -> None:
    found = spells(line("##########" + "." * 5 + "#####" + "." * 20 + "#" + "." * 20 + "######"), gap_s=0.2)
    assert [(round(one.start, 2), round(one.end, 2)) for one in found] == [(0.0, 0.38), (1.22, 1.32)]


def test_voice_to_voice_is_from_last_voiced_sent_to_first_voiced_received() -> None:
    figures = measure(voice=(10.0, 11.5), until=20.0, speech=[Spell(1.0, 9.0), Spell(11.86, 14.0), Spell(14.5, 15.0)])
    assert figures.v2v_ms == pytest.approx(360)
    assert figures.bot_ms == pytest.approx(3140)
    assert figures.yield_ms is None
    assert not figures.talked_over


def test_speech_after_the_next_turn_is_not_this_turns() -> None:
    figures = measure(voice=(10.0, 11.0), until=13.0, speech=[Spell(13.5, 14.0)])
    assert figures == Figures()


def test_an_interrupted_bot_yields_and_its_next_speech_is_the_answer() -> None:
    figures = measure(voice=(10.0, 11.0), until=99.0, speech=[Spell(8.0, 10.18), Spell(11.4, 12.0)])
    assert figures.yield_ms == pytest.approx(180)
    assert figures.v2v_ms == pytest.approx(400)
    assert not figures.talked_over


def test_a_pause_between_sentences_is_not_a_yield() -> None:
    figures = measure(voice=(10.0, 12.0), until=99.0, speech=[Spell(8.0, 10.3), Spell(10.6, 11.2), Spell(12.5, 13.0)])
    assert figures.yield_ms == pytest.approx(1200)
    assert figures.v2v_ms == pytest.approx(500)


def test_a_bot_that_talks_on_past_the_clip_is_measured_to_its_end() -> None:
    figures = measure(voice=(10.0, 11.0), until=99.0, speech=[Spell(8.0, 12.4), Spell(13.0, 14.0)])
    assert figures.yield_ms == pytest.approx(2400)
    assert figures.v2v_ms == pytest.approx(2000)


def test_a_bot_that_cuts_in_has_no_honest_latency() -> None:
    figures = measure(voice=(10.0, 13.0), until=99.0, speech=[Spell(11.0, 14.0), Spell(15.0, 16.0)])
    assert figures.talked_over
    assert figures.v2v_ms is None


def test_a_bot_that_spoke_into_a_pause_and_stopped_is_flagged_but_its_answer_counts() -> None:
    figures = measure(voice=(10.0, 13.0), until=99.0, speech=[Spell(11.0, 11.4), Spell(13.5, 14.0)])
    assert figures.talked_over
    assert figures.v2v_ms == pytest.approx(500)
