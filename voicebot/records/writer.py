"""A thread that writes in batches, so that a live call never waits for a disk.

Items are handed over without blocking. They are written together, at most `every_ms` after the first of them came. When
a write fails the batch is kept and tried again, later and later; what came meanwhile waits behind it, in order.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

#: Items in one write; bounds how long a single commit takes.
BATCH_LIMIT = 2_000

_PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class RejectedError(Exception):
    """Raised by the write function: this batch can never be written; carries nothing that could be retried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterCounts:
    """What became of the items so far."""

    written: int
    waiting: int
    faults: int
    """Writes that failed and were tried again."""
    rejected: int
    """Items that the database will never take."""
    refused: int
    """Items turned away because too many waited."""


class BatchWriter(Generic[T]):
    """Owns the writer thread.

    Args:
        write: writes a batch in one transaction. Any exception means "not written"; `RejectedError` "never": the batch
            is split until the item at fault is found and left out.
        every_ms: how long the first item of a batch may wait.
        limit: items that may wait; `put` refuses more.
    """

    def __init__(self, write: Callable[[Sequence[T]], None], *, every_ms: int, limit: int, name: str) -> None:
        self._write, self._every_s, self._limit = write, every_ms / 1000, limit
        self._queue: deque[T] = deque()
        self._changed = threading.Condition()
        self._hurry = False
        self._stopping = False
        self._put = self._done = self._written = self._faults = self._rejected = self._refused = 0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, item: T) -> bool:
        """Hand an item over; False when too many wait, or after `close`."""
        with self._changed:
            if self._stopping or len(self._queue) >= self._limit:
                self._refused += 1
                return False
            self._queue.append(item)
            self._put += 1
            if len(self._queue) in (1, BATCH_LIMIT):  # otherwise the thread is awake, or waits for the batch to be due
                self._changed.notify_all()
            return True

    def flush(self, timeout_s: float) -> bool:
        """Wait until everything handed over so far is written (or rejected); False when that takes too long."""
        with self._changed:
            goal = self._put
            self._hurry = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._done >= goal, timeout_s)

    def close(self, timeout_s: float) -> bool:
        """Write what waits, then end the thread; False when something could not be written in time."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(timeout_s)
        return not self._queue

    @property
    def counts(self) -> WriterCounts:
        with self._changed:
            return WriterCounts(
                written=self._written,
                waiting=len(self._queue),
                faults=self._faults,
                rejected=self._rejected,
                refused=self._refused,
            )

    def _run(self) -> None:
        failures = 0
        while (batch := self._next_batch()) is not None:
            try:
                rejected = self._attempt(batch)
            except Exception as error:
                if failures == 0:
                    log.error("writing failed, will be tried again: %s", _first_line(error))
                pause = _PAUSES_S[min(failures, len(_PAUSES_S) - 1)]
                failures += 1
                if not self._rest(pause):
                    return
                continue
            if failures:
                log.warning("writing works again after %d failures", failures)
                failures = 0
            with self._changed:
                for _ in batch:
                    self._queue.popleft()
                self._done += len(batch)
                self._written += len(batch) - rejected
                self._rejected += rejected
                self._changed.notify_all()

    def _next_batch(self) -> list[T] | None:
        """Wait for items, then until the batch is due. The items stay in the queue until they are written."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._stopping)
            if not self._queue:
                return None
            due = time.monotonic() + self._every_s
            while not (self._stopping or self._hurry or len(self._queue) >= BATCH_LIMIT):
                if (left := due - time.monotonic()) <= 0:
                    break
                self._changed.wait(left)
            size = min(len(self._queue), BATCH_LIMIT)
            self._hurry = self._hurry and len(self._queue) > size
            return list(islice(self._queue, size))

    def _attempt(self, batch: Sequence[T]) -> int:
        """Write; returns how many items had to be left out."""
        try:
            self._write(batch)
        except RejectedError as error:
            if len(batch) == 1:
                log.error("an item cannot be stored and is left out: %s", _first_line(error))
                return 1
            half = len(batch) // 2
            return self._attempt(batch[:half]) + self._attempt(batch[half:])
        return 0

    def _rest(self, pause_s: float) -> bool:
        """Pause after a failure; False when the writer is stopping, so that a broken disk cannot hold the exit up."""
        with self._changed:
            self._faults += 1
            if self._stopping:
                return False
            self._changed.wait_for(lambda: self._stopping, pause_s)
            return True


def _first_line(error: Exception) -> str:
    """Without the statement's parameters, which may hold a caller's words."""
    return f"{type(error).__name__}: {str(error).splitlines()[0]}" if str(error) else type(error).__name__
