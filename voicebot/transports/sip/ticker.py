"""The tick that all calls of a process share."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

TICK_MS = 10
"""Half a frame: received audio waits half a tick on average, and one at most, before it is taken."""
_LONGEST_CATCH_UP_S = 5.0


class Schedule:
    """How many periods have passed, without drift. Pure.

    Args:
        period_s: length of a period.
        longest_s: after a longer stall (a suspended machine) the lost time is skipped, not made up for.
    """

    def __init__(self, period_s: float, *, longest_s: float = _LONGEST_CATCH_UP_S) -> None:
        self._period_s, self._longest_s = period_s, longest_s
        self._origin_s = 0.0
        self._done = 0

    def start(self, now_s: float) -> None:
        self._origin_s, self._done = now_s, 0

    def due(self, now_s: float) -> int:
        """Periods that ended since the last call."""
        total = int((now_s - self._origin_s) / self._period_s + 1e-6)
        count = total - self._done
        self._done = total
        return max(0, min(count, round(self._longest_s / self._period_s)))

    def wait_s(self, now_s: float) -> float:
        """Until the next period ends."""
        return max(0.0, self._origin_s + (self._done + 1) * self._period_s - now_s)


class Ticker:
    """Wakes each subscriber every `TICK_MS` with the monotonic time in seconds.

    Subscribers count frame times themselves (`Schedule`), each from its own beginning. The task runs only while
    somebody listens.
    """

    def __init__(self) -> None:
        self._subscribers: dict[object, Callable[[float], None]] = {}
        self._task: asyncio.Task[None] | None = None

    def subscribe(self, on_tick: Callable[[float], None]) -> Callable[[], None]:
        """Returns the function that ends the subscription; calling it twice is harmless."""
        token = object()
        self._subscribers[token] = on_tick
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run(), name="sip-ticker")
        return lambda: self._unsubscribe(token)

    def _unsubscribe(self, token: object) -> None:
        self._subscribers.pop(token, None)
        if not self._subscribers and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        schedule = Schedule(TICK_MS / 1000)
        schedule.start(time.monotonic())
        while True:
            await asyncio.sleep(schedule.wait_s(time.monotonic()))
            if schedule.due(time.monotonic()) == 0:
                continue
            for token in tuple(self._subscribers):
                if (on_tick := self._subscribers.get(token)) is None:
                    continue
                try:
                    on_tick(time.monotonic())
                except Exception:
                    # One call's fault must not stop the clock of the others.
                    logger.exception("a call's tick failed")
