"""A browser without a browser (aiortc), and a server with a small test pipeline behind it."""

from __future__ import annotations

import asyncio
import fractions
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import numpy as np
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError
from av import AudioFrame, AudioResampler
from fastapi import FastAPI
from pipecat.frames.frames import Frame, InputAudioRawFrame, InputDTMFFrame, OutputAudioRawFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from voicebot.transports.webrtc.leg import WebRtcLeg
from voicebot.transports.webrtc.routes import Admit, webrtc_router
from voicebot.transports.webrtc.settings import WebRtcSettings

RATE = 16_000


def tone(hz: float, ms: int, *, level: float = 0.3) -> bytes:
    samples = np.sin(2 * np.pi * hz * np.arange(RATE * ms // 1000) / RATE) * level * 32767
    return samples.astype("<i2").tobytes()


def loudest_hz(pcm: bytes) -> float:
    samples = np.frombuffer(pcm, dtype="<i2").astype(float)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * RATE / len(samples))


class Desk(FrameProcessor):
    """Notes what arrives from the caller, and speaks when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[tuple[float, bytes]] = []
        self.keys: list[str] = []

    @property
    def heard(self) -> bytes:
        return b"".join(pcm for _, pcm in self.frames)

    async def say(self, pcm: bytes) -> None:
        for start in range(0, len(pcm), 640):
            await self.push_frame(OutputAudioRawFrame(audio=pcm[start : start + 640], sample_rate=RATE, num_channels=1))

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            assert (frame.sample_rate, frame.num_channels) == (RATE, 1)
            self.frames.append((time.monotonic(), frame.audio))
            return
        if isinstance(frame, InputDTMFFrame):
            self.keys.append(frame.button.value)
        await self.push_frame(frame, direction)


class Session:
    """What the server does with a leg: a pipeline of its own until the caller is gone."""

    def __init__(self, leg: WebRtcLeg) -> None:
        self.leg = leg
        self.desk = Desk()
        self.connected = asyncio.Event()
        self.events: list[str] = []
        pipeline = Pipeline([leg.transport.input(), self.desk, leg.transport.output()])
        self.worker = PipelineWorker(
            pipeline,
            params=PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE),
            idle_timeout_secs=None,
            enable_rtvi=False,
            enable_turn_tracking=False,
        )
        leg.transport.add_event_handler("on_client_connected", self._on_connected)
        leg.transport.add_event_handler("on_client_disconnected", self._on_disconnected)
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(self.worker)
        await runner.run()

    async def _on_connected(self, transport: object, connection: object) -> None:
        self.events.append("connected")
        self.connected.set()

    async def _on_disconnected(self, transport: object, connection: object) -> None:
        self.events.append("disconnected")
        await self.worker.cancel()


class Server:
    """The router in an app of its own, reached without a socket; every session it started."""

    def __init__(self, settings: WebRtcSettings | None = None, *, admit: Admit = lambda: None) -> None:
        self.sessions: list[Session] = []
        self.app = FastAPI()
        self.app.include_router(webrtc_router(self._on_leg, settings, admit=admit))

    async def _on_leg(self, leg: WebRtcLeg) -> None:
        self.sessions.append(Session(leg))

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://voicebot.test")

    async def close(self) -> None:
        for session in self.sessions:
            await session.leg.hangup("test over")
        await asyncio.wait_for(asyncio.gather(*(s.task for s in self.sessions)), 10)


@asynccontextmanager
async def serving(settings: WebRtcSettings | None = None, *, admit: Admit = lambda: None) -> AsyncIterator[Server]:
    server = Server(settings, admit=admit)
    try:
        yield server
    finally:
        await server.close()


class Microphone(AudioStreamTrack):
    """Plays what is put into it, then silence; `quiet` stops sending at all."""

    def __init__(self) -> None:
        super().__init__()
        self.pcm = bytearray()
        self.quiet = False
        self._sent = 0
        self._begun = 0.0

    async def recv(self) -> AudioFrame:
        while self.quiet:
            await asyncio.sleep(0.02)
            self._sent += 1
        self._begun = self._begun or time.monotonic()
        await asyncio.sleep(max(0.0, self._begun + self._sent * 0.02 - time.monotonic()))
        chunk = bytes(self.pcm[:640]).ljust(640, b"\0")
        del self.pcm[:640]
        frame = AudioFrame.from_ndarray(np.frombuffer(chunk, dtype=np.int16)[None, :], layout="mono")
        frame.sample_rate = RATE
        frame.pts = self._sent * 320
        frame.time_base = fractions.Fraction(1, RATE)
        self._sent += 1
        return frame


class Browser:
    """Calls the way the talk page does."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.pc = RTCPeerConnection()
        self.microphone = Microphone()
        self.pc.addTrack(self.microphone)
        self.channel = self.pc.createDataChannel("events")
        self.messages: list[dict[str, Any]] = []
        self.channel.on("message", lambda text: self.messages.append(json.loads(text)))
        self.heard = bytearray()
        self.session = ""
        self.answer: dict[str, Any] = {}
        self._listening: asyncio.Task[None] | None = None
        self.pc.on("track", self._on_track)

    def _on_track(self, track: Any) -> None:
        self._listening = asyncio.create_task(self._listen(track))

    async def _listen(self, track: Any) -> None:
        resampler = AudioResampler("s16", "mono", RATE)
        with suppress(MediaStreamError):
            while True:
                for frame in resampler.resample(await track.recv()):
                    self.heard += frame.to_ndarray().tobytes()

    async def offer(self) -> str:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return self.pc.localDescription.sdp

    async def call(self, **body: str) -> httpx.Response:
        response = await self.http.post("/api/webrtc/offer", json={"sdp": await self.offer(), **body})
        if response.status_code == 200:
            self.answer = response.json()
            self.session = self.answer["session"]
            await self.pc.setRemoteDescription(RTCSessionDescription(self.answer["sdp"], "answer"))
        return response

    def send(self, message: Any) -> None:
        self.channel.send(message if isinstance(message, str) else json.dumps(message))

    async def close(self) -> None:
        await self.pc.close()
        if self._listening is not None:
            await asyncio.wait([self._listening], timeout=0.2)
            self._listening.cancel()


async def until(condition: Any, *, seconds: float = 10.0) -> None:
    """Wait for something that other tasks bring about."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 (the condition is other tasks' state)
            await asyncio.sleep(0.01)
