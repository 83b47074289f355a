"""Who may come in: admission, the running calls, and draining."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from voicebot.call.leg import CallLeg
from voicebot.logs import failure

log = logging.getLogger(__name__)


class Switchboard:
    """Admits legs of all transports up to one limit and runs a session for each.

    Args:
        run: runs one call from answer to end.
        max_calls: further calls are refused, running ones never degrade.
        end_s: how long a call that was hung up may take to end.
    """

    def __init__(self, run: Callable[[CallLeg], Awaitable[None]], *, max_calls: int, end_s: float = 5.0) -> None:
        self._run = run
        self._end_s = end_s
        self._max_calls = max_calls
        self._calls: dict[str, tuple[CallLeg, asyncio.Task[None]]] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self.draining = False

    @property
    def running(self) -> int:
        return len(self._calls)

    @property
    def full(self) -> bool:
        return self.draining or self.running >= self._max_calls

    def admit(self, leg: CallLeg) -> bool:
        """Start a session for the leg; False when it must be refused."""
        if self.full:
            return False
        task = asyncio.create_task(self._session(leg), name=f"call {leg.id}")
        self._calls[leg.id] = (leg, task)
        self._idle.clear()
        return True

    async def finished(self, leg: CallLeg) -> None:
        """Wait until the leg's session is over."""
        if leg.id in self._calls:
            await asyncio.wait([self._calls[leg.id][1]])

    async def _session(self, leg: CallLeg) -> None:
        try:
            await self._run(leg)
        except Exception as error:
            # One call's fault is never another's: it ends, the others go on.
            failure(log, error, "call %s failed", leg.id)
            await leg.hangup("internal error")
        finally:
            self._calls.pop(leg.id, None)
            if not self._calls:
                self._idle.set()

    async def drain(self, timeout_s: float, *, at_once: asyncio.Event | None = None) -> int:
        """Refuse new calls, wait for the running ones, end those that remain.

        Args:
            timeout_s: longest wait for calls to end by themselves.
            at_once: ends the wait when set.

        Returns:
            Number of calls that had to be ended.
        """
        self.draining = True
        await self._until_idle(timeout_s, at_once)
        left = list(self._calls.values())
        if not left:
            return 0
        # A leg that cannot be hung up must not keep the others on the line.
        await asyncio.gather(*(leg.hangup("server is stopping") for leg, _ in left), return_exceptions=True)
        _, stuck = await asyncio.wait([task for _, task in left], timeout=self._end_s)
        for task in stuck:
            task.cancel()
        return len(left)

    async def _until_idle(self, timeout_s: float, at_once: asyncio.Event | None) -> None:
        signs = [self._idle, at_once] if at_once is not None else [self._idle]
        waiting = [asyncio.ensure_future(sign.wait()) for sign in signs]
        try:
            await asyncio.wait(waiting, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waiting:
                wait.cancel()
