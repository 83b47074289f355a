"""Orders are changed in Vendure's state "Modifying", and stay there until somebody takes them back: nobody packs an
order that was forgotten in it. So whoever opens one here closes it, whatever happens in between, and what a dead
process has left open is found by the history: who took it there, and out of which state."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from voicebot.oms.connector import Conflict, Deadline, NotAllowed, NotFound, OmsError
from voicebot.oms.connectors.vendure import queries
from voicebot.oms.connectors.vendure.documents import ChangedDoc, HistoryDoc, OrderDoc, StatesAnswer
from voicebot.oms.connectors.vendure.reading import Reader
from voicebot.oms.connectors.vendure.session import Session

log = logging.getLogger(__name__)

MODIFYING = "Modifying"
#: The way back has its own time: the caller's may be over.
_BACK_S = 10.0


class Modifying:
    """Args:
    forgotten_s: an order that our administrator took there, and no task of this process holds, is another process's
        for so long, and then nobody's.
    """

    def __init__(self, session: Session, reader: Reader, *, forgotten_s: float = 60.0) -> None:
        self._session = session
        self._reader = reader
        self._forgotten_s = forgotten_s
        self._held: set[str] = set()
        self._left: set[str] = set()
        self._closing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def opened(self, doc: OrderDoc, deadline: Deadline) -> AsyncIterator[None]:
        """The order is in "Modifying" inside, and back in its state afterwards. Raises `Conflict` when it cannot be
        opened, because somebody else has it open."""
        if doc.id in self._held:
            raise Conflict("another change of the order is open", where="Modifying")
        self._held.add(doc.id)
        try:
            await self._move(doc.id, MODIFYING, deadline)
        except (Conflict, NotAllowed, NotFound):
            self._held.discard(doc.id)
            raise
        except BaseException:
            # It may be open: the answer is what is missing.
            await self._closed(doc.id, None)
            raise
        try:
            yield
        finally:
            await self._closed(doc.id, doc.state)

    async def rescue(self, order_id: str, deadline: Deadline) -> bool:
        """Take an order back that we have left in "Modifying"; whether it was one. A colleague's stays."""
        if order_id in self._held:
            return False
        doc, _ = await self._reader.document(order_id, deadline)
        entry = _opening(doc)
        if entry is None:
            self._left.discard(order_id)
            return False
        ours = entry.administrator is not None and entry.administrator.id == await self._reader.ourselves(deadline)
        age_s = (datetime.now(UTC) - entry.created_at).total_seconds()
        if not ours or (age_s < self._forgotten_s and order_id not in self._left):
            return False
        await self._move(order_id, str(entry.data.get("from")), deadline)
        self._left.discard(order_id)
        log.warning("an order that was left in the state Modifying was taken back")
        return True

    async def sweep(self, deadline: Deadline) -> int:
        """Rescue every order that we have left open; how many."""
        answer = await self._session.ask(queries.STATES, StatesAnswer, deadline, state=MODIFYING)
        count = 0
        for doc in answer.orders.items:
            try:
                count += await self.rescue(doc.id, deadline)
            except (Conflict, NotAllowed) as error:
                log.error("order %s cannot leave the state Modifying, see to it in Vendure: %s", doc.id, error)
            except OmsError as error:
                log.warning("order %s is still in the state Modifying, and will be taken back later: %s", doc.id, error)
        return count

    async def settled(self) -> None:
        """Wait for the ways back that are under way."""
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _closed(self, order_id: str, state: str | None) -> None:
        """On a task of its own, so that a caller who hangs up does not stop it."""
        task = asyncio.create_task(self._close(order_id, state), name="vendure: back from Modifying")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        await asyncio.shield(task)

    async def _close(self, order_id: str, state: str | None) -> None:
        self._left.add(order_id)
        try:
            deadline = Deadline.after(_BACK_S)
            if state is not None:
                await self._move(order_id, state, deadline)
                self._left.discard(order_id)
            else:
                self._held.discard(order_id)
                await self.rescue(order_id, deadline)
        except OmsError as error:
            log.warning("an order is still in the state Modifying, and will be taken back later: %s", error)
        finally:
            self._held.discard(order_id)

    async def _move(self, order_id: str, state: str, deadline: Deadline) -> None:
        await self._session.change(queries.TRANSITION, ChangedDoc, deadline, id=order_id, state=state)


def _opening(doc: OrderDoc) -> HistoryDoc | None:
    """The entry that tells how the order came into "Modifying", where it is now."""
    if doc.state != MODIFYING:
        return None
    return next((e for e in doc.events("ORDER_STATE_TRANSITION") if e.data.get("to") == MODIFYING), None)
