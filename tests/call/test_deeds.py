"""Deeds: what cannot be taken back, and what the dialogue and the log learn of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from call_fakes import NOW, MemoryLog
from pipecat.frames.frames import Frame

from voicebot.call.deeds import Deeds
from voicebot.call.delivery import Deed
from voicebot.call.frames import DrainThenHangUpFrame
from voicebot.call.leg import CallLeg, TransferOutcome
from voicebot.dialogue.effects import (
    AbandonPlan,
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
from voicebot.dialogue.wording import text
from voicebot.handoff.desk import HandoffDesk
from voicebot.oms.writes import CallWrites
from voicebot.records.events.base import Record
from voicebot.records.events.call import Fault
from voicebot.records.events.handoff import Transfer
from voicebot.records.log import EventLog

TARGET = "sip:agents@pbx.example"
DEED = Handoff(request="h1", reason="caller_asked")


class Desk:
    """Opens hand-offs in memory."""

    def __init__(self, target: str | None) -> None:
        self._target = target
        self.opened: list[str] = []

    def open(self, log: EventLog, records: Sequence[Record], *, reason: str, queue: str, summary: str) -> str:
        self.opened.append(reason)
        return f"id{len(self.opened)}"

    def target(self, queue: str) -> str | None:
        return self._target

    def record_callback(self, log: EventLog, handoff: str, number: str) -> str:
        return "2026-01-02T09:00:00Z"


class Writes:
    """Notes what it is asked, and answers everything alike; or breaks."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.broken = False

    def __getattr__(self, name: str) -> Any:
        async def answer(*args: Any) -> dict[str, Any]:
            self.asked.append((name, *args))
            if self.broken:
                raise ArithmeticError("a flaw of ours")
            return {"status": "fine"}

        return answer


class Stage:
    def __init__(self, target: str | None = TARGET, outcome: TransferOutcome | None = None) -> None:
        self.desk, self.log, self.writes = Desk(target), MemoryLog(), Writes()
        self.given: list[Input] = []
        self.pushed: list[Frame] = []
        self.answer: asyncio.Future[TransferOutcome] = asyncio.get_running_loop().create_future()
        if outcome is not None:
            self.answer.set_result(outcome)
        self.deeds = Deeds(
            leg=cast(CallLeg, SimpleNamespace(can_transfer=True, transfer=self._transfer)),
            desk=cast(HandoffDesk, self.desk),
            writes=cast(CallWrites, self.writes),
            written=lambda wording: "".join(part.value for part in wording),
            events=self.log,
            records=tuple,
            give=self.given.append,
            push=self._push,
            now=lambda: NOW,
            transfer_timeout_s=5.0,
        )

    async def _transfer(self, target: str, *, handoff_id: str, timeout_s: float) -> TransferOutcome:
        return await self.answer

    async def _push(self, frame: Frame) -> None:
        self.pushed.append(frame)

    async def do(self, deed: Deed) -> None:
        await self.deeds(deed)
        await self.deeds.settled()

    @property
    def statuses(self) -> list[str]:
        return [cast(Any, event).status for event in self.log.of(Transfer)]


async def test_an_accepted_transfer() -> None:
    stage = Stage(outcome=TransferOutcome(accepted=True, code=200))
    await stage.do(DEED)
    assert stage.statuses == ["attempted", "accepted"]
    assert stage.given == [HandoffResult(request="h1", status="transferred", now=NOW)]


async def test_a_refused_transfer_gives_the_caller_back_to_the_dialogue() -> None:
    stage = Stage(outcome=TransferOutcome(accepted=False, code=486, detail="busy"))
    await stage.do(DEED)
    assert stage.statuses == ["attempted", "failed"]
    assert stage.given == [HandoffResult(request="h1", status="failed", now=NOW)]


async def test_without_a_target_a_packet_is_opened_all_the_same() -> None:
    stage = Stage(target=None)
    await stage.do(DEED)
    assert stage.desk.opened == ["caller_asked"]
    assert stage.statuses == []
    assert stage.given == [HandoffResult(request="h1", status="no_target", now=NOW)]


async def test_a_transfer_does_not_hold_up_what_is_said_meanwhile() -> None:
    stage = Stage()
    await stage.deeds(DEED)
    await asyncio.sleep(0)
    assert stage.statuses == ["attempted"]
    assert stage.given == []
    stage.answer.set_result(TransferOutcome(accepted=True, code=200))
    await stage.deeds.settled()
    assert stage.statuses == ["attempted", "accepted"]


async def test_a_deed_that_breaks_is_answered_all_the_same() -> None:
    stage = Stage()
    stage.answer.set_exception(OSError("gone"))
    await stage.do(DEED)
    assert stage.given == [Failed(where="handoff", now=NOW, detail={"request": "h1"})]
    assert len(stage.log.of(Fault)) == 1


async def test_a_call_back_belongs_to_the_hand_off_that_failed() -> None:
    stage = Stage(target=None)
    await stage.do(DEED)
    await stage.do(BookCallback(request="b1", number="+14155550134"))
    assert stage.desk.opened == ["caller_asked"]
    due = "2026-01-02T09:00:00Z"
    assert stage.given[1:] == [CallbackBooked(request="b1", number="+14155550134", due=due, now=NOW)]


async def test_hanging_up_is_left_to_the_mouth() -> None:
    stage = Stage()
    await stage.do(HangUp(reason="goodbye"))
    assert [type(frame) for frame in stage.pushed] == [DrainThenHangUpFrame]


ACTS: list[tuple[Any, tuple[Any, ...], str]] = [
    (
        PlanAction(request="r", action="cancel", order="o", args={"reason": "x"}),
        ("plan", "r", "cancel", "o", {"reason": "x"}),
        "unavailable",
    ),
    (CommitAction(request="r", plan="p"), ("commit", "r", "p"), "unknown"),
    (CheckProof(request="r", order="o", factor="name", value="v"), ("check", "r", "o", "name", "v"), "unavailable"),
    (SendCode(request="r", order="o"), ("send_code", "r", "o"), "failed"),
    (
        SendMessage(request="r", order="o", kind="k", wording=text("Hello"), about="c"),
        ("send_message", "r", "o", "k", "Hello", "c"),
        "failed",
    ),
]


@pytest.mark.parametrize(("act", "asked", "broken"), ACTS)
async def test_acts_are_answered_even_when_they_break(act: Deed, asked: tuple[Any, ...], broken: str) -> None:
    stage = Stage()
    await stage.do(act)
    assert stage.writes.asked == [asked]
    assert stage.given == [Answered(request="r", result={"status": "fine"}, now=NOW)]
    stage.writes.broken = True
    await stage.do(act)
    assert stage.given[1:] == [Answered(request="r", result={"status": broken}, now=NOW)]
    assert len(stage.log.of(Fault)) == 1


async def test_giving_a_plan_up_is_not_answered() -> None:
    stage = Stage()
    await stage.do(AbandonPlan(plan="p"))
    assert (stage.writes.asked, stage.given) == ([("abandon", "p")], [])
