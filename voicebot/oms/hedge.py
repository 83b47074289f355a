"""Hedged reads: a read that takes long is asked for a second time, and the first answer counts.

After Dean and Barroso, "The Tail at Scale" (CACM 56(2), 2013): asking again only when most answers would have come
cuts the tail of the latency for a few percent more requests. A budget keeps an order system that is slow throughout
from being asked everything twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

#: Second requests that may be saved up.
_MOST = 5.0


@dataclass(slots=True)
class Budget:
    """Second requests that are allowed: a share of the first ones. Pure."""

    share: float
    left: float = _MOST

    def earn(self) -> None:
        """A first request was sent."""
        self.left = min(_MOST, self.left + self.share)

    def spend(self) -> bool:
        """Whether a second one may be."""
        if self.left < 1:
            return False
        self.left -= 1
        return True


async def hedged(ask: Callable[[], Awaitable[T]], after_s: float, budget: Budget) -> T:
    """The first answer of one request, or of two when the first takes longer than `after_s`.

    An error counts only when there is nothing left to wait for. Cancelling this cancels both.
    """
    budget.earn()
    first = asyncio.ensure_future(ask())
    flying = {first}
    try:
        done, _ = await asyncio.wait(flying, timeout=after_s)
        if not done and budget.spend():
            flying.add(asyncio.ensure_future(ask()))
        while True:
            done, waiting = await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)
            answered = [task for task in done if not task.cancelled() and task.exception() is None]
            if answered:
                return answered[0].result()
            if not waiting:
                return (first if first in done else done.pop()).result()
            flying = waiting
    finally:
        for task in flying:
            task.cancel()
        await asyncio.gather(*flying, return_exceptions=True)
