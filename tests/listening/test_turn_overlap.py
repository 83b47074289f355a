"""The caller's voice over the bot's: held, stopped, or let go on."""

from __future__ import annotations

from turn_line import Line

from voicebot.listening.actions import (
    Decode,
    Eager,
    HoldBot,
    ReleaseBot,
    ResumeBot,
    StopBot,
    TurnBegan,
    TurnOver,
)
from voicebot.listening.recognition import Expectation, Urgency


def test_mhm_holds_the_bot_and_lets_it_go_on() -> None:
    line = Line("Mhm.")
    line.tracker.bot_started("u1")
    line.voice(260)
    line.quiet(600)
    assert [n for n in line.names() if n != "Interim"] == ["VoiceBegan", "HoldBot", "VoiceCeased", "ResumeBot"]
    assert line.times[line.actions.index(line.of(HoldBot)[0])] <= 120
    assert not line.of(TurnBegan, TurnOver)


def test_words_stop_the_bot_and_become_a_turn() -> None:
    line = Line("no wait a moment please")
    line.tracker.bot_started("u1")
    line.voice(900)
    assert line.of(HoldBot)
    assert line.of(StopBot)
    line.tracker.bot_ended("u1")
    line.quiet(600)
    assert line.over().recognition.text == "no wait a moment please"
    assert line.names().index("StopBot") < line.names().index("TurnBegan")


def test_okay_after_a_question_is_an_answer_even_over_the_bot() -> None:
    line = Line("Okay.")
    line.expect("yes_no", "instant")
    line.tracker.bot_started("u1")
    line.voice(300)
    line.quiet(400)
    assert line.of(StopBot)
    assert line.over().recognition.text == "Okay."


def test_a_legal_sentence_is_not_held() -> None:
    line = Line("stop stop stop")
    line.tracker.bot_started("u1", interruptible=False)
    line.voice(800)
    assert not line.of(HoldBot, StopBot)
    line.tracker.bot_ended("u1")
    line.voice(100)
    line.quiet(1500)
    assert line.over().recognition.text == "stop stop stop"


def test_a_hold_that_comes_as_the_bot_finishes_is_released() -> None:
    line = Line("no wait a moment please", delay_ms=300)
    line.tracker.bot_started("u1")
    line.voice(120)
    assert line.of(HoldBot)
    line.tracker.bot_ended("u1")
    line.voice(700)
    line.quiet(700)
    assert [n for n in line.names() if n in ("HoldBot", "ReleaseBot", "ResumeBot", "StopBot")] == [
        "HoldBot",
        "ReleaseBot",
    ]
    assert line.over().recognition.text == "no wait a moment please"


def test_a_hold_is_released_for_what_must_be_heard_to_its_end() -> None:
    line = Line("mhm")
    line.tracker.bot_started("u1")
    line.voice(120)
    assert line.of(HoldBot)
    assert line.tracker.bot_started("u2", interruptible=False) == [ReleaseBot()]


def test_the_next_utterance_is_held_anew() -> None:
    line = Line("mhm", delay_ms=300)
    line.tracker.bot_started("u1")
    line.voice(120)
    assert line.tracker.bot_started("u2") == []
    line.voice(40)
    assert len(line.of(HoldBot)) == 2


def test_the_bot_goes_on_when_a_short_sound_cannot_be_decoded() -> None:
    line = Line(lambda _: None)
    line.tracker.bot_started("u1")
    line.voice(300)
    line.quiet(600)
    (resume,) = line.of(ResumeBot)
    assert isinstance(resume, ResumeBot)
    assert resume.reason == "not decoded"
    assert not line.tracker.speaking


def test_the_bot_goes_on_when_no_decoding_ever_ends() -> None:
    line = Line("no wait", delay_ms=1e9)
    line.tracker.bot_started("u1")
    line.voice(300)
    line.quiet(980)
    assert not line.of(ResumeBot)
    line.quiet(20)
    assert line.of(ResumeBot)


def test_a_partial_that_was_refused_does_not_end_what_the_eager_decoding_has_yet_to_tell() -> None:
    line = Line(lambda d: None if d.urgency is Urgency.PARTIAL else "no wait", delay_ms=100)
    line.tracker.bot_started("u1")
    line.voice(260)
    line.quiet(600)
    assert line.of(StopBot)
    assert not line.of(ResumeBot)


def test_long_speech_that_cannot_be_decoded_stops_the_bot() -> None:
    for line in (Line(lambda _: None), Line("no wait", delay_ms=1e9)):
        line.tracker.bot_started("u1")
        line.voice(1220)
        (stop,) = line.of(StopBot)
        assert isinstance(stop, StopBot)
        assert stop.reason == "goes on"
        assert not line.of(ResumeBot)


def test_a_click_over_the_bot_is_forgotten_before_words_follow() -> None:
    line = Line(lambda d: "" if d.to_ms < 1000 else "no wait a moment please")
    line.tracker.bot_started("u1")
    line.voice(60)
    line.quiet(2000)
    assert not line.tracker.speaking
    line.voice(600)
    latest = line.of(Decode)[-1]
    assert isinstance(latest, Decode)
    assert latest.from_ms > 1500, "the silence before is not decoded again"


def test_an_eager_text_is_withdrawn_when_it_was_only_a_back_channel() -> None:
    line = Line("okay")
    line.voice(300)
    line.quiet(140)
    assert line.of(Eager)
    line.tracker.bot_started("u1")
    line.quiet(200)
    assert [n for n in line.names() if n in ("Eager", "EagerWithdrawn", "ResumeBot", "TurnOver")] == [
        "Eager",
        "EagerWithdrawn",
        "ResumeBot",
    ]


def test_a_radio_behind_the_caller_does_not_hold_the_bot_again_and_again() -> None:
    line = Line("")
    line.tracker.bot_started("u1")
    line.voice(6000)
    assert len(line.of(HoldBot)) == 1
    assert len(line.of(ResumeBot)) == 1
    line.quiet(300)
    line.voice(200)
    assert len(line.of(HoldBot)) == 2


def test_speech_that_the_bot_starts_over_is_judged_too() -> None:
    line = Line("and one more thing")
    line.voice(500)
    line.tracker.bot_started("u1")
    line.voice(400)
    assert line.of(StopBot)


def test_a_softer_copy_of_the_bots_words_is_its_echo() -> None:
    line = Line("How can I help you?")
    line.tracker.bot_says("Hello. How can I help you?")
    line.tracker.bot_started("u1")
    line.voice(900)
    line.quiet(600)
    assert not line.of(StopBot, TurnBegan)
    (resume,) = line.of(ResumeBot)
    assert isinstance(resume, ResumeBot)
    assert (resume.reason, resume.backchannel) == ("echo of the bot", False)


def test_the_tail_of_the_echo_is_no_turn_either() -> None:
    line = Line("I help you?")
    line.tracker.bot_says("How can I help you?")
    line.tracker.bot_started("u1")
    line.quiet(1000)
    line.tracker.bot_ended("u1")
    line.voice(400)
    line.quiet(1500)
    over = line.over()
    assert over.recognition.text == ""
    assert over.reason == "echo of the bot"


def test_who_speaks_much_softer_speaks_to_somebody_else() -> None:
    line = Line("where is my order?")
    line.voice(600)
    line.quiet(600)
    line.tracker.bot_started("u1")
    line.dbfs = -40.0
    line.voice(1000)
    line.quiet(600)
    assert not line.of(StopBot)
    (resume,) = line.of(ResumeBot)
    assert isinstance(resume, ResumeBot)
    assert resume.reason == "too quiet to be meant for us"
    line.dbfs = -22.0
    line.voice(1000)
    assert line.of(StopBot)


def test_only_a_back_channel_is_told_as_one() -> None:
    for text, backchannel in (("Mhm.", True), ("", False)):
        line = Line(text)
        line.tracker.bot_started("u1")
        line.voice(260)
        line.quiet(700)
        (resume,) = line.of(ResumeBot)
        assert isinstance(resume, ResumeBot)
        assert resume.backchannel is backchannel


def test_the_bot_is_held_as_soon_as_a_voice_is_no_click() -> None:
    line = Line("wait", delay_ms=300)
    line.tracker.bot_started("u1")
    line.voice(200)
    assert line.times[line.actions.index(line.of(HoldBot)[0])] <= 60


def test_okay_before_the_question_was_heard_answers_nothing() -> None:
    line = Line("Okay.")
    line.tracker.expect(Expectation(kind="yes_no"), 7000, "u2")
    line.tracker.bot_started("u1")
    line.voice(300)
    line.quiet(400)
    assert not line.of(StopBot)
    assert line.of(ResumeBot)
    line.tracker.bot_ended("u1")
    line.tracker.bot_says("It is late.", "u2", last=False)
    line.tracker.bot_says("Shall I connect you?", "u2", last=True)
    line.tracker.bot_started("u2")
    line.voice(300)
    line.quiet(400)
    assert not line.of(StopBot), "it has not come to the question"
    line.tracker.bot_went_on("u2")
    line.voice(300)
    line.quiet(400)
    (stop,) = line.of(StopBot)
    assert isinstance(stop, StopBot)
    assert stop.reason == "answers the question"
