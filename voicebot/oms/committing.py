"""Writes, once each: the ledger first, then the order system; what a lost answer leaves open is read from the order.

Only the order system saying no (`NotAllowed`, `Conflict`), or not having been asked at all, means that a write has not
happened. After anything else the order is read back. A write is sent again only where the backend itself answers a
second one with the same key by the first one's result, so that one which is merely late does no harm. One asks at a
time what became of a write (`Ledger.claim`), and that it has not happened is not believed before `grace_s`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass, replace

from voicebot.errors import VoicebotError
from voicebot.logs import failure
from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.changed import shows_order
from voicebot.oms.connector import UNDER_WAY_S, Cap, Conflict, Deadline, NotAllowed, OmsConnector, OmsError
from voicebot.oms.guard import CircuitOpen, Guard, ReadKey
from voicebot.oms.ledger import NOT_DONE, OPEN, Entry, Ledger, Status, key_of
from voicebot.oms.settings import OmsSettings
from voicebot.records.database import StoreError

log = logging.getLogger(__name__)

#: Pauses before the order is asked again what became of a write, in seconds.
_PAUSES_S = (0.1, 0.4, 1.0)
#: With less time than this left a write is not sent again.
_ENOUGH_S = 0.5
_LOOK_S = 5.0


class TakenError(VoicebotError):
    """Somebody else is looking at the write, or it has changed since it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What came of a write.

    Attributes:
        status: `done`, `unknown`, `failed`, `not_allowed` or `conflict`; only the first and the second may have
            happened.
        attempts: times that the order system was told.
        read_back: the answer was lost, and the order itself told.
        repeated: it had been begun before, and this plan was not sent.
        cause: for operators.
    """

    status: str
    result: ActionResult | None = None
    reason: str = ""
    attempts: int = 0
    read_back: bool = False
    repeated: bool = False
    cause: str = ""


class Committer:
    """One per process. Never raises but `asyncio.CancelledError`, and what was begun goes on even then."""

    def __init__(self, connector: OmsConnector, guard: Guard, ledger: Ledger, settings: OmsSettings) -> None:
        self._connector, self._guard, self._ledger, self._settings = connector, guard, ledger, settings
        self._under_way: dict[str, asyncio.Task[Committed]] = {}

    async def commit(self, key: str, call: str, plan: ActionPlan) -> Committed:
        """Do it, unless it was done. Whoever asks for the same write meanwhile gets the same answer."""
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._commit(key, call, plan), name=f"commit {key}")
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(task)

    async def look_again(self, *, older_than_s: float | None = None) -> int:
        """Ask the order system about writes that nobody knows the outcome of; how many are certain now.

        Args:
            older_than_s: not those that may still be under way; by default as long as that can be.
        """
        age_s = grace_s(self._settings) if older_than_s is None else older_than_s
        entries = await self._ledger.unfinished(older_than_s=age_s, looks=self._settings.unknown_looks)
        settled = 0
        for entry in entries:
            if entry.key not in self._under_way:
                with contextlib.suppress(TakenError):
                    settled += await self.look(entry)
        return settled

    async def watch(self) -> None:
        """Look again, as soon as what a crash has left can no longer be under way, and from time to time; forever."""
        await asyncio.sleep(grace_s(self._settings))
        while True:
            try:
                if count := await self.look_again():
                    log.info("what became of %d writes is certain now", count)
            except Exception as error:
                failure(log, error, "unfinished writes could not be looked at")
            await asyncio.sleep(self._settings.unknown_every_s)

    async def close(self) -> None:
        """Wait for what is under way; each has its deadline."""
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    # --- one write ----------------------------------------------------------------------------------------------------

    async def _commit(self, key: str, call: str, plan: ActionPlan) -> Committed:
        deadline = Deadline.after(self._settings.commit_deadline_s)
        try:
            found = await self._ledger.begin(key, call, plan)
        except StoreError as error:
            return Committed(status="failed", reason="ledger", cause=str(error))
        if found is not None and found.status is Status.DONE:
            return Committed(status="done", result=found.result, attempts=found.attempts, repeated=True)
        if found is not None and found.plan is not None and not _same(found.plan, plan):
            return Committed(status="conflict", reason="another_open", repeated=True)
        try:
            made = await (self._send(key, plan, deadline) if found is None else self._seek(found, deadline))
        finally:
            self._guard.forget(lambda read, value: _stale(read, value, plan.action.target))
        if found is None:
            await self._note(key, made)
        return made

    async def _seek(self, found: Entry, deadline: Deadline) -> Committed:
        """It was begun before, in this call or another, and may be under way still: ask what became of it, and send
        nothing."""
        made = Committed(status="unknown", reason="begun_before", attempts=found.attempts, repeated=True)
        sender = self._under_way.get(found.key)
        if sender is not None and sender is not asyncio.current_task():
            # It reads its own order back, and tells everybody.
            try:
                return replace(await asyncio.wait_for(asyncio.shield(sender), deadline.left_s()), repeated=True)
            except TimeoutError:
                return made
        try:
            if found.plan is None or not await self._ledger.claim(found, rest_s=grace_s(self._settings)):
                return replace(made, cause="somebody is looking at it, or did a moment ago")
        except StoreError as error:
            return replace(made, cause=str(error))
        told = await self._read_back(found.key, found.plan, deadline)
        if isinstance(told, ActionResult):
            made = replace(made, status="done", reason="", result=told, read_back=True)
        else:
            made = replace(made, cause=str(told or ""))
        await self._note(found.key, made)
        return made

    async def _send(self, key: str, plan: ActionPlan, deadline: Deadline) -> Committed:
        """Send it, and send it again while that is safe."""
        attempts = 0
        while True:
            attempts += 1
            made = await self._sent(key, plan, deadline)
            # That a repetition is refused may be because the first one was done.
            if made.status == "done" or (made.status != "unknown" and attempts == 1):
                return replace(made, attempts=attempts)
            told = await self._read_back(key, plan, deadline)
            if isinstance(told, ActionResult):
                return Committed(status="done", result=told, attempts=attempts, read_back=True, cause=made.cause)
            certain = told is None and Cap.IDEMPOTENT_WRITES in self._connector.caps
            if certain and made.status != "unknown":
                return replace(made, attempts=attempts)
            if not certain or attempts >= self._settings.commit_attempts or deadline.left_s() < _ENOUGH_S:
                return Committed(status="unknown", reason="answer_lost", attempts=attempts, cause=made.cause)

    async def _sent(self, key: str, plan: ActionPlan, deadline: Deadline) -> Committed:
        """One attempt; `unknown` when its answer was lost."""
        until = Deadline(min(deadline.at, Deadline.after(self._settings.commit_attempt_s).at))
        try:
            result = await self._guard.send(lambda d: self._connector.commit(plan, key=key, deadline=d), until)
        except NotAllowed as error:
            return Committed(status=error.status, reason=error.reason, cause=str(error))
        except Conflict as error:
            return Committed(status=error.status, reason="changed", cause=str(error))
        except CircuitOpen as error:
            return Committed(status="failed", reason="not_asked", cause=str(error))
        except OmsError as error:
            return Committed(status="unknown", cause=str(error))
        status = {"committed": "done", "failed": "failed"}.get(result.status, "unknown")
        return Committed(status=status, result=result if status == "done" else None)

    async def _read_back(self, key: str, plan: ActionPlan, deadline: Deadline) -> ActionResult | OmsError | None:
        """What the order says: a result, None when it has not happened, or why that cannot be told."""
        pauses = list(_PAUSES_S)
        while True:
            try:
                told = await self._guard.send(lambda d: self._connector.outcome(plan, key=key, deadline=d), deadline)
            except OmsError as error:
                if not pauses or deadline.left_s() <= pauses[0]:
                    return error
                await asyncio.sleep(pauses.pop(0))
            else:
                return told if told is not None and told.status == "committed" else None

    async def _note(self, key: str, made: Committed) -> None:
        status = {"done": Status.DONE, "unknown": Status.UNKNOWN}.get(made.status, Status.FAILED)
        reason = "" if status is Status.DONE else made.reason or made.status
        try:
            await self._ledger.finish(key, status, reason=reason, result=made.result)
        except StoreError as error:
            # The row stays open: the order will be asked about it.
            log.error("the ledger could not note what became of %s: %s", key, error)

    # --- later --------------------------------------------------------------------------------------------------------

    async def look(self, entry: Entry) -> bool:
        """Ask the order system what became of a write; whether that is certain now.

        Only of one that can no longer be under way (`grace_s`).

        Raises:
            TakenError: it is not asked.
            StoreError: the ledger cannot be written.
        """
        if entry.plan is None or entry.status not in OPEN:
            return False
        if not await self._ledger.claim(entry):
            raise TakenError("somebody is looking at it now", where=entry.key)
        told = await self._read_back(entry.key, entry.plan, Deadline.after(_LOOK_S))
        if isinstance(told, OmsError):
            await self._ledger.finish(entry.key, Status.UNKNOWN, reason=told.status, attempt=entry.attempts)
            return False
        # A person may have settled it meanwhile, and somebody begun it again since: that is not what was read.
        if told is None:
            return await self._ledger.finish(entry.key, Status.FAILED, reason=NOT_DONE, attempt=entry.attempts)
        return await self._ledger.finish(entry.key, Status.DONE, result=told, attempt=entry.attempts)


def grace_s(settings: OmsSettings) -> float:
    """For how long after its beginning, or after the order was asked about it, a write may be under way."""
    return settings.commit_deadline_s + UNDER_WAY_S


def _same(one: ActionPlan, other: ActionPlan) -> bool:
    """Whether two plans, one perhaps of another call, are to do the same."""
    return key_of("", one.action) == key_of("", other.action)


def _stale(read: ReadKey, value: object, order_id: str) -> bool:
    """Whether a write to an order makes a snapshot old: the order, and what may hold it or count on it."""
    return shows_order(read, value, order_id) or read[0] in ("get_customer", "get_promotion")
