"""The ears in a pipecat pipeline: real frames, fake models. Voice is loudness, and the audio is the media clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    EagerTranscriptionFrame,
    Frame,
    InputAudioRawFrame,
    InputDTMFFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    UserBackchannelFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from voicebot.call.ears import Ears
from voicebot.call.frames import (
    ExpectFrame,
    HeardSoFar,
    KeysFrame,
    PausePlaybackFrame,
    PlaybackEndedFrame,
    PlaybackStartedFrame,
    ResumePlaybackFrame,
    SilentFrame,
    TurnEndedFrame,
)
from voicebot.errors import ModelError
from voicebot.listening import Listening
from voicebot.listening.recognition import Audio, Expectation, Recognition, Urgency
from voicebot.listening.settings import ListeningSettings
from voicebot.listening.vad import Activity
from voicebot.records.events import CallEvent, Record
from voicebot.records.events.audio import Dtmf, SpeechStarted, SpeechStopped
from voicebot.records.events.call import Fault
from voicebot.records.events.hearing import EndOfTurn, Final, Interruption, Partial


class Loudness:
    """Stands for Silero: a loud frame is voiced."""

    def __init__(self) -> None:
        self._until = 0.0

    def feed(self, pcm: bytes, position_ms: float) -> Activity:
        voiced = bool(np.abs(np.frombuffer(pcm, "<i2").astype(int)).max() > 1000)
        self._until = position_ms if voiced else self._until
        return Activity(position_ms, voiced, float(voiced), self._until)


@dataclass
class Script:
    """Stands for the recogniser and the turn model."""

    text: str = "where is my order?"
    fails: bool = False
    stuck: bool = False
    wanted: int = 0
    """Decodings that somebody still waits for."""
    scored: int = 0
    asked: list[tuple[Urgency, Expectation, float]] = field(default_factory=list)

    async def recognise(
        self, audio: Audio, *, expect: Expectation, urgency: Urgency, deadline: float | None = None
    ) -> Recognition:
        assert deadline is not None
        self.asked.append((urgency, expect, len(audio) / 16))
        self.wanted += 1
        try:
            await (asyncio.Event().wait() if self.stuck else asyncio.sleep(0))
        finally:
            self.wanted -= 1
        if self.fails:
            raise ModelError("broken", where="recogniser")
        return Recognition(text=self.text, confidence=0.9, audio_ms=len(audio) / 16, decode_ms=10)

    async def complete(self, audio: Audio) -> float:
        if self.fails:
            raise ModelError("broken", where="turn model")
        self.scored += 1
        return 0.9


class Book:
    """Stands for the log."""

    call_id = "call-1"

    def __init__(self) -> None:
        self.events: list[CallEvent] = []
        self.turns: list[int | None] = []

    def append(self, event: CallEvent, *, at_ms: float | None = None, turn: int | None = None) -> Record:
        self.events.append(event)
        self.turns.append(turn)
        return Record(call_id=self.call_id, seq=len(self.events), at_ms=0, wall="", turn=turn or 0, event=event)

    def begin_turn(self, turn: int) -> None: ...

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


class Tape:
    def __init__(self) -> None:
        self.ms = 0.0
        self.first_at: float | None = None

    def caller(self, pcm: bytes, at_ms: float) -> None:
        self.first_at = at_ms if self.first_at is None else self.first_at
        self.ms += len(pcm) / 32


class Probe(FrameProcessor):
    """Keeps what passes."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.frames: list[Frame] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        self.frames.append(frame)
        await self.push_frame(frame, direction)


class Call:
    """One call's ears between two probes."""

    def __init__(self, script: Script, settings: ListeningSettings) -> None:
        self.script, self.log, self.tape, self.ms = script, Book(), Tape(), 0.0
        listening = Listening(
            settings=settings,
            recogniser=script,
            turn_model=script,
            voice_activity=Loudness,
        )
        self.ears = Ears(listening, self.log, position_ms=lambda: self.ms, tape=self.tape)
        self.before, self.after = Probe("before"), Probe("after")

    async def audio(self, ms: int, level: int) -> None:
        pcm = np.full(320, level, "<i2").tobytes()
        for _ in range(ms // 20):
            self.ms += 20
            await self.ears.process_frame(
                InputAudioRawFrame(audio=pcm, sample_rate=16_000, num_channels=1), FrameDirection.DOWNSTREAM
            )
            for _ in range(8):
                await asyncio.sleep(0)

    async def voice(self, ms: int) -> None:
        await self.audio(ms, 8000)

    async def quiet(self, ms: int) -> None:
        await self.audio(ms, 0)

    async def up(self, frame: Frame) -> None:
        await self.ears.process_frame(frame, FrameDirection.UPSTREAM)

    async def press(self, keys: str) -> None:
        for key in keys:
            await self.ears.process_frame(InputDTMFFrame(button=KeypadEntry(key)), FrameDirection.DOWNSTREAM)

    async def settled(self) -> None:
        await asyncio.sleep(0.05)

    def of(self, *kinds: type) -> list[Any]:
        return [frame for frame in self.after.frames if isinstance(frame, kinds)]

    def heard(self) -> HeardSoFar:
        (frame,) = self.of(TurnEndedFrame)
        assert isinstance(frame.heard, HeardSoFar)
        return frame.heard


@asynccontextmanager
async def call(script: Script | None = None, settings: ListeningSettings | None = None) -> AsyncIterator[Call]:
    made = Call(script or Script(), settings or ListeningSettings())
    worker = PipelineWorker(
        Pipeline([made.before, made.ears, made.after]),
        params=PipelineParams(audio_in_sample_rate=16_000, audio_out_sample_rate=16_000),
        enable_rtvi=False,
        enable_turn_tracking=False,
        idle_timeout_secs=None,
    )
    started = asyncio.Event()
    worker.add_event_handler("on_pipeline_started", lambda *_: started.set())
    runner = WorkerRunner(handle_sigint=False, handle_sigterm=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    await asyncio.wait_for(started.wait(), 10)
    try:
        yield made
    finally:
        await worker.cancel(reason="the test is over")
        await running


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


async def test_mhm_over_the_bot_pauses_and_resumes_it() -> None:
    async with call(Script(text="Mhm.")) as line:
        await line.up(PlaybackStartedFrame(utterance="u1"))
        await line.voice(300)
        await line.quiet(600)
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
        await line.quiet(700)
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
        await line.quiet(600)
        await line.settled()
        assert line.script.wanted == 2
        assert [e.reason for e in line.log.of(Interruption)] == ["not decoded"]
        assert isinstance(line.of(PausePlaybackFrame, ResumePlaybackFrame)[-1], ResumePlaybackFrame)


async def test_the_turn_model_is_not_asked_about_words_that_are_complete() -> None:
    for text, scored in (("where is my order?", 0), ("I want to talk to somebody", 1)):
        async with call(Script(text=text)) as line:
            await line.voice(500)
            await line.quiet(700)
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
        await line.quiet(600)
        await line.settled()
        assert line.heard().recognition.text == "no wait a moment, please"
        assert [e.verdict for e in line.log.of(Interruption)] == ["stop"]


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
