"""The bot's voice as an aiortc track: 20 ms frames at the monotonic clock, silence when there is nothing to say."""

from __future__ import annotations

import asyncio
import fractions
import time
from collections import deque
from collections.abc import Callable

import numpy as np
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError
from av import AudioFrame

from voicebot.transports.webrtc.pacing import FRAME_BYTES, FRAME_MS, SAMPLE_RATE_HZ, SILENCE

_SAMPLES = FRAME_BYTES // 2
_TIME_BASE = fractions.Fraction(1, SAMPLE_RATE_HZ)
#: Audio held here while the previous frame is encoded: a short stall of the event loop is not heard.
_LEAD_FRAMES = 2
#: Frames missed beyond this are skipped in the timestamps, not sent in a burst that the browser would have to buffer.
_MAX_LATE_FRAMES = 5


class VoiceTrack(AudioStreamTrack):
    """Takes 16 kHz mono int16 audio in whole 20 ms frames; aiortc pulls it and encodes."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._queue: deque[bytes] = deque()
        self._room = asyncio.Event()
        self._room.set()
        self._started = 0.0
        self._sent = 0

    @property
    def queued_ms(self) -> float:
        """Audio accepted but not yet given to the encoder."""
        return float(len(self._queue) * FRAME_MS)

    async def write(self, pcm: bytes) -> None:
        """Queue whole frames (a short last one is padded), waiting while two frames are still ahead.

        Raises:
            MediaStreamError: the track was stopped; nobody listens any more.
        """
        for start in range(0, len(pcm), FRAME_BYTES):
            while len(self._queue) >= _LEAD_FRAMES and self.readyState == "live":
                self._room.clear()
                await self._room.wait()
            if self.readyState != "live":
                raise MediaStreamError
            self._queue.append(pcm[start : start + FRAME_BYTES].ljust(FRAME_BYTES, b"\0"))

    async def drained(self) -> None:
        """Return once everything queued was taken, or the track was stopped."""
        while self._queue and self.readyState == "live":
            self._room.clear()
            await self._room.wait()

    def stop(self) -> None:
        super().stop()
        self._queue.clear()
        self._room.set()

    async def recv(self) -> AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError
        if self._sent == 0:
            self._started = self._clock()
        late_s = self._clock() - self._started - self._sent * FRAME_MS / 1000
        if late_s < 0:
            await asyncio.sleep(-late_s)
        elif (missed := round(late_s * 1000 / FRAME_MS)) > _MAX_LATE_FRAMES:
            self._sent += missed
        pcm = self._queue.popleft() if self._queue else SILENCE
        self._room.set()
        frame = AudioFrame.from_ndarray(np.frombuffer(pcm, dtype=np.int16)[None, :], format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        frame.pts = self._sent * _SAMPLES
        frame.time_base = _TIME_BASE
        self._sent += 1
        return frame
