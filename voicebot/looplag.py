"""How late the event loop is: the one figure that tells whether anything blocks it.

A timer is set again and again, and how late it fires is kept for a minute. Where the system tells them, two parts of it
are counted apart: what is left without the thread's waits for a processor, which are the machine's load and no fault of
ours ("own"), and what of that the thread was computing itself ("busy": a callback that takes too long).
"""

from __future__ import annotations

import asyncio
import collections
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from voicebot.percentile import percentile

EVERY_S = 0.02
_KEPT = round(60 / EVERY_S)
_SCHEDSTAT = Path("/proc/thread-self/schedstat")


class LoopLag:
    """Lateness of the last minute. Pure but for `watch`.

    Args:
        keep: how many looks are remembered.
    """

    def __init__(self, keep: int = _KEPT) -> None:
        self._late_ms: collections.deque[float] = collections.deque(maxlen=keep)
        self._own_ms: collections.deque[float] = collections.deque(maxlen=keep)
        self._busy_ms: collections.deque[float] = collections.deque(maxlen=keep)

    def note(self, late_s: float, queued_s: float, ran_s: float) -> None:
        """A timer fired `late_s` after it was due; since it was set the thread was waiting for a processor for
        `queued_s` and running for `ran_s`."""
        own_s = max(0.0, late_s - queued_s)
        self._late_ms.append(max(0.0, late_s) * 1000)
        self._own_ms.append(own_s * 1000)
        self._busy_ms.append(min(own_s, ran_s) * 1000)

    def figures(self) -> Mapping[str, float | int]:
        """Milliseconds: `p50`, `p99` and `max` of the whole, `p99` and `max` of its parts."""
        late, own, busy = list(self._late_ms), list(self._own_ms), list(self._busy_ms)
        return {
            "looks": len(late),
            "p50": round(percentile(late, 50) or 0.0, 2),
            "p99": round(percentile(late, 99) or 0.0, 2),
            "max": round(max(late, default=0.0), 2),
            "own_p99": round(percentile(own, 99) or 0.0, 2),
            "own_max": round(max(own, default=0.0), 2),
            "busy_p99": round(percentile(busy, 99) or 0.0, 2),
            "busy_max": round(max(busy, default=0.0), 2),
        }

    async def watch(self, every_s: float = EVERY_S) -> None:
        """Look until cancelled; 20 microseconds each time."""
        loop = asyncio.get_running_loop()
        scheduler = _Scheduler()
        try:
            while True:
                due, (ran, queued) = loop.time() + every_s, scheduler.ran_queued_s()
                await asyncio.sleep(every_s)
                late, (ran_now, queued_now) = loop.time() - due, scheduler.ran_queued_s()
                self.note(late, queued_now - queued, ran_now - ran)
        finally:
            scheduler.close()


class _Scheduler:
    """How long the calling thread has run and waited for a processor; always 0 where the system does not say."""

    def __init__(self) -> None:
        self._file: int | None = None
        with suppress(OSError):
            self._file = os.open(_SCHEDSTAT, os.O_RDONLY)

    def ran_queued_s(self) -> tuple[float, float]:
        # /proc/<pid>/schedstat begins with nanoseconds on the processor and on the run queue (Linux, sched-stats).
        if self._file is None:
            return 0.0, 0.0
        ran, queued, *_ = os.pread(self._file, 100, 0).split()
        return int(ran) / 1e9, int(queued) / 1e9

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
