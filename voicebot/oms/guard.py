"""Between the calls and an order system: deadlines, single flight, snapshots, circuit breaker, bounded concurrency.

A read that fails is tried again while its deadline leaves time, because reading twice changes nothing. A write is sent
once; whether it may be sent again is for the ledger to say. Writes have places of their own, so that reads never keep
them waiting.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from voicebot.logs import failure
from voicebot.oms.breaker import Breaker, BreakerRule, abandoned, admit, failed, succeeded
from voicebot.oms.bucket import Allowance, Bucket, take
from voicebot.oms.connector import BadAnswer, Deadline, DeadlineExceeded, NotFound, OmsError, Throttled, Unavailable
from voicebot.oms.hedge import Budget, hedged
from voicebot.oms.settings import OmsSettings

log = logging.getLogger(__name__)

T = TypeVar("T")
ReadKey = tuple[str, ...]
"""Operation and its normalised arguments."""
Stale = Callable[[ReadKey, Any], bool]
"""Whether a change makes what was read under a key old; the value is None when there was nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Outcome of a guarded read. `value` is what the fetch returned when `status` is `ok`, else None.

    Attributes:
        saved_ms: time the caller did not wait, because the read had been made or begun before.
        outdated: while it was being read, a change was told that it may not show.
        cause: for operators, when it failed.
    """

    status: str
    value: Any = None
    fetched_at: datetime | None = None
    cached: bool = False
    saved_ms: float = 0.0
    outdated: bool = False
    cause: str = ""


@dataclass(frozen=True, slots=True)
class _Snapshot:
    answer: Answer
    took_ms: float
    until: float


@dataclass(slots=True)
class _Flight:
    """A read under way. `changes` have been told since it began."""

    task: asyncio.Task[Answer]
    began: float
    changes: list[Stale]
    waiters: int = 0


class Guard:
    """One per order system and process. Never raises, except `asyncio.CancelledError`."""

    def __init__(self, settings: OmsSettings) -> None:
        self._settings = settings
        self._rule = BreakerRule(settings.breaker_failures, settings.breaker_pause_s, settings.breaker_longest_s)
        self._slots = asyncio.Semaphore(settings.concurrent_reads)
        self._write_slots = asyncio.Semaphore(settings.concurrent_writes)
        self._allowance = Allowance(settings.requests_per_s, settings.requests_at_once, settings.requests_for_writes)
        self._bucket = Bucket(settings.requests_at_once, 0.0)
        self._hedges = Budget(settings.hedge_percent / 100)
        self._flights: dict[ReadKey, _Flight] = {}
        self._tasks: set[asyncio.Task[Answer]] = set()
        self._snapshots: OrderedDict[ReadKey, _Snapshot] = OrderedDict()
        self._speculative = 0
        self.breaker = Breaker()

    async def read(
        self,
        key: ReadKey,
        fetch: Callable[[Deadline], Awaitable[Any]],
        deadline: Deadline,
        *,
        speculative: bool = False,
    ) -> Answer:
        """Answer from a fresh snapshot, from the same read already under way, or by `fetch`.

        `fetch` raises `OmsError`s. Cancelling the last waiter cancels the read; running into one's own deadline does
        not, so that a late answer still makes a snapshot.
        """
        loop = asyncio.get_running_loop()
        if kept := self._fresh(key, loop.time()):
            return kept
        while True:
            flight = self._flights.get(key)
            joined = flight is not None
            saved_ms = (loop.time() - flight.began) * 1000 if flight else 0.0
            told = tuple(flight.changes) if flight else ()
            if flight is None:
                if speculative and self._speculative >= self._settings.concurrent_prefetches:
                    return Answer(status="unavailable", cause="enough speculative reads are under way")
                flight = self._launch(key, fetch, deadline, speculative=speculative)
            answer = await self._wait(flight, deadline)
            if answer is None:
                return Answer(status="timeout", cause="no answer within the deadline")
            if joined and answer.status == "timeout" and deadline.left_s() > 0:
                continue  # the read we had joined was given less time than we have
            if any(stale(key, answer.value) for stale in told) and deadline.left_s() > 0:
                continue  # it began before a change that was known when we joined it
            if joined:
                return Answer(
                    status=answer.status,
                    value=answer.value,
                    fetched_at=answer.fetched_at,
                    saved_ms=saved_ms,
                    outdated=answer.outdated,
                    cause=answer.cause,
                )
            return answer

    def keep(self, key: ReadKey, value: Any, fetched_at: datetime, took_ms: float) -> None:
        """Store what another read brought along, as if it had been read under `key`."""
        self._store(key, Answer(status="ok", value=value, fetched_at=fetched_at), took_ms, self._settings.cache_ttl_s)

    async def send(self, call: Callable[[Deadline], Awaitable[T]], deadline: Deadline) -> T:
        """One request that is never repeated here: a write, or a read that a write depends on.

        Raises:
            OmsError: how it failed. `CircuitOpen` says that the order system was not even asked.
        """
        return await self._attempt(call, deadline, self._write_slots)

    def forget(self, stale: Stale) -> None:
        """Drop snapshots that a change has made old. Such reads under way make none, and answer nobody who asks now."""
        for key in [key for key, kept in self._snapshots.items() if stale(key, kept.answer.value)]:
            del self._snapshots[key]
        for flight in self._flights.values():
            flight.changes.append(stale)

    async def close(self) -> None:
        """Cancel all reads under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- snapshots

    def _fresh(self, key: ReadKey, now: float) -> Answer | None:
        snapshot = self._snapshots.get(key)
        if snapshot is None:
            return None
        if now >= snapshot.until:
            del self._snapshots[key]
            return None
        self._snapshots.move_to_end(key)
        kept = snapshot.answer
        return Answer(
            status=kept.status,
            value=kept.value,
            fetched_at=kept.fetched_at,
            cached=True,
            saved_ms=snapshot.took_ms,
            cause=kept.cause,
        )

    def _store(self, key: ReadKey, answer: Answer, took_ms: float, ttl_s: float) -> None:
        if ttl_s <= 0:
            return
        self._snapshots[key] = _Snapshot(answer, took_ms, asyncio.get_running_loop().time() + ttl_s)
        self._snapshots.move_to_end(key)
        while len(self._snapshots) > self._settings.cache_entries:
            self._snapshots.popitem(last=False)

    # -- flights

    def _launch(
        self, key: ReadKey, fetch: Callable[[Deadline], Awaitable[Any]], deadline: Deadline, *, speculative: bool
    ) -> _Flight:
        # What nobody waits for may take its time.
        ask = fetch if speculative else self._hedge(fetch)
        changes: list[Stale] = []
        task = asyncio.create_task(self._fly(key, ask, deadline, changes), name=f"oms {key[0]}")
        flight = _Flight(task, asyncio.get_running_loop().time(), changes)
        self._flights[key] = flight
        self._tasks.add(task)
        self._speculative += speculative

        def landed(_: asyncio.Task[Answer]) -> None:
            self._speculative -= speculative
            self._tasks.discard(task)
            if self._flights.get(key) is flight:
                del self._flights[key]

        task.add_done_callback(landed)
        return flight

    async def _wait(self, flight: _Flight, deadline: Deadline) -> Answer | None:
        flight.waiters += 1
        try:
            await asyncio.wait({flight.task}, timeout=deadline.left_s())
        except asyncio.CancelledError:
            if flight.waiters == 1:
                self._flights = {key: other for key, other in self._flights.items() if other is not flight}
                flight.task.cancel()
            raise
        finally:
            flight.waiters -= 1
        if not flight.task.done():
            return None
        if flight.task.cancelled():
            return Answer(status="unavailable", cause="the read was cancelled")
        return flight.task.result()

    async def _fly(
        self, key: ReadKey, fetch: Callable[[Deadline], Awaitable[Any]], deadline: Deadline, changes: list[Stale]
    ) -> Answer:
        loop = asyncio.get_running_loop()
        attempts_left = 1 + self._settings.retries
        while True:
            began = loop.time()
            attempts_left -= 1
            try:
                value = await self._attempt(fetch, deadline, self._slots)
            except NotFound as error:
                answer = Answer(status=error.status, fetched_at=datetime.now(UTC), cause=error.what)
                if not any(stale(key, None) for stale in changes):
                    self._store(key, answer, (loop.time() - began) * 1000, self._settings.absent_ttl_s)
                return answer
            except OmsError as error:
                pause_s = self._pause_s(error)
                if attempts_left > 0 and pause_s is not None and deadline.left_s() > 2 * pause_s:
                    await asyncio.sleep(pause_s)
                    continue
                return Answer(status=error.status, cause=str(error))
            outdated = any(stale(key, value) for stale in changes)
            answer = Answer(status="ok", value=value, fetched_at=datetime.now(UTC), outdated=outdated)
            if not outdated:
                self._store(key, answer, (loop.time() - began) * 1000, self._settings.cache_ttl_s)
            return answer

    def _hedge(self, fetch: Callable[[Deadline], Awaitable[T]]) -> Callable[[Deadline], Awaitable[T]]:
        after_s = self._settings.hedge_after_ms / 1000
        if after_s <= 0:
            return fetch
        return lambda deadline: hedged(lambda: fetch(deadline), after_s, self._hedges)

    def _pause_s(self, error: OmsError) -> float | None:
        """How long to wait before trying again; None when trying again is pointless."""
        if isinstance(error, Throttled):
            return error.retry_after_s
        retry = isinstance(error, Unavailable | BadAnswer) and not isinstance(error, CircuitOpen)
        return self._settings.retry_pause_ms / 1000 if retry else None

    async def _attempt(
        self, fetch: Callable[[Deadline], Awaitable[T]], deadline: Deadline, slots: asyncio.Semaphore
    ) -> T:
        """One request through slot, breaker and deadline; keeps the breaker's books."""
        loop = asyncio.get_running_loop()
        sent_at: float | None = None
        try:
            async with asyncio.timeout_at(deadline.at), slots:
                await self._turn(write=slots is self._write_slots)
                self.breaker, allowed = admit(self.breaker, loop.time(), self._rule)
                if not allowed:
                    raise CircuitOpen("not asked: it failed repeatedly a moment ago", where="order system")
                sent_at = loop.time()
                value = await fetch(deadline)
        except CircuitOpen:
            raise
        except (TimeoutError, DeadlineExceeded) as error:
            had_s = loop.time() - sent_at if sent_at is not None else 0.0
            self._judge(held_against=had_s >= self._settings.breaker_patience_s, verdict=False)
            raise DeadlineExceeded("no answer in time", where="order system") from error
        except OmsError as error:
            self._judge(held_against=error.counts_against_backend, verdict=not error.counts_against_backend)
            raise
        except asyncio.CancelledError:
            self._judge(held_against=False, verdict=False)
            raise
        except Exception as error:
            # A connector's own mistake must not cost the caller more than this answer.
            failure(log, error, "the connector raised something that is not an OmsError")
            self._judge(held_against=True, verdict=False)
            raise BadAnswer(f"the connector failed: {type(error).__name__}", where="order system") from error
        self.breaker = succeeded(self.breaker)
        return value

    async def _turn(self, *, write: bool) -> None:
        """Wait until the order system allows another request."""
        if self._allowance.per_s > 0:
            now = asyncio.get_running_loop().time()
            self._bucket, wait_s = take(self._bucket, now, self._allowance, write=write)
            if wait_s > 0:
                await asyncio.sleep(wait_s)

    def _judge(self, *, held_against: bool, verdict: bool) -> None:
        now = asyncio.get_running_loop().time()
        if held_against:
            self.breaker = failed(self.breaker, now, self._rule)
        elif verdict:
            self.breaker = succeeded(self.breaker)
        else:
            self.breaker = abandoned(self.breaker, now)


class CircuitOpen(Unavailable):
    """Not even asked."""

    counts_against_backend = False
