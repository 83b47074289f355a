"""The ears in a pipecat pipeline: real frames, fake models. Voice is loudness, and the audio is the media clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InputDTMFFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from voicebot.call.ears import Ears
from voicebot.call.frames import (
    HeardSoFar,
    TurnEndedFrame,
)
from voicebot.errors import ModelError
from voicebot.listening import Listening
from voicebot.listening.recognition import Audio, Expectation, Recognition, Ticket, Urgency
from voicebot.listening.settings import ListeningSettings
from voicebot.listening.vad import Activity
from voicebot.records.events import CallEvent, Record


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
        self,
        audio: Audio,
        *,
        expect: Expectation,
        urgency: Urgency,
        deadline: float | None = None,
        ticket: Ticket | None = None,
    ) -> Recognition:
        assert deadline is not None
        self.asked.append((urgency, expect, len(audio) / 16))
        if ticket is not None:
            ticket.begun = not self.wanted  # one worker
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
