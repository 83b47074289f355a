"""pipecat transport of one browser call, on pipecat's SmallWebRTCConnection.

Not pipecat's SmallWebRTCTransport: its input stops when the browser sends nothing, its output hides how much audio is
still queued, and a page that forgets to ping is taken for gone while its audio is swallowed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, AudioResampler
from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import (
    CancelFrame,
    ClientConnectedFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InputDTMFFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    OutputTransportMessageFrame,
    OutputTransportMessageUrgentFrame,
    StartFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import BaseTransport, TransportParams

from voicebot.transports.webrtc.connection import Closer, Connection
from voicebot.transports.webrtc.pacing import FRAME_MS, SAMPLE_RATE_HZ, SteadyFrames
from voicebot.transports.webrtc.track import VoiceTrack

logger = logging.getLogger(__name__)


class WebRtcTransport(BaseTransport):
    """16 kHz mono int16 in 20 ms frames both ways.

    Events: `on_client_connected(transport, connection)` once, after the pipeline started and media flows;
    `on_client_disconnected(transport, connection)` once, whatever ended the call, except when the pipeline itself
    ended it (EndFrame or CancelFrame); `on_app_message(transport, message)` for JSON objects from the page.

    Args:
        connection: answered, its remote description set.
        microphone: the caller's track.
        seen: called whenever something arrives from the browser.
    """

    def __init__(self, connection: Connection, microphone: MediaStreamTrack, *, seen: Callable[[], None]) -> None:
        super().__init__()
        params = TransportParams(
            audio_in_enabled=True,
            audio_in_sample_rate=SAMPLE_RATE_HZ,
            audio_out_enabled=True,
            audio_out_sample_rate=SAMPLE_RATE_HZ,
            audio_out_10ms_chunks=FRAME_MS // 10,
            audio_out_end_silence_secs=0,
        )
        self._connection = connection
        self._closer = Closer(connection)
        self._seen = seen
        self._voice = VoiceTrack()
        self._input = WebRtcInput(self, microphone, params)
        self._output = WebRtcOutput(self, self._voice, params)
        self._connected = self._disconnected = self._ending = False
        connection.replace_audio_track(self._voice)
        for event in ("on_client_connected", "on_client_disconnected", "on_app_message"):
            self._register_event_handler(event)
        connection.add_event_handler("connected", self._on_connected)
        connection.add_event_handler("closed", self._on_closed)
        connection.add_event_handler("app-message", self._on_message)

    def input(self) -> WebRtcInput:
        return self._input

    def output(self) -> WebRtcOutput:
        return self._output

    @property
    def connection(self) -> Connection:
        return self._connection

    @property
    def connected(self) -> bool:
        return self._connected and not self._disconnected

    @property
    def ending(self) -> bool:
        """The pipeline ended the call."""
        return self._ending

    @property
    def queued_ms(self) -> float:
        """Audio accepted by the output but not yet on the wire."""
        return self._output.waiting_ms + self._voice.queued_ms

    def seen(self) -> None:
        self._seen()

    async def open(self) -> None:
        """The pipeline is ready: report the connection, now or as soon as it stands."""
        await self._connection.connect()

    async def drained(self) -> None:
        await self._voice.drained()

    async def close(self) -> None:
        """The pipeline ends the call, unless it is over already."""
        self._ending = self._ending or not self._disconnected
        await self.disconnect()

    async def disconnect(self) -> None:
        """Close the connection. Idempotent, and safe to be cancelled."""
        self._voice.stop()
        await self._closer.close()

    async def _on_connected(self, connection: Connection) -> None:
        if self._connected or self._disconnected:
            return
        self._connected = True
        self._input.run_clock()
        await self._input.push_frame(ClientConnectedFrame())
        await self._call_event_handler("on_client_connected", connection)

    async def _on_closed(self, connection: Connection) -> None:
        if self._disconnected:
            return
        self._disconnected = True
        self._voice.stop()
        if not self._ending:
            await self._call_event_handler("on_client_disconnected", connection)

    async def _on_message(self, connection: Connection, message: Any) -> None:
        self._seen()
        if not isinstance(message, dict):
            return
        if message.get("type") == "dtmf":
            await self._input.press(message.get("key"))
        await self._call_event_handler("on_app_message", message)


class WebRtcInput(BaseInputTransport):
    """The caller's voice and keys. From connect to end one frame every 20 ms, silence included."""

    def __init__(self, transport: WebRtcTransport, microphone: MediaStreamTrack, params: TransportParams) -> None:
        super().__init__(params)
        self._transport = transport
        self._microphone = microphone
        self._frames = SteadyFrames()
        self._tasks: list[asyncio.Task[None]] = []

    def run_clock(self) -> None:
        """Media flows from now on."""
        self._frames.start(self._now())

    async def press(self, key: object) -> None:
        """A key of the page's keypad; anything that is no key is ignored."""
        if isinstance(key, str) and key in KeypadEntry.__members__.values() and self._frames.started:
            await self.push_frame(InputDTMFFrame(button=KeypadEntry(key)))

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)
        self._tasks = [self.create_task(self._receive(), "receive"), self.create_task(self._keep_time(), "clock")]
        await self._transport.open()

    async def stop(self, frame: EndFrame) -> None:
        await super().stop(frame)
        await self._finish()

    async def cancel(self, frame: CancelFrame) -> None:
        await super().cancel(frame)
        await self._finish()

    async def cleanup(self) -> None:
        await super().cleanup()  # type: ignore[no-untyped-call]
        await self._finish()

    async def _finish(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            await self.cancel_task(task)

    async def _receive(self) -> None:
        resampler = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE_HZ)
        while True:
            try:
                decoded = await self._microphone.recv()
            except MediaStreamError:
                return  # the track ended; silence follows until the connection closes
            self._transport.seen()
            if isinstance(decoded, AudioFrame):
                for part in resampler.resample(decoded):
                    await self._emit(self._frames.push(part.to_ndarray().tobytes(), self._now()))

    async def _keep_time(self) -> None:
        step_s = FRAME_MS / 1000
        due = self._now()
        while True:
            due = max(due + step_s, self._now())
            await asyncio.sleep(due - self._now())
            await self._emit(self._frames.fill(self._now()))

    async def _emit(self, frames: list[bytes]) -> None:
        for pcm in frames:
            await self.push_audio_frame(InputAudioRawFrame(audio=pcm, sample_rate=SAMPLE_RATE_HZ, num_channels=1))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


class WebRtcOutput(BaseOutputTransport):
    """The bot's voice, and messages to the page."""

    def __init__(self, transport: WebRtcTransport, voice: VoiceTrack, params: TransportParams) -> None:
        super().__init__(params)
        self._transport = transport
        self._voice = voice
        self._waiting = {True: 0.0, False: 0.0}

    @property
    def waiting_ms(self) -> float:
        """Audio inside this processor's own queue."""
        return sum(self._waiting.values())

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def stop(self, frame: EndFrame) -> None:
        await super().stop(frame)  # plays what is queued
        if self._transport.connected:
            await self._transport.drained()
        await self._transport.close()

    async def cancel(self, frame: CancelFrame) -> None:
        await super().cancel(frame)
        await self._transport.close()

    async def cleanup(self) -> None:
        await super().cleanup()  # type: ignore[no-untyped-call]
        await self._transport.close()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if isinstance(frame, OutputAudioRawFrame) and direction is FrameDirection.DOWNSTREAM:
            self._waiting[frame.interruptible] += _ms(frame)
        elif isinstance(frame, InterruptionFrame):
            self._waiting[True] = 0.0  # the base class drops these from its queue
        await super().process_frame(frame, direction)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        self._waiting[frame.interruptible] = max(0.0, self._waiting[frame.interruptible] - _ms(frame))
        if not self._transport.connected:
            return False
        try:
            await self._voice.write(frame.audio)
        except MediaStreamError:
            return False
        return True

    async def send_message(self, frame: OutputTransportMessageFrame | OutputTransportMessageUrgentFrame) -> None:
        self._transport.connection.send_app_message(frame.message)


def _ms(frame: OutputAudioRawFrame) -> float:
    return len(frame.audio) / (2 * frame.num_channels * frame.sample_rate) * 1000
