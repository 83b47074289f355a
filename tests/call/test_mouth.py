from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from pipecat.frames.frames import (
    BotSpeakingFrame,
    CancelFrame,
    EndFrame,
    Frame,
    InterruptionFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from voicebot.call.frames import (
    ClauseFrame,
    ClauseStartedFrame,
    DrainThenHangUpFrame,
    PausePlaybackFrame,
    PlaybackEndedFrame,
    PlaybackStartedFrame,
    ResumePlaybackFrame,
    SpeakFrame,
)
from voicebot.call.mouth import FRAME_MS, Mouth, Pace
from voicebot.records.events.audio import PlaybackEnded, PlaybackStarted
from voicebot.records.events.base import CallEvent, Record
from voicebot.speaking.settings import SpeakingSettings
from voicebot.speaking.speech import Speech, WordTime

# --- the pace, without a clock ---


def test_the_lead_goes_out_at_once_and_then_a_frame_every_twenty_milliseconds() -> None:
    pace, now, sent = Pace(60), 100.0, []
    for _ in range(10):
        while pace.room(now, 0.0):
            pace.sent(now)
            sent.append(round(now - 100, 3))
        now += pace.wait_s(now)
    assert sent == [0, 0, 0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.16, 0.18]


def test_after_a_stall_no_burst_makes_up_for_lost_time() -> None:
    pace = Pace(60)
    pace.sent(0.0)
    assert pace.ahead_ms(5.0) == 0
    burst = 0
    while pace.room(5.0, 0.0):
        pace.sent(5.0)
        burst += 1
    assert burst == 3


def test_a_full_transport_holds_frames_back() -> None:
    assert not Pace(60).room(0.0, 80.0)
    assert Pace(60).room(0.0, 60.0)


def test_a_flush_makes_room() -> None:
    pace = Pace(60)
    for _ in range(3):
        pace.sent(0.0)
    assert not pace.room(0.0, 0.0)
    pace.flushed()
    assert pace.room(0.0, 0.0)
    assert pace.ahead_ms(0.0) == 0


# --- the processor, in a pipeline ---


@dataclass
class FakeLog:
    call_id: str = "c1"
    events: list[CallEvent] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def append(self, event: CallEvent, *, at_ms: float | None = None, turn: int | None = None) -> Record:
        self.events.append(event)
        if isinstance(event, PlaybackEnded):
            self.ended.set()
        return Record(call_id="c1", seq=len(self.events), at_ms=at_ms or 0.0, wall="", turn=0, event=event)

    def begin_turn(self, turn: int) -> None:
        pass


@dataclass
class FakeLeg:
    queued_ms: float = 0.0
    hung_up: list[str] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def hangup(self, reason: str) -> None:
        self.hung_up.append(reason)
        self.gone.set()


@dataclass
class FakeTape:
    heard: list[tuple[float, bytes]] = field(default_factory=list)
    cuts: list[float] = field(default_factory=list)

    def bot(self, pcm: bytes, at_ms: float) -> None:
        self.heard.append((at_ms, pcm))

    def cut(self, at_ms: float) -> None:
        self.cuts.append(at_ms)


class Sink(FrameProcessor):
    """Collects what passes in one direction, and lets a test wait for it."""

    def __init__(self, direction: FrameDirection) -> None:
        super().__init__(enable_direct_mode=True)
        self._direction = direction
        self.frames: list[Frame] = []
        self._changed = asyncio.Condition()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if direction is self._direction:
            self.frames.append(frame)
            async with self._changed:
                self._changed.notify_all()
        await self.push_frame(frame, direction)

    def of(self, *kinds: type[Any]) -> list[Any]:
        return [frame for frame in self.frames if isinstance(frame, kinds)]

    async def until(self, kind: type[Any], count: int = 1) -> list[Any]:
        await self.when(lambda: len(self.of(kind)) >= count)
        return self.of(kind)

    async def when(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(holds)


@dataclass
class Stage:
    mouth: Mouth
    leg: FakeLeg
    log: FakeLog
    tape: FakeTape
    up: Sink
    down: Sink
    send: Callable[[Frame], Awaitable[None]]

    def samples(self) -> list[int]:
        joined = b"".join(frame.audio for frame in self.down.of(TTSAudioRawFrame))
        return [int(sample) for sample in np.frombuffer(joined, "<i2")]


@asynccontextmanager
async def on_stage() -> AsyncIterator[Stage]:
    """A pipeline around a mouth; its media clock starts with the pipeline."""
    loop = asyncio.get_running_loop()
    leg, log, tape = FakeLeg(), FakeLog(), FakeTape()
    zero = loop.time()
    mouth = Mouth(
        leg,  # type: ignore[arg-type]
        log,
        SpeakingSettings(),
        position_ms=lambda: (loop.time() - zero) * 1000,
        tape=tape,
    )
    up, down = Sink(FrameDirection.UPSTREAM), Sink(FrameDirection.DOWNSTREAM)
    worker = PipelineWorker(Pipeline([up, mouth, down]), cancel_on_idle_timeout=False, enable_rtvi=False)
    started = asyncio.Event()

    @worker.event_handler("on_pipeline_started")  # type: ignore[untyped-decorator]
    async def _(*_: object) -> None:
        started.set()

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    await asyncio.wait_for(started.wait(), 5)
    try:
        yield Stage(mouth, leg, log, tape, up, down, worker.queue_frame)
    finally:
        if not running.done():
            await worker.cancel()
        await asyncio.wait_for(running, 5)


def speak(
    text: str = "one two three four", ms: int = 80, *, utterance: str = "u1", value: int = 1000, **flags: bool
) -> SpeakFrame:
    each = ms / len(text.split())
    times = tuple(WordTime(word, i * each, (i + 1) * each) for i, word in enumerate(text.split()))
    speech = Speech(text=text, pcm=np.full(ms * 16, value, "<i2").tobytes(), words=times)
    return SpeakFrame(utterance=utterance, speech=speech, display=text, **flags)


async def test_a_clause_is_played_in_frames_of_the_house_and_reported() -> None:
    async with on_stage() as stage:
        await stage.send(speak())
        (ended,) = await stage.up.until(PlaybackEndedFrame)
        (started,) = stage.up.of(PlaybackStartedFrame)
        frames = stage.down.of(TTSAudioRawFrame)
    assert [len(frame.audio) for frame in frames] == [640] * 4
    assert {(frame.sample_rate, frame.num_channels) for frame in frames} == {(16_000, 1)}
    assert (started.utterance, ended.utterance, ended.complete) == ("u1", "u1", True)
    assert (ended.heard, ended.unheard, ended.heard_ms) == ("one two three four", "", 80)
    assert ended.position_ms >= started.position_ms + 80 - FRAME_MS
    kinds = [type(event) for event in stage.log.events]
    assert kinds == [PlaybackStarted, PlaybackEnded]
    speech_frames = stage.down.of(TTSStartedFrame, TTSAudioRawFrame, TTSStoppedFrame)
    assert isinstance(speech_frames[0], TTSStartedFrame)
    assert isinstance(speech_frames[-1], TTSStoppedFrame)


async def test_the_tape_gets_every_frame_where_it_is_heard() -> None:
    async with on_stage() as stage:
        await stage.send(speak(ms=200))
        await stage.up.until(PlaybackEndedFrame)
        positions = [at for at, _ in stage.tape.heard]
        heard = b"".join(pcm for _, pcm in stage.tape.heard)
        sent = b"".join(frame.audio for frame in stage.down.of(TTSAudioRawFrame))
    assert heard == sent
    gaps = np.diff(positions)
    assert np.allclose(gaps[:2], FRAME_MS, atol=5)  # the lead, handed out at once, is heard one after the other


async def test_other_frames_pass_in_both_directions() -> None:
    async with on_stage() as stage:
        await stage.send(BotSpeakingFrame())
        assert await stage.down.until(BotSpeakingFrame)


async def test_interruption_drops_the_rest_and_tells_what_was_heard() -> None:
    async with on_stage() as stage:
        await stage.send(speak("one two three four", 4000))
        await stage.down.until(TTSAudioRawFrame, 5)
        await stage.send(InterruptionFrame())
        (ended,) = await stage.up.until(PlaybackEndedFrame)
        count = len(stage.down.of(TTSAudioRawFrame))
        await stage.send(speak("again", 40, utterance="u2", value=7))
        await stage.up.until(PlaybackEndedFrame, 2)
        rest = stage.down.of(TTSAudioRawFrame)[count:]
        assert stage.down.of(InterruptionFrame)
    assert not ended.complete
    assert (ended.heard, ended.unheard) == ("", "one two three four")
    assert 0 < ended.heard_ms <= 20 * (count - 1)
    assert len(rest) == 2
    assert set(np.frombuffer(rest[0].audio, "<i2").tolist()) == {7}
    assert len(stage.tape.cuts) >= 1


async def test_what_the_transport_still_holds_counts_as_unheard() -> None:
    async with on_stage() as stage:
        await stage.send(speak("one two", 40))
        await stage.down.until(TTSAudioRawFrame, 2)
        stage.leg.queued_ms = 40.0  # all of it
        await stage.send(InterruptionFrame())
        (ended,) = await stage.up.until(PlaybackEndedFrame)
    assert (ended.complete, ended.heard, ended.heard_ms) == (False, "", 0)


async def test_uninterruptible_speech_survives_and_its_frames_say_so() -> None:
    async with on_stage() as stage:
        await stage.send(speak("this call is recorded", 160, interruptible=False))
        await stage.down.until(TTSAudioRawFrame, 2)
        await stage.send(InterruptionFrame())
        (ended,) = await stage.up.until(PlaybackEndedFrame)
        frames = stage.down.of(TTSAudioRawFrame)
    assert ended.complete
    assert len(frames) == 8
    assert not any(frame.interruptible for frame in frames)
    assert stage.tape.cuts == stage.tape.cuts[-1:]  # only the one at the end of the call


async def test_pause_holds_and_resume_goes_on_without_losing_a_sample() -> None:
    async with on_stage() as stage:
        ramp = np.arange(1, 3201, dtype="<i2")
        await stage.send(SpeakFrame(utterance="u1", speech=Speech(text="x", pcm=ramp.tobytes()), display="x"))
        await stage.down.until(TTSAudioRawFrame, 3)
        await stage.send(PausePlaybackFrame())
        await stage.down.when(lambda: stage.samples()[-1:] == [0])  # faded out
        held = len(stage.down.of(TTSAudioRawFrame))
        await asyncio.sleep(0.1)
        assert len(stage.down.of(TTSAudioRawFrame)) == held
        await stage.send(ResumePlaybackFrame())
        (ended,) = await stage.up.until(PlaybackEndedFrame)
        heard = stage.samples()
    assert ended.complete
    assert ended.heard_ms == 200
    fade = (held - 1) * 320  # the last frame before the hold is the fade
    kept = heard[:fade] + heard[fade + 320 :]
    assert len(kept) == 3200
    resumed = slice(fade, fade + 80)  # the ramp into the sound
    assert kept[: resumed.start] == ramp[: resumed.start].tolist()
    assert kept[resumed.stop :] == ramp[resumed.stop :].tolist()


async def test_a_pause_after_the_last_frame_does_not_silence_the_next_answer() -> None:
    async with on_stage() as stage:
        await stage.send(speak(ms=40))
        await stage.down.until(TTSAudioRawFrame, 2)
        await stage.send(PausePlaybackFrame())
        await stage.up.until(PlaybackEndedFrame)
        await stage.send(speak(ms=40, utterance="u2"))
        ended = await stage.up.until(PlaybackEndedFrame, 2)
    assert [(frame.utterance, frame.complete) for frame in ended] == [("u1", True), ("u2", True)]


async def test_hang_up_waits_until_everything_was_played() -> None:
    async with on_stage() as stage:
        await stage.send(speak("goodbye", 100))
        await stage.send(DrainThenHangUpFrame(reason="done"))
        await stage.down.until(TTSAudioRawFrame, 2)
        assert stage.leg.hung_up == []
        await stage.up.until(PlaybackEndedFrame)
        await asyncio.wait_for(stage.leg.gone.wait(), 5)
    assert stage.leg.hung_up == ["done"]


async def test_a_rest_in_the_transport_that_never_leaves_holds_nothing_up() -> None:
    async with on_stage() as stage:
        stage.leg.queued_ms = 12.0
        await stage.send(speak("goodbye", 40))
        await stage.send(DrainThenHangUpFrame(reason="done"))
        (ended,) = await stage.up.until(PlaybackEndedFrame)
        await asyncio.wait_for(stage.leg.gone.wait(), 5)
    assert (ended.complete, ended.heard) == (True, "goodbye")


async def test_hang_up_with_nothing_to_say_is_immediate() -> None:
    async with on_stage() as stage:
        await stage.send(DrainThenHangUpFrame(reason="silent"))
        await asyncio.wait_for(stage.leg.gone.wait(), 5)
    assert stage.leg.hung_up == ["silent"]


@pytest.mark.parametrize("end", [EndFrame, CancelFrame])
async def test_the_end_of_the_call_reports_what_was_not_heard(end: type[Frame]) -> None:
    async with on_stage() as stage:
        await stage.send(speak("a long speech", 5000))
        await stage.down.until(TTSAudioRawFrame, 3)
        await stage.send(end())
        await asyncio.wait_for(stage.log.ended.wait(), 5)
    (ended,) = [event for event in stage.log.events if isinstance(event, PlaybackEnded)]
    assert (ended.complete, ended.heard, ended.unheard) == (False, "", "a long speech")


async def test_a_clause_that_failed_closes_its_utterance() -> None:
    async with on_stage() as stage:
        await stage.send(speak("first,", 40, last=False))
        await stage.down.until(TTSAudioRawFrame, 2)
        await stage.send(SpeakFrame(utterance="u1", speech=None, last=True))
        (ended,) = await stage.up.until(PlaybackEndedFrame)
    assert (ended.heard, ended.complete) == ("first,", True)


async def test_the_ears_are_told_every_clause_by_which_they_know_its_echo() -> None:
    async with on_stage() as stage:
        await stage.send(speak("One moment.", 100, last=False))
        await stage.send(speak("It is late.", 40, last=False))
        await stage.send(SpeakFrame(utterance="u1", speech=None, last=True))
        await stage.up.until(PlaybackEndedFrame)
        told = [(frame.text, frame.utterance, frame.last) for frame in stage.up.of(ClauseFrame)]
        assert told == [("One moment.", "u1", False), ("It is late.", "u1", False), ("", "u1", True)]
        assert len(stage.up.of(ClauseStartedFrame)) == 1
