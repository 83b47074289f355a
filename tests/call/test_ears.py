"""The ears in a pipeline, before a scripted recogniser."""

from __future__ import annotations

import pytest
from ears_call import Call, Loudness, Script, call
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    EagerTranscriptionFrame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection

from voicebot.call.ears import Ears
from voicebot.call.frames import (
    ExpectFrame,
    KeysFrame,
    PlaybackEndedFrame,
    PlaybackStartedFrame,
    SilentFrame,
    TurnEndedFrame,
)
from voicebot.listening import Listening
from voicebot.listening.recognition import Expectation, Urgency
from voicebot.listening.settings import ListeningSettings
from voicebot.records.events.audio import Dtmf, SpeechStarted, SpeechStopped
from voicebot.records.events.call import Fault
from voicebot.records.events.hearing import EndOfTurn, Final, Partial


async def test_a_turn_from_its_first_voice_to_its_words() -> None:
    async with call() as line:
        await line.quiet(400)
        await line.voice(1000)
        await line.quiet(500)
        await line.settled()
        heard = line.heard()
        assert heard.recognition.text == "where is my order?"
        assert (heard.turn, heard.speech_end_ms) == (1, 1400)
        assert heard.marks.keys() == {"vad_stop", "decode_start", "text", "committed"}
        assert 0 < heard.marks["vad_stop"] <= heard.marks["committed"] < 400
        order = [
            type(f)
            for f in line.of(
                UserStartedSpeakingFrame, EagerTranscriptionFrame, TurnEndedFrame, UserStoppedSpeakingFrame
            )
        ]
        assert order[0] is UserStartedSpeakingFrame
        assert order[-2:] == [TurnEndedFrame, UserStoppedSpeakingFrame]
        assert line.of(InterimTranscriptionFrame)
        (eager,) = line.of(EagerTranscriptionFrame)
        assert eager.result.revision == heard.revision


async def test_the_log_tells_the_same_story() -> None:
    async with call() as line:
        await line.voice(1000)
        await line.quiet(500)
        await line.settled()
        assert line.log.of(SpeechStarted)
        assert [e.position_ms for e in line.log.of(SpeechStopped)] == [1000]
        assert line.log.of(Partial)
        assert [e.text for e in line.log.of(Final)] == ["where is my order?"]
        (end,) = line.log.of(EndOfTurn)
        assert end.reason == "says all that was asked for"
        assert end.inputs["words"] == "complete"
        assert set(line.log.turns) == {1}


async def test_the_decoded_audio_starts_before_the_voice_and_audio_goes_no_further() -> None:
    async with call() as line:
        await line.quiet(1000)
        await line.voice(600)
        await line.quiet(500)
        await line.settled()
        eager = [ms for urgency, _, ms in line.script.asked if urgency is Urgency.EAGER]
        assert len(eager) == 1
        assert 900 < eager[0] < 1200
        assert not line.of(InputAudioRawFrame)
        assert line.tape.ms == 2100
        assert line.tape.first_at == 0


async def test_what_a_newer_decoding_replaces_does_not_stay_in_the_queue_of_all_calls() -> None:
    async with call(Script(stuck=True)) as line:
        for _ in range(12):
            await line.voice(300)
            await line.quiet(140)
        await line.settled()
        assert sum(urgency is Urgency.EAGER for urgency, _, _ in line.script.asked) == 12
        assert line.script.wanted == 2, "the oldest, which is being decoded, and the newest"


async def test_a_call_that_ends_gives_up_all_its_decodings() -> None:
    async with call(Script(stuck=True)) as line:
        for _ in range(3):
            await line.voice(300)
            await line.quiet(140)
        await line.settled()
        assert line.script.wanted >= 2
    assert line.script.wanted == 0


async def test_the_caller_who_goes_on_withdraws_the_eager_text() -> None:
    async with call(Script(text="my order number is")) as line:
        await line.voice(500)
        await line.quiet(300)
        await line.voice(500)
        await line.quiet(1500)
        await line.settled()
        assert len(line.of(EagerTranscriptionFrame)) == 2
        assert len(line.of(EagerEndOfTurnCancelFrame)) == 1
        assert len(line.of(TurnEndedFrame)) == 1


async def test_what_the_flow_expects_reaches_the_recogniser_and_the_patience() -> None:
    async with call(Script(text="four seven two")) as line:
        expectation = Expectation(kind="order_number", patience="dictation")
        await line.up(ExpectFrame(expectation=expectation))
        await line.voice(600)
        await line.quiet(1200)
        assert not line.of(TurnEndedFrame)
        await line.quiet(300)
        await line.settled()
        assert line.of(TurnEndedFrame)
        assert {expect for _, expect, _ in line.script.asked} == {expectation}


async def test_silence_is_told_once_the_bot_has_finished() -> None:
    async with call() as line:
        await line.up(ExpectFrame(expectation=Expectation(), silence_ms=1000))
        await line.up(PlaybackStartedFrame(utterance="u1"))
        await line.quiet(1500)
        assert not line.of(SilentFrame)
        await line.up(PlaybackEndedFrame(utterance="u1"))
        await line.quiet(1100)
        await line.settled()
        assert [f.silent_ms for f in line.of(SilentFrame)] == [1000]


async def test_keys_are_collected_and_stop_the_bot() -> None:
    async with call() as line:
        await line.up(ExpectFrame(expectation=Expectation(kind="order_number")))
        await line.up(PlaybackStartedFrame(utterance="u1"))
        await line.press("4481207")
        await line.settled()
        assert [f.keys for f in line.of(KeysFrame)] == ["4481207"]
        assert line.of(InterruptionFrame)
        assert [e.key for e in line.log.of(Dtmf)] == list("4481207")


async def test_keys_without_an_end_are_taken_after_a_pause() -> None:
    async with call() as line:
        await line.quiet(100)
        await line.press("12")
        await line.quiet(3100)
        await line.settled()
        assert [f.keys for f in line.of(KeysFrame)] == ["12"]


async def test_one_key_answers_a_question_and_a_typed_number_stays_one_input() -> None:
    async with call() as line:
        await line.quiet(100)
        await line.up(ExpectFrame(expectation=Expectation(kind="yes_no")))
        await line.press("1")
        await line.quiet(800)
        await line.press("4481207#")
        await line.press("*")
        await line.settled()
        assert [f.keys for f in line.of(KeysFrame)] == ["1", "4481207", "*"]


async def test_a_broken_recogniser_is_a_fault_and_still_a_turn() -> None:
    async with call(Script(fails=True)) as line:
        await line.voice(1600)
        await line.quiet(2600)
        await line.settled()
        assert line.heard().recognition.text == ""
        assert {fault.where for fault in line.log.of(Fault)} == {"ears"}


async def test_turns_are_counted() -> None:
    async with call() as line:
        for _ in range(2):
            await line.voice(500)
            await line.quiet(600)
        await line.settled()
        assert [f.heard.turn for f in line.of(TurnEndedFrame)] == [1, 2]


async def test_eager_words_and_the_end_of_their_turn_carry_one_number() -> None:
    async with call(Script(text="I want to talk to somebody")) as line:
        for _ in range(3):
            await line.voice(500)
            await line.quiet(200)
            await line.voice(500)
            await line.quiet(1000)
        await line.settled()
        eager = [f.result.turn for f in line.of(EagerTranscriptionFrame)]
        assert eager == [1, 1, 2, 2, 3, 3]
        assert [f.heard.turn for f in line.of(TurnEndedFrame)] == [1, 2, 3]


@pytest.mark.parametrize("size", [1, 7, 319, 641, 5000])
async def test_frames_of_any_length_are_heard(size: int) -> None:
    async with call() as line:
        pcm = bytes(20_000)
        for start in range(0, len(pcm), size):
            chunk = InputAudioRawFrame(audio=pcm[start : start + size], sample_rate=16_000, num_channels=1)
            await line.ears.process_frame(chunk, FrameDirection.DOWNSTREAM)
        assert line.tape.ms == len(pcm) // 640 * 20


async def test_an_unknown_language_is_no_reason_to_fail() -> None:
    line = Call(Script(), ListeningSettings())
    Ears(
        Listening(
            settings=ListeningSettings(), recogniser=line.script, turn_model=line.script, voice_activity=Loudness
        ),
        line.log,
        position_ms=lambda: 0.0,
        language="tlh",
    )
