"""Work that is done now and again in the background."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from voicebot.logs import failure
from voicebot.oms.connector import OmsError

log = logging.getLogger(__name__)


class Rounds:
    """One round after the other, from `start` to `stop`; one that fails is logged, and the next one comes.

    Args:
        work: one round; what it returns is not looked at.
        every_s: pause between two rounds.
        name: of the task, and for the log.
    """

    def __init__(self, work: Callable[[], Awaitable[object]], *, every_s: float, name: str) -> None:
        self._work = work
        self._every_s = every_s
        self._name = name
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Idempotent."""
        if self._task is None:
            self._task = asyncio.create_task(self._go_on(), name=self._name)

    async def stop(self) -> None:
        """Idempotent."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _go_on(self) -> None:
        while True:
            try:
                await self._work()
            except OmsError as error:
                log.warning("%s: a round failed: %s", self._name, error)
            except Exception as error:
                failure(log, error, "%s: a round failed", self._name)
            await asyncio.sleep(self._every_s)
