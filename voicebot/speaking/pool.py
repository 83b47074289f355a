"""Shared, bounded work ordered by deadline, in threads of its own.

Equal work is done once: a second request for the same key joins the first and, when it is more urgent, brings it
forward. Work that nobody waits for any more is dropped from the queue.
"""

from __future__ import annotations

import asyncio
import heapq
import math
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from voicebot.errors import VoicebotError

T = TypeVar("T")
L = TypeVar("L")


class QueueFullError(VoicebotError):
    """More live work is waiting than the pool may hold."""


@dataclass(slots=True)
class PoolStats:
    """Counters since the pool was opened."""

    done: int = 0
    joined: int = 0
    dropped: int = 0
    late: int = 0
    """Finished after their deadline."""


class _Job(Generic[T]):
    def __init__(self, key: Hashable, work: Callable[[], T], deadline: float, result: asyncio.Future[T]) -> None:
        self.key, self.work, self.deadline, self.result = key, work, deadline, result
        self.waiting = 0
        self.running = False


class DeadlinePool(Generic[T]):
    """`workers` threads; the waiting job with the nearest deadline goes first. Use from one event loop."""

    def __init__(self, name: str, *, workers: int = 1, max_waiting: int = 64) -> None:
        self._executor = ThreadPoolExecutor(max_workers=workers, thread_name_prefix=name)
        self._workers, self._max_waiting, self._name = workers, max_waiting, name
        self._running = 0
        self._order = 0
        self._heap: list[tuple[float, int, _Job[T]]] = []
        self._jobs: dict[Hashable, _Job[T]] = {}
        self.stats = PoolStats()

    @property
    def waiting(self) -> int:
        """Jobs not yet begun."""
        return sum(not job.running for job in self._jobs.values())

    async def run(self, key: Hashable, work: Callable[[], T], *, deadline: float | None = None) -> T:
        """Do `work` in a thread and return its result.

        Args:
            key: equal keys mean equal work.
            deadline: loop time; None is background work, done when nothing else waits.

        Raises:
            QueueFullError: live work is refused at the bound.
        """
        loop = asyncio.get_running_loop()
        due = math.inf if deadline is None else deadline
        job = self._jobs.get(key)
        if job is None:
            if deadline is not None and self.waiting >= self._max_waiting:
                raise QueueFullError(
                    "too many sentences wait to be spoken", where=self._name, fix="lower call.max_calls"
                )
            job = self._jobs[key] = _Job(key, work, due, loop.create_future())
            self._push(job)
        else:
            self.stats.joined += 1
            if due < job.deadline:
                job.deadline = due
                if not job.running:
                    self._push(job)
        job.waiting += 1
        self._pump(loop)
        try:
            return await asyncio.shield(job.result)
        finally:
            job.waiting -= 1
            if not job.waiting and not job.running and not job.result.done():
                self._drop(job)

    async def prepare(self, load: Callable[[], L]) -> L:
        """Run `load` in one of the pool's threads, outside the queue: for models, at start-up."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, load)

    def close(self) -> None:
        """Refuse what waits and end the threads after their current job."""
        for job in [job for job in self._jobs.values() if not job.running]:
            self._drop(job)
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _push(self, job: _Job[T]) -> None:
        self._order += 1
        heapq.heappush(self._heap, (job.deadline, self._order, job))

    def _drop(self, job: _Job[T]) -> None:
        self.stats.dropped += 1
        self._jobs.pop(job.key, None)
        job.result.cancel()

    def _pump(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._running < self._workers and self._heap:
            _, _, job = heapq.heappop(self._heap)
            if job.running or job.result.done():
                continue  # brought forward before, or dropped
            job.running = True
            self._running += 1
            task = loop.run_in_executor(self._executor, job.work)
            task.add_done_callback(lambda done, job=job: self._finish(loop, job, done))  # type: ignore[misc]

    def _finish(self, loop: asyncio.AbstractEventLoop, job: _Job[T], done: asyncio.Future[T]) -> None:
        self._running -= 1
        self._jobs.pop(job.key, None)
        self.stats.done += 1
        self.stats.late += loop.time() > job.deadline
        if done.cancelled():
            job.result.cancel()
        elif (error := done.exception()) is not None:
            if job.waiting:
                job.result.set_exception(error)
            else:
                job.result.cancel()  # nobody is left to be told
        else:
            job.result.set_result(done.result())
        self._pump(loop)
