"""Audio from the network as steady 20 ms frames. Pure: time is an argument.

A browser's packets come late, in bursts, or not at all (mute, DTX, a lost link), while the call's media clock counts
frames. So audio is passed on the moment it is there, silence stands in for what is missing, and a burst that arrives
after silence already took its place is dropped beyond a small allowance.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SAMPLE_RATE_HZ = 16_000
FRAME_MS = 20
#: 20 ms of 16 kHz mono int16.
FRAME_BYTES = SAMPLE_RATE_HZ * FRAME_MS // 1000 * 2
SILENCE = bytes(FRAME_BYTES)


@dataclass(slots=True)
class SteadyFrames:
    """Keeps the number of frames level with the wall clock.

    Attributes:
        patience_ms: how far the frames may fall behind the clock before silence is filled in.
        ahead_ms: how far they may run ahead (late audio after silence) before audio is dropped.
        frames: frames given out so far: the media clock, in steps of 20 ms.
        filled: of these, frames that hold filled-in silence.
        dropped_bytes: audio thrown away because its time had passed.
    """

    patience_ms: float = 60.0
    ahead_ms: float = 100.0
    frames: int = 0
    filled: int = 0
    dropped_bytes: int = 0
    _started: float | None = None
    _asked: float = 0.0
    _held: bytearray = field(default_factory=bytearray)

    @property
    def started(self) -> bool:
        return self._started is not None

    def start(self, now: float) -> None:
        """The call is connected: the clock runs from `now` (seconds, monotonic). Later starts change nothing."""
        if self._started is None:
            self._started = self._asked = now

    def push(self, pcm: bytes, now: float) -> list[bytes]:
        """Audio arrived (16 kHz mono int16, any length); returns the frames that it completes."""
        if self._started is None:
            self.dropped_bytes += len(pcm)
            return []
        self._held += pcm
        out: list[bytes] = []
        while len(self._held) >= FRAME_BYTES and self._lead_ms(now) <= self.ahead_ms:
            out.append(bytes(self._held[:FRAME_BYTES]))
            del self._held[:FRAME_BYTES]
            self.frames += 1
        surplus = len(self._held) // FRAME_BYTES * FRAME_BYTES
        del self._held[:surplus]
        self.dropped_bytes += surplus
        return out

    def fill(self, now: float) -> list[bytes]:
        """Call every 20 ms; returns the silence that is due.

        When the calls themselves come late (a stalled event loop), audio is probably waiting unread: it gets one more
        round to arrive before silence takes its place.
        """
        if self._started is None:
            return []
        stalled = now - self._asked > FRAME_MS / 1000 * 2.5
        self._asked = now
        out: list[bytes] = []
        while not stalled and self._lead_ms(now) <= -self.patience_ms:
            out.append((bytes(self._held) + SILENCE)[:FRAME_BYTES])
            self._held.clear()
            self.frames += 1
            self.filled += 1
        return out

    def _lead_ms(self, now: float) -> float:
        assert self._started is not None
        return self.frames * FRAME_MS - (now - self._started) * 1000
