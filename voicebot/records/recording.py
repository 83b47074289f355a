"""The stereo recording of a call: left the caller, right the bot, each sample where it was heard.

Audio is placed at positions of the media clock, never appended: a gap stays a gap, and clocks that disagree are brought
together again instead of drifting apart. The file is WAV, 16-bit PCM: it costs no encoder, any player and browser can
seek in it, and with its header brought up to date after every write it is valid at every moment, also after `kill -9`
(which loses what was not yet written: about a second). An hour takes 230 MB at 16 kHz.

`Timeline` is pure; `StereoRecorder` writes from a thread shared by all calls and holds a bounded amount of audio.
"""

from __future__ import annotations

import asyncio
import io
import logging
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

log = logging.getLogger(__name__)

CALLER, BOT = 0, 1
_CHANNELS = 2
_STEP_BYTES = 2 * _CHANNELS
_HEADER_BYTES = 44

#: Audio younger than this may still be cut or come late.
HOLD_MS = 400.0
#: Audio this close to the end of what its channel has continues it: positions are read off clocks that jitter.
SNAP_MS = 40.0
#: A position further ahead than this is a mistake, not a gap.
MAX_GAP_MS = 600_000.0
#: Written at once, at least.
BLOCK_MS = 500.0
#: Audio that may wait for a slow disk; what exceeds it becomes silence.
BACKLOG_MS = 30_000.0


class Timeline:
    """Two channels of 16-bit samples by position; gives out what is final, in order and without gaps.

    Attributes:
        final: samples per channel given out so far.
        late: samples whose place had been given out, or was absurdly far ahead, when they came.
    """

    def __init__(self, rate_hz: int) -> None:
        self._per_ms = rate_hz / 1000
        self._hold = int(HOLD_MS * self._per_ms)
        self._snap = int(SNAP_MS * self._per_ms)
        self._max_gap = int(MAX_GAP_MS * self._per_ms)
        self._open = np.zeros((0, _CHANNELS), np.int16)
        self._ends: list[int | None] = [None, None]
        self.final = 0
        self.late = 0

    @property
    def end(self) -> int:
        """Position behind the last sample known."""
        return self.final + len(self._open)

    def place(self, channel: int, pcm: bytes, at_ms: float | None = None) -> bytes:
        """Put mono int16 audio at a position; None continues the channel.

        Returns:
            What became final by it: interleaved samples.
        """
        samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2")
        at = self._position(channel, at_ms)
        if at > self.end + self._max_gap:
            self.late += len(samples)
            return b""
        self._ends[channel] = at + len(samples)
        skipped = min(max(self.final - at, 0), len(samples))
        self.late += skipped
        samples, start = samples[skipped:], max(at - self.final, 0)
        if missing := max(start + len(samples) - len(self._open), 0):
            self._open = np.concatenate([self._open, np.zeros((missing, _CHANNELS), np.int16)])
        self._open[start : start + len(samples), channel] = samples
        return self._give_out(max(len(self._open) - self._hold, 0))

    def cut(self, channel: int, at_ms: float) -> None:
        """The channel's audio from there on was never heard: silence it, as far as it is not final."""
        start = max(int(at_ms * self._per_ms) - self.final, 0)
        self._open[start:, channel] = 0
        self._ends[channel] = None

    def finish(self) -> bytes:
        """Everything that is left."""
        return self._give_out(len(self._open))

    def _position(self, channel: int, at_ms: float | None) -> int:
        end = self._ends[channel]
        if at_ms is None:
            return end or 0
        at = max(int(at_ms * self._per_ms), 0)
        return end if end is not None and abs(at - end) <= self._snap else at

    def _give_out(self, count: int) -> bytes:
        ready, self._open = self._open[:count], self._open[count:]
        self.final += count
        return ready.astype("<i2").tobytes()


class WavFile:
    """A growing stereo WAV whose header is true after every write. Blocking: use from one thread."""

    def __init__(self, path: Path, rate_hz: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = io.FileIO(path, "w+")
        self._rate_hz, self._size = rate_hz, 0
        self._write_header()

    def write(self, block: bytes) -> None:
        """Samples first, then the header that counts them."""
        self._put(_HEADER_BYTES + self._size, block)
        self._size += len(block)
        self._write_header()

    def close(self) -> None:
        self._file.close()

    def _write_header(self) -> None:
        byte_rate = self._rate_hz * _STEP_BYTES
        pcm_format = struct.pack("<IHHIIHH", 16, 1, _CHANNELS, self._rate_hz, byte_rate, _STEP_BYTES, 16)
        riff = b"RIFF" + struct.pack("<I", _HEADER_BYTES - 8 + self._size) + b"WAVE"
        self._put(0, riff + b"fmt " + pcm_format + b"data" + struct.pack("<I", self._size))

    def _put(self, at: int, data: bytes) -> None:
        self._file.seek(at)
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]


class RecordingThread:
    """The one thread in which all calls' recordings are written."""

    def __init__(self) -> None:
        self.executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recordings")

    def close(self) -> None:
        """Finish the writes that wait."""
        self.executor.shutdown(wait=True)


class StereoRecorder:
    """Records one call. No method blocks or raises because of the disk; `fault` says when it failed.

    Use from one event loop. Audio is 16-bit mono PCM at `rate_hz`.

    Args:
        path: the file; its directory is made, a file of that name is replaced.
    """

    def __init__(self, path: Path, thread: RecordingThread, *, rate_hz: int = 16_000) -> None:
        self._path, self._thread, self._rate_hz = path, thread, rate_hz
        self._timeline = Timeline(rate_hz)
        self._block_bytes = int(BLOCK_MS * rate_hz / 1000) * _STEP_BYTES
        self._backlog_bytes = int(BACKLOG_MS * rate_hz / 1000) * _STEP_BYTES
        self._waiting = bytearray()
        self._silent = 0
        self._write: asyncio.Future[None] | None = None
        self._file: WavFile | None = None
        self._closed = False
        self.lost_ms = 0.0
        self.fault = ""

    def caller(self, pcm: bytes, at_ms: float | None = None) -> None:
        """The next audio of the caller; without a position it continues what came before."""
        self._take(CALLER, pcm, at_ms)

    def bot(self, pcm: bytes, at_ms: float) -> None:
        """The bot's audio, heard from `at_ms` of the media clock on."""
        self._take(BOT, pcm, at_ms)

    def cut(self, at_ms: float) -> None:
        """The bot's audio from `at_ms` on was flushed before it was heard."""
        if not self._closed:
            self._timeline.cut(BOT, at_ms)

    async def close(self) -> float:
        """Write what is left. Returns the length in milliseconds; idempotent."""
        if not self._closed:
            self._closed = True
            self._add(self._timeline.finish())
            while self._write is not None or self._waiting or self._silent:
                self._start_write()
                if self._write is not None:
                    await asyncio.wait([self._write])
            await asyncio.get_running_loop().run_in_executor(self._thread.executor, self._close_file)
        return self._timeline.final * 1000 / self._rate_hz

    def _take(self, channel: int, pcm: bytes, at_ms: float | None) -> None:
        if self._closed or self.fault:
            return
        self._add(self._timeline.place(channel, pcm, at_ms))
        if len(self._waiting) >= self._block_bytes:
            self._start_write()

    def _add(self, ready: bytes) -> None:
        """Queue for the disk; beyond the bound, time goes on in silence behind what waits."""
        if self.fault:
            return
        if self._silent or len(self._waiting) + len(ready) > self._backlog_bytes:
            self._silent += len(ready)
            self.lost_ms += len(ready) * 1000 / (_STEP_BYTES * self._rate_hz)
        else:
            self._waiting += ready

    def _start_write(self) -> None:
        if self._write is not None or not (self._waiting or self._silent):
            return
        block, silent = bytes(self._waiting), min(self._silent, self._backlog_bytes)
        self._waiting.clear()
        self._silent -= silent
        loop = asyncio.get_running_loop()
        self._write = loop.run_in_executor(self._thread.executor, self._write_block, block, silent)
        self._write.add_done_callback(self._written)

    def _written(self, write: asyncio.Future[None]) -> None:
        self._write = None
        if write.cancelled() or (error := write.exception()) is None:
            if len(self._waiting) >= self._block_bytes:
                self._start_write()
            return
        self.fault = f"{type(error).__name__}: {error}"
        self._waiting.clear()
        self._silent = 0
        log.error("a recording ends early: %s", self.fault)

    def _write_block(self, block: bytes, silent: int) -> None:
        if self._file is None:
            self._file = WavFile(self._path, self._rate_hz)
        self._file.write(block + bytes(silent))

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
