"""The recogniser pool: one model for all calls, work ordered by urgency and deadline, bounded, cancellable."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import heapq
import itertools
import logging
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from voicebot.errors import ModelError
from voicebot.listening.recognition import Audio, Early, Expectation, PoolFullError, Recognition, Ticket, Urgency

logger = logging.getLogger(__name__)

#: Weight of the latest decoding in the mean of how long they take.
_LATEST = 0.2


class Decoder(Protocol):
    """What a worker thread runs. Blocking; thread-safe."""

    def recognise(
        self, audio: Audio, expect: Expectation, *, thorough: bool, early: Early | None = None
    ) -> Recognition: ...


@dataclass(slots=True)
class PoolStats:
    """Counters since the pool was opened."""

    done: int = 0
    refused: int = 0
    """Not accepted, or pushed out by more urgent work."""
    cancelled: int = 0
    """Dropped before they were begun."""
    late: int = 0
    """Finished after their deadline."""
    failed: int = 0


@dataclass(order=True, slots=True)
class _Job:
    urgency: int
    deadline: float
    order: int
    work: Callable[[], Recognition] = field(compare=False)
    result: asyncio.Future[Recognition] = field(compare=False)
    ticket: Ticket = field(compare=False)
    began: float = field(compare=False, default=0.0)


class RecogniserPool:
    """A `Recogniser`. Use from one event loop; decoding runs in the pool's own threads.

    Args:
        decoder: the loaded model.
        workers: decodings at once.
        max_waiting: bound of the queue; final work is always accepted.
    """

    def __init__(self, decoder: Decoder, *, workers: int = 1, max_waiting: int = 32) -> None:
        self._decoder = decoder
        self._executor = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="recogniser")
        self._workers, self._idle, self._max_waiting = workers, workers, max_waiting
        self._takes_s = 0.0
        self._queue: list[_Job] = []
        self._orders = itertools.count()
        self._closed = False
        self.stats = PoolStats()

    @property
    def waiting(self) -> int:
        """Decodings that are wanted and not yet begun."""
        return sum(not job.result.done() for job in self._queue)

    @property
    def wait_s(self) -> float:
        """When work that is asked for now, and that is not urgent, would begin; by how long decodings took lately."""
        return 0.0 if self._idle else (self.waiting + 1) / self._workers * self._takes_s

    async def recognise(
        self,
        audio: Audio,
        *,
        expect: Expectation,
        urgency: Urgency,
        deadline: float | None = None,
        ticket: Ticket | None = None,
    ) -> Recognition:
        """See `Recogniser`. `deadline` is loop time.

        A partial that cannot begin before its deadline is refused, at once when that is foreseeable: under load there
        are fewer of them, and they take nobody's time.
        """
        loop = asyncio.get_running_loop()
        if self._closed:
            raise ModelError("the recogniser is closed", where="recogniser")
        thorough = urgency is not Urgency.PARTIAL
        if not thorough and deadline is not None and loop.time() + self.wait_s > deadline:
            self.stats.refused += 1
            raise PoolFullError("the partial would come too late")
        result: asyncio.Future[Recognition] = loop.create_future()
        ticket = ticket or Ticket()
        told = None if ticket.early is None else functools.partial(_tell, loop, result, ticket.early)
        job = _Job(
            int(urgency),
            math.inf if deadline is None else deadline,
            next(self._orders),
            lambda: self._decoder.recognise(audio, expect, thorough=thorough, early=told),
            result,
            ticket,
        )
        self._admit(job)
        self._dispatch(loop)
        return await job.result

    def _admit(self, job: _Job) -> None:
        """Queue it; at the bound the least urgent gives way."""
        self._queue = [waiting for waiting in self._queue if not waiting.result.done()]
        heapq.heapify(self._queue)
        heapq.heappush(self._queue, job)
        if len(self._queue) <= self._max_waiting:
            return
        last = max(self._queue)
        if last.urgency == Urgency.FINAL:
            return
        self.stats.refused += 1
        self._queue.remove(last)
        heapq.heapify(self._queue)
        last.result.set_exception(PoolFullError("too many decodings are waiting"))

    def _dispatch(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._idle and self._queue:
            job = heapq.heappop(self._queue)
            if job.result.done():
                self.stats.cancelled += 1
                continue
            if job.urgency == Urgency.PARTIAL and loop.time() > job.deadline:
                self.stats.refused += 1
                job.result.set_exception(PoolFullError("the partial came too late"))
                continue
            self._idle -= 1
            job.began, job.ticket.begun = loop.time(), True
            running = loop.run_in_executor(self._executor, job.work)
            running.add_done_callback(lambda done, job=job: self._finish(loop, job, done))  # type: ignore[misc]

    def _finish(self, loop: asyncio.AbstractEventLoop, job: _Job, done: asyncio.Future[Recognition]) -> None:
        self._idle += 1
        took_s = loop.time() - job.began
        self._takes_s += (took_s - self._takes_s) * (_LATEST if self.stats.done else 1.0)
        self.stats.done += 1
        self.stats.late += loop.time() > job.deadline
        error = None if done.cancelled() else done.exception()
        if error is not None and not isinstance(error, ModelError):
            logger.error("decoding failed: %s", type(error).__name__)
            error = ModelError(f"decoding failed: {type(error).__name__}", where="recogniser")
        self.stats.failed += error is not None
        if not job.result.done():
            if done.cancelled():
                job.result.cancel()
            elif error is not None:
                job.result.set_exception(error)
            else:
                job.result.set_result(done.result())
        self._dispatch(loop)

    async def close(self) -> None:
        """Refuse what waits, let the running decodings end."""
        self._closed = True
        for job in self._queue:
            if not job.result.done():
                job.result.set_exception(ModelError("the recogniser is closed", where="recogniser"))
        self._queue.clear()
        with contextlib.suppress(RuntimeError):
            self._executor.shutdown(wait=False, cancel_futures=True)


def _tell(loop: asyncio.AbstractEventLoop, result: asyncio.Future[Recognition], early: Early, text: str) -> None:
    """From a worker's thread, to whoever still waits."""

    def pass_on() -> None:
        if not result.done():
            early(text)

    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
        loop.call_soon_threadsafe(pass_on)
