"""The caller's audio on the media clock."""

from __future__ import annotations

import numpy as np

from voicebot.listening.recognition import Audio
from voicebot.listening.vad import FRAME_BYTES, FRAME_MS

_BYTES_PER_MS = FRAME_BYTES // FRAME_MS


class FrameClock:
    """The media clock by counting frames, held to the call's clock where frames went missing. Pure."""

    _SLACK_MS = 60.0
    _SETTLE_FRAMES = 100

    def __init__(self) -> None:
        self._at_ms: float | None = None
        self._least_lag = float("inf")
        self._frames = 0

    def tick(self, now_ms: float) -> float:
        """A frame arrived at `now_ms`; returns the clock at its end. Bursts after a stall do not shift it."""
        if self._at_ms is None:
            self._at_ms = now_ms - FRAME_MS
        self._at_ms += FRAME_MS
        lag = now_ms - self._at_ms
        self._least_lag = min(self._least_lag, lag)
        self._frames += 1
        if lag < -self._SLACK_MS or (self._frames >= self._SETTLE_FRAMES and self._least_lag > self._SLACK_MS):
            self._at_ms = now_ms
        if self._frames >= self._SETTLE_FRAMES:
            self._frames, self._least_lag = 0, float("inf")
        return self._at_ms


class AudioMemory:
    """The caller's recent audio, addressed by the media clock."""

    def __init__(self) -> None:
        self._pcm = bytearray()
        self._end_ms = 0.0

    def add(self, pcm: bytes, end_ms: float) -> None:
        self._pcm += pcm
        self._end_ms = end_ms

    def forget_before(self, ms: float) -> None:
        surplus = len(self._pcm) - max(0, self._bytes(self._end_ms - ms))
        if surplus > 50 * FRAME_BYTES:
            del self._pcm[: surplus - surplus % 2]

    def between(self, from_ms: float, to_ms: float) -> Audio:
        """A copy as float32 in -1..1; shorter where audio is no longer there."""
        end = len(self._pcm) - self._bytes(self._end_ms - to_ms)
        start = len(self._pcm) - self._bytes(self._end_ms - from_ms)
        pcm = bytes(self._pcm[max(0, start) : max(0, end)])
        return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768.0

    @staticmethod
    def _bytes(ms: float) -> int:
        return max(0, int(ms * _BYTES_PER_MS)) // 2 * 2
