"""The ears of a call with a file in place of the caller: what they would hear, decide and why, faster than real time.

These are the ears of a live call, with all their models. Only the clock is another: it moves by one frame of audio at
a time and stands still while a model works, so that the same file always gives the same story on any machine.
"""

from __future__ import annotations

import asyncio
import dataclasses
import math
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from pipecat.frames.frames import Frame, InputAudioRawFrame, InterruptionFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from voicebot.call.ears import Ears
from voicebot.call.frames import (
    ExpectFrame,
    KeysFrame,
    PausePlaybackFrame,
    PlaybackEndedFrame,
    PlaybackStartedFrame,
    ResumePlaybackFrame,
    SilentFrame,
    TurnEndedFrame,
)
from voicebot.listening import Listening
from voicebot.listening.recognition import Audio, Expectation, Recognition, Ticket, Urgency
from voicebot.listening.vad import FRAME_BYTES, FRAME_MS, SAMPLE_RATE_HZ
from voicebot.records.events import CallEvent, Record

T = TypeVar("T")

#: Passes of the event loop in which frames and finished work reach their place.
_PASSES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The rest of the call, as the ears are told of it.

    Attributes:
        expectation: what the flow waits for.
        silence_ms: how often a silence is told.
        bot: when the bot speaks, as (from, to) in milliseconds, in order; an interruption ends it, a pause delays it.
        answers_in_ms: how long a decoding takes on the clock of the rehearsal.
        tail_ms: silence after the file, in which the last turn ends.
    """

    expectation: Expectation = field(default_factory=Expectation)
    silence_ms: int = 7000
    bot: tuple[tuple[float, float], ...] = ()
    answers_in_ms: float = 150.0
    tail_ms: float = 3000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing that the ears noticed or did. `kind` is that of an event, or `ears.…` for what no event tells."""

    at_ms: float
    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"at_ms": round(self.at_ms, 1), "kind": self.kind, "data": dict(self.data)}


async def rehearse(listening: Listening, audio: Audio, scene: Scene | None = None) -> list[Happened]:
    """Play `audio` (float32, 16 kHz mono) to the ears of a call; everything that they do, in order.

    Raises:
        ModelError: never: a model that fails is a fault of the call, and told as one.
    """
    scene = scene or Scene()
    line = _Line(scene.answers_in_ms)
    paced = _Paced(listening, line)
    ears = Ears(
        dataclasses.replace(listening, recogniser=paced, turn_model=paced), line, position_ms=lambda: line.now_ms
    )
    pcm = _pcm(audio) + bytes(int(scene.tail_ms / FRAME_MS) * FRAME_BYTES)
    async with _pipeline(ears, line):
        bot = _Bot(ears, line, scene.bot)
        await ears.process_frame(
            ExpectFrame(expectation=scene.expectation, silence_ms=scene.silence_ms), FrameDirection.UPSTREAM
        )
        for start in range(0, len(pcm), FRAME_BYTES):
            line.tick()
            await bot.tick()
            frame = InputAudioRawFrame(pcm[start : start + FRAME_BYTES], sample_rate=SAMPLE_RATE_HZ, num_channels=1)
            await ears.process_frame(frame, FrameDirection.DOWNSTREAM)
            await paced.settle()
    return line.story


def _pcm(audio: Audio) -> bytes:
    pcm = (np.clip(np.nan_to_num(audio), -1.0, 1.0) * 32767).astype("<i2").tobytes()
    return pcm + bytes(-len(pcm) % FRAME_BYTES)


class _Line:
    """The clock of the rehearsal, and its book."""

    call_id = "rehearsal"

    def __init__(self, answers_in_ms: float) -> None:
        self.now_ms = 0.0
        self.story: list[Happened] = []
        self._answers_in_ms = answers_in_ms
        self._due: list[tuple[float, asyncio.Event]] = []

    def tick(self) -> None:
        self.now_ms += FRAME_MS
        for due_ms, event in self._due:
            if due_ms <= self.now_ms:
                event.set()
        self._due = [waiting for waiting in self._due if not waiting[1].is_set()]

    async def answer_due(self, since_ms: float) -> None:
        event = asyncio.Event()
        self._due.append((since_ms + self._answers_in_ms, event))
        await event.wait()

    def note(self, kind: str, **data: Any) -> None:
        self.story.append(Happened(at_ms=self.now_ms, kind=kind, data=data))

    def append(self, event: CallEvent, *, at_ms: float | None = None, turn: int | None = None) -> Record:
        """See `EventLog.append`."""
        at_ms = self.now_ms if at_ms is None else at_ms
        record = Record(
            call_id=self.call_id, seq=len(self.story) + 1, at_ms=at_ms, wall="", turn=turn or 0, event=event
        )
        row = record.to_json()
        self.story.append(Happened(at_ms=at_ms, kind=row["kind"], data=row["data"]))
        return record

    def begin_turn(self, turn: int) -> None:
        """See `EventLog.begin_turn`."""


class _Paced:
    """The models of `listening`, on the rehearsal's clock: it stands still while they work."""

    def __init__(self, listening: Listening, line: _Line) -> None:
        self._listening, self._line = listening, line
        self._working = 0

    async def recognise(
        self,
        audio: Audio,
        *,
        expect: Expectation,
        urgency: Urgency,
        deadline: float | None = None,
        ticket: Ticket | None = None,
    ) -> Recognition:
        """See `Recogniser.recognise`; nothing is late here."""
        recognise = self._listening.recogniser.recognise
        return await self._paced(recognise(audio, expect=expect, urgency=urgency, deadline=math.inf, ticket=ticket))

    async def complete(self, audio: Audio) -> float:
        """See `TurnModel.complete`."""
        return await self._paced(self._listening.turn_model.complete(audio))

    async def _paced(self, work: Awaitable[T]) -> T:
        since_ms = self._line.now_ms
        self._working += 1
        try:
            answer = await work
        finally:
            self._working -= 1
        await self._line.answer_due(since_ms)
        return answer

    async def settle(self) -> None:
        """Until nothing moves any more before the clock does."""
        while True:
            for _ in range(_PASSES):
                await asyncio.sleep(0)
            if not self._working:
                return
            await asyncio.sleep(0.001)


class _Bot:
    """Speaks when the scene says so; stops when it is interrupted."""

    def __init__(self, ears: Ears, line: _Line, times: tuple[tuple[float, float], ...]) -> None:
        self._ears, self._line, self._times = ears, line, list(times)
        self._left_ms = 0.0
        self._seen = 0
        self._held = False

    async def tick(self) -> None:
        stopped = False
        for happened in self._line.story[self._seen :]:
            self._held = {"ears.hold_bot": True, "ears.release_bot": False}.get(happened.kind, self._held)
            stopped = stopped or happened.kind == "ears.stop_bot"
        self._seen = len(self._line.story)
        if self._left_ms > 0:
            self._left_ms = 0.0 if stopped else self._left_ms - (0 if self._held else FRAME_MS)
            if self._left_ms <= 0:
                self._held = False
                await self._report(PlaybackEndedFrame(utterance="bot", complete=not stopped))
        elif self._times and self._times[0][0] <= self._line.now_ms:
            begin, end = self._times.pop(0)
            self._left_ms = end - begin
            await self._report(PlaybackStartedFrame(utterance="bot", position_ms=self._line.now_ms))

    async def _report(self, frame: Frame) -> None:
        self._line.note("ears.bot_starts" if isinstance(frame, PlaybackStartedFrame) else "ears.bot_ends")
        await self._ears.process_frame(frame, FrameDirection.UPSTREAM)


class _Witness(FrameProcessor):
    """Notes what the ears tell the rest of the call without an event."""

    def __init__(self, line: _Line) -> None:
        super().__init__(name="Witness")
        self._line = line

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case SilentFrame(silent_ms=silent_ms):
                self._line.note("ears.silent", silent_ms=silent_ms)
            case KeysFrame(keys=keys):
                self._line.note("ears.keys", keys=keys)
            case TurnEndedFrame(heard=heard, failed=failed) if heard is not None:
                found = heard.recognition
                self._line.note("ears.turn", text=found.text, value=found.value, language=found.language, failed=failed)
            case PausePlaybackFrame():
                self._line.note("ears.hold_bot")
            case ResumePlaybackFrame():
                self._line.note("ears.release_bot")
            case InterruptionFrame():
                self._line.note("ears.stop_bot")
        await self.push_frame(frame, direction)


@asynccontextmanager
async def _pipeline(ears: Ears, line: _Line) -> AsyncIterator[None]:
    worker = PipelineWorker(
        Pipeline([ears, _Witness(line)]),
        params=PipelineParams(audio_in_sample_rate=SAMPLE_RATE_HZ, audio_out_sample_rate=SAMPLE_RATE_HZ),
        enable_rtvi=False,
        enable_turn_tracking=False,
        idle_timeout_secs=None,
    )
    started = asyncio.Event()
    worker.add_event_handler("on_pipeline_started", lambda *_: started.set())
    runner = WorkerRunner(handle_sigint=False, handle_sigterm=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    try:
        await started.wait()
        yield
    finally:
        await worker.cancel(reason="the rehearsal is over")
        await running
