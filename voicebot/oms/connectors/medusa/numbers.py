"""Order numbers by sound. Medusa cannot search like that, so the latest numbers are kept here and refreshed."""

from __future__ import annotations

import asyncio
import logging

from voicebot.identifiers.nearest import NumberIndex
from voicebot.oms.connector import Deadline, Heard, OmsError
from voicebot.oms.connectors.medusa.documents import NumbersAnswer
from voicebot.oms.connectors.medusa.session import Params, Session

log = logging.getLogger(__name__)

#: Rows of a page, and of the first one when only what is new is looked for.
_PAGE, _NEW = 200, 20
_PAGE_S = 10.0
#: Beyond the cap by this much, the oldest are forgotten.
_SLACK = 1.1
#: Between two pages, so that filling the index takes no more than a part of the shop's power.
_PAUSE_S = 0.2


class RecentNumbers:
    """Args:
    cap: numbers kept, newest first; older orders are found by their exact number only.
    every_s: pause between two looks for new orders.
    """

    def __init__(self, session: Session, *, cap: int, every_s: float) -> None:
        self._session = session
        self._cap = cap
        self._every_s = every_s
        self._index = NumberIndex()
        self._names: list[str] = []  # newest first
        self._filled = False
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._names)

    def start(self) -> None:
        """Fill and refresh in the background."""
        if self._task is None and self._cap > 0:
            self._task = asyncio.create_task(self._keep(), name="medusa order numbers")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def nearest(self, heard: Heard, limit: int) -> tuple[str, ...]:
        return tuple(number for number, _ in self._index.nearest(heard, limit))

    async def refresh(self) -> int:
        """Read from the newest order on until a known one comes, or the cap is reached; how many are new."""
        read: list[str] = []
        size = _NEW if self._filled else _PAGE
        while len(read) < self._cap:
            params: Params = {
                "order": "-display_id",
                "limit": str(min(size, self._cap)),
                "offset": str(len(read)),
                "fields": "id,display_id,custom_display_id",
            }
            page = (await self._session.get("orders", NumbersAnswer, Deadline.after(_PAGE_S), params)).orders
            names = [doc.custom_display_id or str(doc.display_id) for doc in page]
            read += names
            if len(page) < size or (self._filled and any(name in self._index for name in names)):
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

    async def _keep(self) -> None:
        while True:
            try:
                await self.refresh()
            except OmsError as error:
                log.warning("order numbers could not be read: %s", error)
            await asyncio.sleep(self._every_s)
