"""Effects that cannot be taken back, done: hand-off, call-back, hang-up, and what is done to orders."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from pipecat.frames.frames import Frame

from voicebot.call.delivery import Deed
from voicebot.call.frames import DrainThenHangUpFrame
from voicebot.call.leg import CallLeg
from voicebot.dialogue.effects import (
    AbandonPlan,
    Act,
    BookCallback,
    CheckProof,
    CommitAction,
    Handoff,
    HangUp,
    PlanAction,
    SendCode,
    SendMessage,
)
from voicebot.dialogue.inputs import Answered, CallbackBooked, Failed, HandoffResult, Input
from voicebot.dialogue.wording import Wording
from voicebot.handoff.desk import HandoffDesk
from voicebot.oms.writes import CallWrites
from voicebot.records.events.base import Record
from voicebot.records.events.call import Fault
from voicebot.records.events.handoff import Transfer
from voicebot.records.log import EventLog

log = logging.getLogger(__name__)

#: What the dialogue is told of an act that broke on the way: what is true without knowing how far it came.
_BROKEN: Mapping[type[Act], str] = {
    PlanAction: "unavailable",
    CommitAction: "unknown",
    CheckProof: "unavailable",
    SendCode: "failed",
    SendMessage: "failed",
}


class Deeds:
    """Performs one call's deeds and gives the dialogue their results.

    Args:
        leg: the caller's leg; None in a text conversation, where nothing can be transferred.
        records: the call's log so far, for the packet.
        writes: what may be done to orders.
        written: a wording as the eye reads it, for messages.
        give: queues an input to the dialogue.
        push: sends a frame to the mouth.
    """

    def __init__(
        self,
        *,
        leg: CallLeg | None,
        desk: HandoffDesk,
        writes: CallWrites,
        events: EventLog,
        written: Callable[[Wording], str],
        records: Callable[[], Sequence[Record]],
        give: Callable[[Input], None],
        push: Callable[[Frame], Awaitable[None]],
        now: Callable[[], str],
        transfer_timeout_s: float,
    ) -> None:
        self._leg, self._desk, self._events, self._records = leg, desk, events, records
        self._writes, self._written = writes, written
        self._give, self._push, self._now = give, push, now
        self._transfer_timeout_s = transfer_timeout_s
        self._handoff: str | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    async def settled(self, timeout_s: float = 2.0) -> None:
        """Wait for outcomes: a transfer ends the call, and its success must still be written down."""
        if self._under_way:
            await asyncio.wait(set(self._under_way), timeout=timeout_s)

    async def __call__(self, deed: Deed) -> None:
        """Begin it; the call goes on meanwhile, and the dialogue is given the outcome in any case."""
        if isinstance(deed, HangUp):
            await self._push(DrainThenHangUpFrame(reason=deed.reason))
            return
        work = self._act(deed) if isinstance(deed, Act) else self._outcome(deed)
        task = asyncio.create_task(work, name=type(deed).__name__)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _outcome(self, deed: Handoff | BookCallback) -> None:
        try:
            if isinstance(deed, Handoff):
                self._give(HandoffResult(request=deed.request, status=await self._hand_off(deed), now=self._now()))
            else:
                handoff = self._handoff or self._open(deed.reason or "caller_asked", "default", "")
                due = self._desk.record_callback(self._events, handoff, deed.number)
                self._give(CallbackBooked(request=deed.request, number=deed.number, due=due, now=self._now()))
        except Exception as error:
            log.error("call %s: %s failed: %s", self._events.call_id, type(deed).__name__, type(error).__name__)
            log.debug("the fault", exc_info=error)
            self._events.append(Fault(where="handoff", what=f"{type(error).__name__} on {type(deed).__name__}"))
            self._give(Failed(where="handoff", now=self._now(), detail={"request": deed.request}))

    async def _act(self, act: Act) -> None:
        try:
            result = await self._done(act)
        except Exception as error:
            log.error("call %s: %s failed: %s", self._events.call_id, type(act).__name__, type(error).__name__)
            log.debug("the fault", exc_info=error)
            self._events.append(Fault(where="orders", what=f"{type(error).__name__} on {type(act).__name__}"))
            result = {"status": _BROKEN.get(type(act), "failed")}
        if not isinstance(act, AbandonPlan):
            self._give(Answered(request=act.request, result=result, now=self._now()))

    async def _done(self, act: Act) -> Mapping[str, Any]:
        writes = self._writes
        match act:
            case PlanAction():
                return await writes.plan(act.request, act.action, act.order, act.args)
            case CommitAction():
                return await writes.commit(act.request, act.plan)
            case AbandonPlan():
                await writes.abandon(act.plan)
                return {}
            case CheckProof():
                return await writes.check(act.request, act.order, act.factor, act.value)
            case SendCode():
                return await writes.send_code(act.request, act.order)
            case SendMessage():
                text = self._written(act.wording)
                return await writes.send_message(act.request, act.order, act.kind, text, act.about)

    def _open(self, reason: str, queue: str, summary: str) -> str:
        self._handoff = self._desk.open(self._events, self._records(), reason=reason, queue=queue, summary=summary)
        return self._handoff

    async def _hand_off(self, deed: Handoff) -> str:
        handoff = self._open(deed.reason, deed.queue, deed.summary)
        target = self._desk.target(deed.queue)
        if target is None or self._leg is None or not self._leg.can_transfer:
            return "no_target"
        self._events.append(Transfer(handoff=handoff, target=target, status="attempted"))
        outcome = await self._leg.transfer(target, handoff_id=handoff, timeout_s=self._transfer_timeout_s)
        status = "accepted" if outcome.accepted else "failed"
        detail = " ".join(filter(None, [str(outcome.code or ""), outcome.detail]))
        self._events.append(Transfer(handoff=handoff, target=target, status=status, detail=detail))
        return "transferred" if outcome.accepted else "failed"
