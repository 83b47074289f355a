"""Open changes of orders. Medusa allows one an order, so a draft that nobody removes locks it, for colleagues as well.

Every draft carries a mark with the plan's id in its internal note, and keeps it when it is confirmed. So it is found
again whatever was lost: by `abandon`, by the question whether it was confirmed, and by the next plan for the same order
when this process died and left it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from voicebot.logs import failure
from voicebot.oms.connector import Conflict, Deadline, NotAllowed, NotFound, OmsError
from voicebot.oms.connectors.medusa.documents import (
    ChangeDoc,
    ChangesAnswer,
    OpenedAnswer,
    PreviewAnswer,
)
from voicebot.oms.connectors.medusa.session import Session, plain

log = logging.getLogger(__name__)

_MARK = "voicebot plan "
_OPEN = frozenset({"pending", "requested"})
_CLEAN_UP_S = 5.0


@dataclass(frozen=True, slots=True)
class Draft:
    """`kind` is Medusa's word in paths; `id` is of the return, exchange or claim, for an edit of the order; `number` is
    what the back office shows for it."""

    kind: str
    id: str
    number: str = ""

    @property
    def path(self) -> str:
        return f"{self.kind}/{self.id}"

    @property
    def confirm_path(self) -> str:
        return f"{self.path}/{'confirm' if self.kind == EDIT else 'request'}"

    @property
    def delete_path(self) -> str:
        return self.path if self.kind == EDIT else f"{self.path}/request"


RETURN, EXCHANGE, CLAIM, EDIT = "returns", "exchanges", "claims", "order-edits"


class Drafts:
    """Args:
    lifetime: after it a draft of ours that is still open belongs to nobody.
    now: aware UTC.
    """

    def __init__(
        self, session: Session, *, lifetime: timedelta, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._session = session
        self._lifetime = lifetime
        self._now = now
        self._cleaning: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def building(
        self, kind: str, order_id: str, plan_id: str, deadline: Deadline, **more: object
    ) -> AsyncIterator[Draft]:
        """A new draft, removed again when its building fails or is cancelled.

        Raises:
            Conflict: another change of the order is open, and it is not one that we left.
        """
        try:
            yield await self._open(kind, order_id, plan_id, deadline, **more)
        except BaseException:
            # Also when the answer to the opening was lost: the mark finds it.
            await self._remove_soon(order_id, plan_id)
            raise

    async def confirm(self, draft: Draft, deadline: Deadline) -> PreviewAnswer:
        """Raises `Conflict` when it is not there any more."""
        try:
            return await self._session.post(draft.confirm_path, PreviewAnswer, deadline)
        except NotFound as error:
            raise Conflict("the draft of this change is gone", where=draft.kind) from error

    async def change(self, order_id: str, plan_id: str, deadline: Deadline) -> ChangeDoc | None:
        """The change that a plan opened, whatever became of it."""
        for change in await self._changes(order_id, deadline):
            if change.internal_note == _MARK + plan_id:
                return change
        return None

    async def abandon(self, order_id: str, plan_id: str, deadline: Deadline) -> None:
        """Remove what a plan opened, unless it was confirmed or is gone. Nobody else's draft is touched."""
        for change in await self._changes(order_id, deadline):
            if change.status in _OPEN and change.internal_note == _MARK + plan_id:
                await self._remove(change, order_id, deadline)

    async def close(self) -> None:
        """Wait for what is being removed; each has its deadline."""
        await asyncio.gather(*self._cleaning, return_exceptions=True)

    async def _open(self, kind: str, order_id: str, plan_id: str, deadline: Deadline, **more: object) -> Draft:
        body = {"order_id": order_id, "internal_note": _MARK + plan_id, **more}
        try:
            opened = await self._session.post(kind, OpenedAnswer, deadline, body)
        except Conflict:
            if not await self._left_behind(order_id, deadline):
                raise
            opened = await self._session.post(kind, OpenedAnswer, deadline, body)
        return Draft(kind, order_id if kind == EDIT else opened.id, opened.number)

    async def _left_behind(self, order_id: str, deadline: Deadline) -> bool:
        """Remove the open change if it is one that we forgot; whether it was."""
        for change in await self._changes(order_id, deadline):
            forgotten = self._now() - change.created_at > self._lifetime
            if change.status in _OPEN and change.internal_note.startswith(_MARK) and forgotten:
                log.warning("a draft that was left behind is removed: %s", change.change_type)
                await self._remove(change, order_id, deadline)
                return True
        return False

    async def _changes(self, order_id: str, deadline: Deadline) -> tuple[ChangeDoc, ...]:
        path = f"orders/{plain(order_id)}/changes"
        return (await self._session.get(path, ChangesAnswer, deadline)).order_changes

    async def _remove(self, change: ChangeDoc, order_id: str, deadline: Deadline) -> None:
        draft = _draft_of(change, order_id)
        if draft is None:
            raise Conflict(f"an open change of an unknown kind: {change.change_type}", where="the order")
        try:
            await self._session.delete(draft.delete_path, deadline)
        except (NotFound, NotAllowed, Conflict):
            # Somebody was faster, or it has just been confirmed: nothing is open.
            log.info("a draft was gone before it could be removed")

    async def _remove_soon(self, order_id: str, plan_id: str) -> None:
        task = asyncio.create_task(self._remove_quietly(order_id, plan_id), name="medusa draft removal")
        self._cleaning.add(task)
        task.add_done_callback(self._cleaning.discard)
        await asyncio.shield(task)

    async def _remove_quietly(self, order_id: str, plan_id: str) -> None:
        try:
            await self.abandon(order_id, plan_id, Deadline.after(_CLEAN_UP_S))
        except OmsError as error:
            failure(log, error, "a draft could not be removed; the next plan for its order does it")


def _draft_of(change: ChangeDoc, order_id: str) -> Draft | None:
    # An exchange's change names its return as well, so the order of the rows matters.
    rows = ((EXCHANGE, change.exchange_id), (CLAIM, change.claim_id), (RETURN, change.return_id))
    for kind, identity in rows:
        if identity is not None:
            return Draft(kind, identity)
    return Draft(EDIT, order_id) if change.change_type == "edit" else None
