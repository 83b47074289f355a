"""Effects that cannot be taken back, done: hand-off, call-back, hang-up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from pipecat.frames.frames import Frame

from voicebot.call.delivery import Deed
from voicebot.call.frames import DrainThenHangUpFrame
from voicebot.call.leg import CallLeg
from voicebot.dialogue.effects import BookCallback, Handoff, HangUp
from voicebot.dialogue.inputs import CallbackBooked, HandoffResult, Input
from voicebot.handoff.desk import HandoffDesk
from voicebot.records.events.base import Record
from voicebot.records.events.handoff import Transfer
from voicebot.records.log import EventLog

log = logging.getLogger(__name__)


class Deeds:
    """Performs one call's deeds and gives the dialogue their results.

    Args:
        leg: the caller's leg; None in a text conversation, where nothing can be transferred.
        records: the call's log so far, for the packet.
        give: queues an input to the dialogue.
        push: sends a frame to the mouth.
    """

    def __init__(
        self,
        *,
        leg: CallLeg | None,
        desk: HandoffDesk,
        events: EventLog,
        records: Callable[[], Sequence[Record]],
        give: Callable[[Input], None],
        push: Callable[[Frame], Awaitable[None]],
        now: Callable[[], str],
        transfer_timeout_s: float,
    ) -> None:
        self._leg, self._desk, self._events, self._records = leg, desk, events, records
        self._give, self._push, self._now = give, push, now
        self._transfer_timeout_s = transfer_timeout_s
        self._handoff: str | None = None
        self._transfer: asyncio.Task[str] | None = None

    async def settled(self, timeout_s: float = 2.0) -> None:
        """Wait for the outcome of a transfer under way: it ends the call, and with it whoever waits for it."""
        if self._transfer is not None:
            await asyncio.wait([self._transfer], timeout=timeout_s)

    async def __call__(self, deed: Deed) -> None:
        match deed:
            case HangUp(reason=reason):
                await self._push(DrainThenHangUpFrame(reason=reason))
            case Handoff():
                self._give(HandoffResult(request=deed.request, status=await self._hand_off(deed), now=self._now()))
            case BookCallback():
                handoff = self._handoff or self._open(deed.reason or "caller_asked", "default", "")
                due = self._desk.record_callback(self._events, handoff, deed.number)
                self._give(CallbackBooked(request=deed.request, number=deed.number, due=due, now=self._now()))

    def _open(self, reason: str, queue: str, summary: str) -> str:
        self._handoff = self._desk.open(self._events, self._records(), reason=reason, queue=queue, summary=summary)
        return self._handoff

    async def _hand_off(self, deed: Handoff) -> str:
        handoff = self._open(deed.reason, deed.queue, deed.summary)
        target = self._desk.target(deed.queue)
        if target is None or self._leg is None or not self._leg.can_transfer:
            return "no_target"
        self._transfer = asyncio.create_task(self._refer(self._leg, target, handoff), name=f"transfer {handoff}")
        return await asyncio.shield(self._transfer)

    async def _refer(self, leg: CallLeg, target: str, handoff: str) -> str:
        self._events.append(Transfer(handoff=handoff, target=target, status="attempted"))
        outcome = await leg.transfer(target, handoff_id=handoff, timeout_s=self._transfer_timeout_s)
        status = "accepted" if outcome.accepted else "failed"
        detail = " ".join(filter(None, [str(outcome.code or ""), outcome.detail]))
        self._events.append(Transfer(handoff=handoff, target=target, status=status, detail=detail))
        return "transferred" if outcome.accepted else "failed"
