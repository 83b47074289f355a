"""pipecat transport of one SIP call: 16 kHz mono int16, 20 ms frames, both ways.

The input answers the call when the pipeline starts and pushes one frame every 20 ms from then to the end. The output
hands each frame to the native sender, which paces RTP on a thread of its own, and blocks while that holds enough.
"""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

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
    OutputDTMFFrame,
    OutputDTMFUrgentFrame,
    StartFrame,
    StopFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import BaseTransport, TransportParams

from voicebot.transports.sip.line import PIPELINE_RATE_HZ


class SIPLink(Protocol):
    """The call below the transport."""

    @property
    def id(self) -> str: ...

    @property
    def queued_ms(self) -> float: ...

    async def answer(self) -> None: ...

    async def hangup(self, reason: str) -> None: ...

    async def write(self, pcm: bytes) -> bool: ...

    async def drained(self) -> None: ...

    def flush(self) -> None: ...

    async def send_keys(self, keys: str) -> None: ...


def params() -> TransportParams:
    """The one set of parameters under which the pipeline's clock and the wire agree."""
    return TransportParams(
        audio_in_enabled=True,
        audio_in_sample_rate=PIPELINE_RATE_HZ,
        audio_in_channels=1,
        audio_out_enabled=True,
        audio_out_sample_rate=PIPELINE_RATE_HZ,
        audio_out_channels=1,
        audio_out_10ms_chunks=2,
        audio_out_end_silence_secs=0,
        audio_out_auto_silence=False,
    )


class SIPInput(BaseInputTransport):
    """Call -> pipeline."""

    def __init__(self, transport: SIPTransport, link: SIPLink, **kwargs: Any) -> None:
        super().__init__(params(), **kwargs)
        self._transport, self._link = transport, link
        self._queue: asyncio.Queue[Frame | None] = asyncio.Queue()
        self._pump_task: asyncio.Task[None] | None = None

    # Called by the call, on the loop. The queue keeps audio, keys and the end in the order in which they happened.

    def feed_audio(self, pcm: bytes) -> None:
        self._queue.put_nowait(InputAudioRawFrame(pcm, PIPELINE_RATE_HZ, 1))

    def feed_key(self, key: str) -> None:
        self._queue.put_nowait(InputDTMFFrame(button=KeypadEntry(key)))

    def feed_connected(self) -> None:
        self._queue.put_nowait(ClientConnectedFrame())

    def feed_disconnected(self) -> None:
        self._queue.put_nowait(None)

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        if self._pump_task is None:
            self._pump_task = self.create_task(self._pump(), "pump")
            await self._link.answer()

    async def stop(self, frame: EndFrame) -> None:
        await super().stop(frame)
        await self._stop_pump()

    async def cancel(self, frame: CancelFrame) -> None:
        await super().cancel(frame)
        await self._stop_pump()

    async def pause(self, frame: StopFrame) -> None:
        self._paused = True

    async def cleanup(self) -> None:
        await self._stop_pump()
        await super().cleanup()  # type: ignore[no-untyped-call]

    async def _stop_pump(self) -> None:
        if self._pump_task is not None:
            task, self._pump_task = self._pump_task, None
            await self.cancel_task(task)

    async def _pump(self) -> None:
        # Straight to the next processor: the base class's own queue would add a task switch and a timer per frame.
        while True:
            frame = await self._queue.get()
            if frame is None:
                await self._transport.fire("on_client_disconnected")
                return
            if not self._paused:
                await self.push_frame(frame)
            if isinstance(frame, ClientConnectedFrame):
                await self._transport.fire("on_client_connected")


class SIPOutput(BaseOutputTransport):
    """Pipeline -> call."""

    def __init__(self, link: SIPLink, **kwargs: Any) -> None:
        super().__init__(params(), **kwargs)
        self._link = link
        self._interruptible = True

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def stop(self, frame: EndFrame) -> None:
        await super().stop(frame)
        await self._link.drained()
        await self._link.hangup("the conversation ended")

    async def cancel(self, frame: CancelFrame) -> None:
        await super().cancel(frame)
        await self._link.hangup("the pipeline was cancelled")

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame) and self._interruptible:
            self._link.flush()

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        # What sits in the native queue must survive an interruption if it was not to be interrupted.
        self._interruptible = frame.interruptible
        return await self._link.write(frame.audio)

    def _supports_native_dtmf(self) -> bool:
        return True

    async def _write_dtmf_native(self, frame: OutputDTMFFrame | OutputDTMFUrgentFrame) -> None:
        await self._link.send_keys("".join(button.value for button in frame.buttons or ()))


class SIPTransport(BaseTransport):
    """One call as a pipecat transport.

    Events: `on_client_connected(transport, call_id)` when media flows, `on_client_disconnected(transport, call_id)`
    once, when the call is over, also when it ended before the pipeline started.
    """

    def __init__(self, link: SIPLink) -> None:
        super().__init__(name=f"SIPTransport#{link.id}")
        self._link = link
        self._in = SIPInput(self, link, name=f"SIPInput#{link.id}")
        self._out = SIPOutput(link, name=f"SIPOutput#{link.id}")
        self._register_event_handler("on_client_connected")
        self._register_event_handler("on_client_disconnected")

    def input(self) -> SIPInput:
        return self._in

    def output(self) -> FrameProcessor:
        return self._out

    @property
    def queued_ms(self) -> float:
        """Audio handed to the native sender and not yet on the wire."""
        return self._link.queued_ms

    def get_client_id(self, client: Any) -> str:
        return str(client)

    async def fire(self, event: str) -> None:
        await self._call_event_handler(event, self._link.id)
