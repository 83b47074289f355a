"""The ears while the bot speaks: hold, release, stop."""

from __future__ import annotations

import pytest
from ears_call import Script, call
from pipecat.frames.frames import (
    InterruptionFrame,
    UserBackchannelFrame,
    UserStartedSpeakingFrame,
)

from voicebot.call.frames import (
    ClauseFrame,
    PausePlaybackFrame,
    PlaybackEndedFrame,
    PlaybackStartedFrame,
    ResumePlaybackFrame,
    TurnEndedFrame,
)
from voicebot.records.events.hearing import Interruption


async def test_mhm_over_the_bot_pauses_and_resumes_it() -> None:
    async with call(Script(text="Mhm.")) as line:
        await line.up(PlaybackStartedFrame(utterance="u1"))
        await line.voice(300)
        await line.quiet(1000)
        await line.settled()
        order = [type(f) for f in line.of(PausePlaybackFrame, ResumePlaybackFrame, InterruptionFrame)]
        assert order == [PausePlaybackFrame, ResumePlaybackFrame]
        assert [f.text for f in line.of(UserBackchannelFrame)] == ["Mhm."]
        assert [e.verdict for e in line.log.of(Interruption)] == ["ignore"]
        assert not line.of(TurnEndedFrame, UserStartedSpeakingFrame)


async def test_a_hold_at_the_end_of_the_bots_words_is_released_without_a_verdict() -> None:
    async with call() as line:
        await line.up(PlaybackStartedFrame(utterance="u1"))
        await line.voice(120)
        await line.up(PlaybackEndedFrame(utterance="u1"))
        await line.voice(300)
        await line.settled()
        order = [type(f) for f in line.of(PausePlaybackFrame, ResumePlaybackFrame, InterruptionFrame)]
        assert order == [PausePlaybackFrame, ResumePlaybackFrame]
        assert not line.of(UserBackchannelFrame)
        assert not line.log.of(Interruption)


@pytest.mark.parametrize("script", [Script(fails=True), Script(stuck=True)])
async def test_a_recogniser_that_does_not_answer_never_keeps_the_bot_held(script: Script) -> None:
    async with call(script) as line:
        await line.up(PlaybackStartedFrame(utterance="u1"))
        await line.voice(300)
        await line.quiet(1000)
        await line.settled()
        order = [type(f) for f in line.of(PausePlaybackFrame, ResumePlaybackFrame)]
        assert order == [PausePlaybackFrame, ResumePlaybackFrame]
        assert [e.reason for e in line.log.of(Interruption)] == ["not decoded"]
        await line.voice(1400)
        await line.settled()
        assert line.of(InterruptionFrame)
        assert [e.reason for e in line.log.of(Interruption)] == ["not decoded", "goes on"]


async def test_superseded_decodings_over_the_bot_do_not_keep_it_held() -> None:
    async with call(Script(stuck=True)) as line:
        await line.up(PlaybackStartedFrame(utterance="u1"))
        for _ in range(3):
            await line.voice(140)
            await line.quiet(140)
        await line.quiet(1000)
        await line.settled()
        assert line.script.wanted == 2
        assert [e.reason for e in line.log.of(Interruption)] == ["not decoded"]
        assert isinstance(line.of(PausePlaybackFrame, ResumePlaybackFrame)[-1], ResumePlaybackFrame)


async def test_the_turn_model_is_not_asked_about_words_that_are_complete() -> None:
    for text, scored in (("where is my order?", 0), ("I want to talk to somebody", 1)):
        async with call(Script(text=text)) as line:
            await line.voice(500)
            await line.quiet(1000)
            await line.settled()
            assert line.of(TurnEndedFrame)
            assert line.script.scored == scored


async def test_a_real_interruption_goes_both_ways() -> None:
    async with call(Script(text="no wait a moment, please")) as line:
        await line.up(PlaybackStartedFrame(utterance="u1"))
        await line.voice(800)
        assert line.of(PausePlaybackFrame)
        await line.settled()
        assert line.of(InterruptionFrame)
        assert [f for f in line.before.frames if isinstance(f, InterruptionFrame)]
        await line.up(PlaybackEndedFrame(utterance="u1", complete=False))
        await line.quiet(1000)
        await line.settled()
        assert line.heard().recognition.text == "no wait a moment, please"
        assert [e.verdict for e in line.log.of(Interruption)] == ["stop"]


async def test_the_bots_echo_does_not_interrupt_it_and_is_no_back_channel() -> None:
    async with call(Script(text="should arrive on Thursday")) as line:
        await line.up(ClauseFrame(text="It should arrive on Thursday."))
        await line.up(PlaybackStartedFrame(utterance="u1"))
        await line.voice(700)
        await line.quiet(1000)
        await line.settled()
        assert not line.of(InterruptionFrame, UserBackchannelFrame, TurnEndedFrame)
        (event,) = line.log.of(Interruption)
        assert (event.verdict, event.reason) == ("ignore", "echo of the bot")
        assert event.inputs["like_ours"] is True
        assert not [frame for frame in line.before.frames if isinstance(frame, ClauseFrame)], "it goes no further"
