"""The audio of one call as the pipeline sees it: 16 kHz mono int16 in 20 ms frames, whatever the codec."""

from __future__ import annotations

import asyncio
import logging

import numpy as np
from numpy.typing import NDArray

from voicebot.transports.sip.cadence import Cadence
from voicebot.transports.sip.media_watch import MediaWatch
from voicebot.transports.sip.port import FRAME_MS, CallMedia
from voicebot.transports.sip.resample import Resampler
from voicebot.transports.sip.ticker import Schedule

logger = logging.getLogger(__name__)

PIPELINE_RATE_HZ = 16000
FRAME_BYTES = PIPELINE_RATE_HZ * FRAME_MS // 1000 * 2
SILENCE = bytes(FRAME_BYTES)

_READ_AT_MOST_MS = 1000
_DRAIN_AT_MOST_MS = 500
_POLL_S = 0.005
_STALLED_S = 1.0
"""A native sender that takes nothing for this long is not sending (renegotiation gone wrong)."""


class _Receiver:
    """Codec-rate bytes in, pipeline-rate bytes out; rebuilt when the far end renegotiates."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.format = (rate_hz, channels)
        self._channels = channels
        self._resampler = Resampler(rate_hz, PIPELINE_RATE_HZ)
        # Whole conversion steps only: all channels of as many samples as the resampler's factor.
        self._step = 2 * channels * max(1, rate_hz // PIPELINE_RATE_HZ)
        self._rest = b""

    @property
    def read_bytes(self) -> int:
        rate_hz, channels = self.format
        return rate_hz * channels * 2 * _READ_AT_MOST_MS // 1000

    def feed(self, pcm: bytes) -> bytes:
        pcm = self._rest + pcm
        whole = len(pcm) - len(pcm) % self._step
        self._rest = pcm[whole:]
        samples = np.frombuffer(pcm, np.int16, whole // 2)
        if self._channels > 1:
            samples = samples.reshape(-1, self._channels).mean(axis=1).astype(np.int16)
        return self._resampler.feed(samples).tobytes()


class _Sender:
    """Pipeline-rate bytes in, codec-rate bytes out."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.format = (rate_hz, channels)
        self._channels = channels
        self._resampler = Resampler(PIPELINE_RATE_HZ, rate_hz)

    def feed(self, pcm: bytes) -> bytes:
        samples: NDArray[np.int16] = self._resampler.feed(np.frombuffer(pcm, np.int16))
        return (np.repeat(samples, self._channels) if self._channels > 1 else samples).tobytes()

    def reset(self) -> None:
        self._resampler.reset()


class Line:
    """One call's audio, both ways.

    Args:
        media: the stack's buffers.
        watch: told when something arrived.
        tx_queue_ms: write only while the native sender holds no more than this.
    """

    def __init__(self, media: CallMedia, watch: MediaWatch, *, tx_queue_ms: int) -> None:
        self._media, self._watch, self._tx_queue_ms = media, watch, tx_queue_ms
        self._schedule = Schedule(FRAME_MS / 1000)
        self._cadence = Cadence()
        self._pending = bytearray()
        self._receiver: _Receiver | None = None
        self._sender: _Sender | None = None
        self._open = True
        self.held = False

    def start(self, now_s: float) -> None:
        """The media clock is at zero."""
        self._schedule.start(now_s)
        self._watch.established(now_s)

    def close(self) -> None:
        self._open = False

    def take(self, now_s: float) -> list[bytes]:
        """The frames that are due: as many as 20 ms periods have passed, silence where nothing arrived."""
        self._receive(now_s)
        step = self._cadence.tick(self._schedule.due(now_s), len(self._pending) // FRAME_BYTES)
        start, end = step.drop * FRAME_BYTES, (step.drop + step.read) * FRAME_BYTES
        frames = [bytes(self._pending[i : i + FRAME_BYTES]) for i in range(start, end, FRAME_BYTES)]
        del self._pending[:end]
        return frames + [SILENCE] * step.silence

    def _receive(self, now_s: float) -> None:
        state = self._media.state()
        if state is None:
            return
        if self._receiver is None or self._receiver.format != (state.rx_rate_hz, state.rx_channels):
            if state.rx_rate_hz == 0:
                return
            self._receiver = _Receiver(state.rx_rate_hz, state.rx_channels)
        if pcm := self._media.read(self._receiver.read_bytes):
            self._watch.seen(now_s)
            self._pending += self._receiver.feed(pcm)

    async def write(self, pcm: bytes) -> bool:
        """Send a frame, waiting until the native sender has room for it.

        While the call is held or renegotiated the frame goes nowhere, at the pace at which it would have been played.

        Args:
            pcm: 16 kHz mono int16, a multiple of 10 ms.

        Returns:
            False once the call is over.
        """
        loop = asyncio.get_running_loop()
        give_up_s = loop.time() + _STALLED_S
        while self._open:
            state = self._media.state()
            if self.held or state is None or state.tx_rate_hz == 0:
                await asyncio.sleep(len(pcm) / 2 / PIPELINE_RATE_HZ)
                return self._open
            excess_ms = state.tx_queued_ms - self._tx_queue_ms
            if excess_ms <= 0:
                self._send(pcm, state.tx_rate_hz, state.tx_channels)
                return True
            if loop.time() > give_up_s:
                logger.warning("the native sender took nothing for %.0f s; its queue is dropped", _STALLED_S)
                self._media.flush()
                return True
            await asyncio.sleep(max(_POLL_S, excess_ms / 1000))
        return False

    def _send(self, pcm: bytes, rate_hz: int, channels: int) -> None:
        if self._sender is None or self._sender.format != (rate_hz, channels):
            self._sender = _Sender(rate_hz, channels)
        self._media.write(self._sender.feed(pcm))

    async def drained(self) -> None:
        """Wait until what was written has left."""
        if (queued_ms := self.queued_ms) > 0:
            # One frame more than is queued: the one in the encoder's hands.
            await asyncio.sleep(min(queued_ms + FRAME_MS, _DRAIN_AT_MOST_MS) / 1000)

    def flush(self) -> None:
        """Forget what was written and has not left."""
        self._media.flush()
        if self._sender is not None:
            self._sender.reset()

    @property
    def queued_ms(self) -> float:
        state = self._media.state() if self._open else None
        return 0.0 if state is None else state.tx_queued_ms
