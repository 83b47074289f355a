"""Changes that the order system tells of itself, by webhook: what was read of those orders is forgotten."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum

from voicebot.logs import failure
from voicebot.oms.bucket import Allowance, Bucket, take
from voicebot.oms.changed import shows_order
from voicebot.oms.connector import Cap, Forged, OmsConnector, OmsError, Repeated
from voicebot.oms.guard import Guard

log = logging.getLogger(__name__)

#: Webhooks looked at in the long run and at once: far more than a shop sends, far less than keeps a processor busy.
_ALLOWED = Allowance(per_s=20.0, burst=60.0)
_ARRIVING = 8


class Verdict(StrEnum):
    """What became of a webhook."""

    BELIEVED = "believed"
    REPEATED = "repeated"
    FORGED = "forged"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    """Not looked at: too many at once."""


class Notices:
    """One per process.

    Attributes:
        expected: whether the order system signs webhooks for us at all.
    """

    def __init__(self, connector: OmsConnector, guard: Guard) -> None:
        self._connector, self._guard = connector, guard
        self.expected = Cap.WEBHOOKS in connector.caps
        self._counts: Counter[Verdict] = Counter()
        self._bucket: Bucket | None = None
        # One thread: a body of a megabyte takes milliseconds, and connectors remember what they believed.
        self._thread = ThreadPoolExecutor(1, "webhooks") if self.expected else None

    def room(self, arriving: int) -> bool:
        """Take a place; False when there have been too many, or when so many are still `arriving`."""
        now = asyncio.get_running_loop().time()
        taken, wait_s = take(self._bucket or Bucket(_ALLOWED.burst, now), now, _ALLOWED, write=True)
        if wait_s > 0 or arriving >= _ARRIVING:
            self._counts[Verdict.REFUSED] += 1
            return False
        self._bucket = taken
        return True

    async def take(self, headers: Mapping[str, str], body: bytes) -> Verdict:
        """Check one, and forget what was read of its orders. Never raises but `asyncio.CancelledError`."""
        verdict, orders = await self._checked(headers, body)
        self._counts[verdict] += 1
        if orders:
            self._guard.forget(lambda read, value: any(shows_order(read, value, order) for order in orders))
        if self._counts[verdict] == 1:
            level = logging.INFO if verdict in (Verdict.BELIEVED, Verdict.REPEATED) else logging.WARNING
            log.log(level, "the first webhook that is %s; the health check counts the next ones", verdict)
        return verdict

    def figures(self) -> dict[str, int]:
        """How many there were of each verdict."""
        return {verdict.value: self._counts[verdict] for verdict in Verdict}

    def close(self) -> None:
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def _checked(self, headers: Mapping[str, str], body: bytes) -> tuple[Verdict, frozenset[str]]:
        if self._thread is None:
            return Verdict.FORGED, frozenset()
        verify, loop = self._connector.verify_webhook, asyncio.get_running_loop()
        try:
            return Verdict.BELIEVED, frozenset(await loop.run_in_executor(self._thread, verify, headers, body))
        except Forged:
            return Verdict.FORGED, frozenset()
        except Repeated:
            return Verdict.REPEATED, frozenset()
        except OmsError:
            return Verdict.UNREADABLE, frozenset()
        except Exception as error:
            # A stranger's bytes must not find a connector's flaw twice as loud.
            failure(log, error, "the connector could not check a webhook")
            return Verdict.UNREADABLE, frozenset()
