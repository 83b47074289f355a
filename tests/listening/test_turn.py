"""Turns, driven by voice activity and words alone: no audio, no clock, no model."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from turn_line import Line

from voicebot.listening.actions import (
    Decode,
    Eager,
    EagerWithdrawn,
    HoldBot,
    Interim,
    ReleaseBot,
    ResumeBot,
    Score,
    Silent,
    StopBot,
    TurnBegan,
    TurnOver,
    VoiceBegan,
    VoiceCeased,
)
from voicebot.listening.endpointing import PROFILES
from voicebot.listening.recognition import Urgency


def test_a_question_is_taken_as_soon_as_its_words_are_there() -> None:
    line = Line("where is my order?")
    line.voice(1200)
    line.quiet(400)
    assert line.over().reason == "says all that was asked for"
    assert line.over().silence_ms == PROFILES["normal"].complete
    assert line.over().voice_end_ms == 1200
    assert line.names()[:2] == ["VoiceBegan", "TurnBegan"]
    assert [name for name in line.names() if name != "Interim"][-3:] == ["VoiceCeased", "Eager", "TurnOver"]


def test_the_eager_text_is_not_decoded_a_second_time() -> None:
    line = Line("where is my order?")
    line.voice(300)
    line.quiet(400)
    assert [d.urgency for d in line.of(Decode) if isinstance(d, Decode)] == [Urgency.EAGER]


def test_four_seven_two_is_waited_for_and_seven_digits_are_not() -> None:
    line = Line(lambda d: "four seven two" if d.voice_end_ms < 1500 else "four seven two one two oh seven")
    line.expect("order_number", "dictation")
    line.voice(900)
    line.quiet(940)
    assert not line.of(TurnOver)
    assert line.of(Eager)
    line.voice(900)
    line.quiet(300)
    assert line.over().recognition.text.endswith("oh seven")
    assert line.of(EagerWithdrawn)


def test_the_turn_model_ends_what_only_may_be_complete() -> None:
    normal = PROFILES["normal"]
    for probability, silence in ((0.95, normal.sure), (0.5, normal.plausible), (None, normal.plausible)):
        line = Line("I want to talk to somebody", turn=probability)
        line.voice(1500)
        line.quiet(1000)
        assert line.over().silence_ms == silence


def test_only_words_that_leave_the_end_open_are_scored() -> None:
    for text, scores in (
        ("where is my order?", 0),
        ("my order number is", 0),
        ("", 0),
        ("I want to talk to somebody", 1),
    ):
        line = Line(text, turn=0.5)
        line.voice(1500)
        line.quiet(1100)
        assert len(line.of(Score)) == scores, text


def test_the_turn_model_is_asked_once_the_words_are_there_about_the_audio_that_was_decoded() -> None:
    line = Line("I want to talk to somebody", delay_ms=100)
    line.voice(1500)
    line.quiet(400)
    (score,) = line.of(Score)
    assert isinstance(score, Score)
    assert line.actions.index(score) > line.actions.index(line.of(Eager)[0])
    eager = next(d for d in line.of(Decode) if isinstance(d, Decode) and d.urgency is Urgency.EAGER)
    assert (score.from_ms, score.to_ms, score.voice_end_ms) == (eager.from_ms, eager.to_ms, 1500)


def test_an_interruption_that_fell_silent_is_scored_like_any_turn() -> None:
    line = Line("I want to talk to somebody", delay_ms=300)
    line.tracker.bot_started("u1")
    line.voice(240)
    line.quiet(400)
    assert line.of(StopBot)
    assert len(line.of(Score)) == 1


def test_a_late_text_ends_the_turn_the_moment_it_is_there_without_an_eager_one() -> None:
    line = Line("where is my order?", delay_ms=500)
    line.voice(300)
    line.quiet(1000)
    assert line.over().silence_ms == 560
    assert not line.of(Eager)


def test_a_refused_eager_decoding_is_replaced_by_a_final_one() -> None:
    line = Line(lambda d: "where is my order?" if d.urgency is Urgency.FINAL else None)
    line.voice(600)
    line.quiet(2500)
    assert line.over().recognition.text == "where is my order?"


def test_a_failing_recogniser_ends_the_turn_without_words() -> None:
    line = Line(lambda _: None)
    line.voice(1600)
    line.quiet(2600)
    assert line.over().recognition.text == ""
    assert line.over().recognition.audio_ms > 1500


def test_clicks_are_no_voice() -> None:
    line = Line()
    for _ in range(5):
        line.voice(40)
        line.quiet(100)
    assert not line.of(VoiceBegan)


def test_partials_come_while_the_caller_speaks() -> None:
    line = Line("I am looking for")
    line.voice(2000)
    assert len(line.of(Interim)) >= 3
    assert all(isinstance(d, Decode) and d.urgency is Urgency.PARTIAL for d in line.of(Decode))


def test_words_up_to_a_pause_that_is_over_already_are_told_from_those_that_may_be_cut() -> None:
    line = Line("4481207 and", delay_ms=200)
    line.voice(800)
    line.quiet(120)
    line.voice(1000)
    told = [interim.to_a_pause for interim in line.of(Interim) if isinstance(interim, Interim)]
    assert told.count(True) == 1
    assert told.count(False) >= 2


def test_silence_is_told_from_the_end_of_the_bots_voice() -> None:
    line = Line()
    line.expect("open", silence_ms=1000)
    line.tracker.bot_started("u1")
    line.quiet(3000)
    assert not line.of(Silent)
    line.tracker.bot_ended("u1")
    line.quiet(2200)
    told = line.of(Silent)
    assert [round(s.silent_ms) for s in told if isinstance(s, Silent)] == [1000, 2000]


def test_a_minute_without_a_pause_is_heard_in_parts_and_ends() -> None:
    line = Line(lambda d: f"from {d.from_ms:.0f}")
    line.voice(61_000)
    over = line.over()
    assert over.reason == "longest turn"
    assert over.recognition.text.count("from") == 3
    assert max(d.to_ms - d.from_ms for d in line.of(Decode) if isinstance(d, Decode)) < 27_000


def test_a_breathless_minute_before_a_slow_recogniser_is_heard_in_parts_too() -> None:
    line = Line(lambda d: f"from {d.from_ms:.0f} and", delay_ms=900)
    for _ in range(160):
        line.voice(300)
        line.quiet(100)
    line.quiet(3000)
    first = next(a for a in line.of(TurnOver) if isinstance(a, TurnOver))
    assert first.recognition.text.count("from") >= 2
    assert max(d.to_ms - d.from_ms for d in line.of(Decode) if isinstance(d, Decode)) < 28_000


def test_a_long_turn_keeps_what_was_decoded_before_a_pause() -> None:
    line = Line(lambda d: f"from {d.from_ms:.0f} and")
    line.voice(13_000)
    line.quiet(400)
    line.voice(2000)
    line.quiet(2000)
    assert line.over().recognition.text.count("from") == 2


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=12),
    st.sampled_from(["", "mhm", "where is my order?", "four seven two", None]),
    st.lists(st.integers(0, 12), max_size=4),
    st.sampled_from([20.0, 300.0, 900.0]),
)
def test_whatever_happens_every_turn_ends_once_and_nothing_stays_held(
    spans: list[tuple[bool, int]], text: str | None, bot: list[int], delay_ms: float
) -> None:
    line = Line(lambda _: text, delay_ms=delay_ms)
    for number, (voiced, frames) in enumerate(spans):
        if number in bot:
            line.tracker.bot_started(f"u{number}")
        (line.voice if voiced else line.quiet)(frames * 20)
        if number + 1 in bot:
            line.tracker.bot_ended(f"u{number}")
    for number in range(13):
        line.tracker.bot_ended(f"u{number}")
    line.quiet(6000)
    assert not line.tracker.speaking
    hold = line.of(HoldBot, ReleaseBot, ResumeBot, StopBot)
    assert not hold or not isinstance(hold[-1], HoldBot)
    begun, done = len(line.of(TurnBegan)), len(line.of(TurnOver))
    dropped = sum(isinstance(a, ResumeBot) and a.announced for a in line.actions)
    assert begun == done + dropped
    assert len(line.of(VoiceCeased)) >= done - begun


def test_a_hum_alone_is_no_turn() -> None:
    line = Line("Um.")
    line.voice(200)
    line.quiet(2000)
    over = line.over()
    assert over.recognition.text == ""
    assert over.reason == "a hum"


def test_groups_of_a_number_with_long_pauses_are_one_turn() -> None:
    said = iter(("448", "448, a low", "448, 00, 22"))
    text = {"now": ""}

    def words(request: Decode) -> str:
        text["now"] = next(said) if request.urgency is Urgency.EAGER else text["now"]
        return text["now"]

    line = Line(words, turn=0.98)
    line.expect("order_number", "dictation")
    for pause_ms in (960, 960, 2000):
        line.voice(500)
        line.quiet(pause_ms)
    assert line.over().recognition.text == "448, 00, 22"


def test_the_middle_of_a_long_pause_is_not_decoded() -> None:
    line = Line(lambda d: "four four eight" if d.voice_end_ms < 1500 else "four four eight one two oh seven")
    line.expect("order_number", "dictation")
    line.voice(900)
    line.quiet(900)
    line.voice(900)
    line.quiet(300)
    first, *_, last = [d for d in line.of(Decode) if isinstance(d, Decode) and d.urgency is Urgency.EAGER]
    assert first.skips == ()
    ((start, end),) = last.skips
    assert 900 < start < end < 1800


def test_a_short_answer_that_is_hardly_understood_is_none() -> None:
    line = Line("No!", confidence=0.2)
    line.expect("yes_no", "instant")
    line.voice(260)
    line.quiet(300)
    assert (line.over().reason, line.over().recognition.text) == ("unclear", "")
