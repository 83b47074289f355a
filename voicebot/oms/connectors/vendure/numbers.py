"""Order numbers by sound. Vendure cannot search like that, so the latest numbers are kept here and refreshed."""

from __future__ import annotations

import asyncio
import logging

from voicebot.identifiers.nearest import NumberIndex
from voicebot.oms.connector import Deadline, Heard
from voicebot.oms.connectors.vendure import mapping, queries
from voicebot.oms.connectors.vendure.documents import NumbersAnswer
from voicebot.oms.connectors.vendure.session import Session

log = logging.getLogger(__name__)

#: Rows of a page (Vendure's own default limit), and of the first one when only what is new is looked for.
_PAGE, _NEW = 100, 20
_PAGE_S = 10.0
#: Beyond the cap by this much, the oldest are forgotten.
_SLACK = 1.1
#: Between two pages, so that filling the index takes no more than a part of the shop's power.
_PAUSE_S = 0.05


class RecentNumbers:
    """Args:
    cap: numbers kept, newest first; older orders are found by their exact number only.
    """

    def __init__(self, session: Session, *, cap: int) -> None:
        self._session = session
        self._cap = cap
        self._index = NumberIndex()
        self._names: list[str] = []  # newest first
        self._filled = False

    def __len__(self) -> int:
        return len(self._names)

    def nearest(self, heard: Heard, limit: int) -> tuple[str, ...]:
        return tuple(number for number, _ in self._index.nearest(heard, limit))

    async def refresh(self) -> int:
        """Read from the newest order on until a known one comes, or the cap is reached; how many are new."""
        read: list[str] = []
        size = _NEW if self._filled else _PAGE
        while len(read) < self._cap:
            options = {
                "sort": {"createdAt": "DESC", "id": "DESC"},
                "take": min(size, self._cap),
                "skip": len(read),
                "filter": {"state": {"notIn": list(mapping.CARTS)}},
            }
            answer = await self._session.ask(queries.NUMBERS, NumbersAnswer, Deadline.after(_PAGE_S), options=options)
            names = [doc.code for doc in answer.orders.items]
            read += names
            if len(names) < size or (self._filled and any(name in self._index for name in names)):
                break
            await asyncio.sleep(_PAUSE_S)
        new = [name for name in dict.fromkeys(read) if name not in self._index]
        # Only all at once: a break in between would look like the end next time.
        self._names = [*new, *self._names]
        self._filled = True
        if len(self._names) > self._cap * _SLACK:
            self._names = self._names[: self._cap]
            self._index = NumberIndex(self._names)
            log.warning("the %d latest order numbers are known by sound; older ones only exactly", self._cap)
        for name in new:
            self._index.add(name)
        return len(new)
