"""A caller who hangs up while something is done for them: it is done, and it is in the record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partialmethod
from pathlib import Path
from typing import cast

import pytest
from acting_house import ORDER, WHEN, Post, Shop, acting_house
from call_fakes import Rule
from ears_call import Loudness, Script
from pipecat.frames.frames import StartFrame
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_transport import BaseTransport, TransportParams

from voicebot.call.deeds import Deeds
from voicebot.call.house import House
from voicebot.call.leg import Ending, TransferOutcome
from voicebot.call.session import CallSession
from voicebot.call.settings import CallSettings
from voicebot.dialogue.effects import CheckProof, CommitAction, Effect, PlanAction, SendMessage
from voicebot.dialogue.inputs import Answered, CallOpened, Input
from voicebot.dialogue.wording import text
from voicebot.listening import Listening
from voicebot.listening.settings import ListeningSettings
from voicebot.oms.actions import ActionPlan, ActionResult
from voicebot.oms.connector import Deadline
from voicebot.oms.labels.desk import LabelDesk
from voicebot.oms.labels.maker import Label, LabelRequest
from voicebot.oms.labels.shelf import Shelf
from voicebot.oms.model import Address, Order
from voicebot.records.events.call import CallEnded
from voicebot.records.events.messages import LabelMade, MessageSent
from voicebot.speaking import Speaking
from voicebot.speaking.cache import Memory, PhraseCache
from voicebot.speaking.pool import DeadlinePool
from voicebot.speaking.settings import SpeakingSettings
from voicebot.speaking.speech import Speech

HOME = Address(name="Jane Smith", street="5 Main Street", city="Albany", postcode="94103", country="US")


class Depot(Shop):
    """Takes things back, and makes no labels."""

    async def get_order(self, order_id: str, *, deadline: Deadline) -> Order:
        return replace(ORDER, ship_to=HOME)

    async def commit(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult:
        return ActionResult(status="committed", reference="R-1", facts={}, at=WHEN)


@dataclass
class Carrier:
    """Charges for a label at once, and gives it when it may."""

    carrier: str = "snail"
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def check(self) -> None: ...

    async def make(self, wanted: LabelRequest, *, timeout_s: float) -> Label:
        self.asked.set()
        await self.ready.wait()
        return Label(tracking_number="T-1", content=b"%PDF-1.4", suffix="pdf")


class Opening(BaseInputTransport):
    """Tells that the caller is there as soon as it is started."""

    def __init__(self, transport: Line) -> None:
        super().__init__(TransportParams())
        self._line = transport

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self._line.tell("on_client_connected")


class Line(BaseTransport):
    """Carries no sound."""

    def __init__(self) -> None:
        super().__init__()
        self._input, self._output = Opening(self), FrameProcessor()
        for event in ("on_client_connected", "on_client_disconnected"):
            self._register_event_handler(event)

    def input(self) -> FrameProcessor:
        return self._input

    def output(self) -> FrameProcessor:
        return self._output

    async def tell(self, event: str) -> None:
        await self._call_event_handler(event, None)


@dataclass
class Leg:
    """`CallLeg` of a caller who hangs up."""

    transport: BaseTransport = field(default_factory=Line)
    id: str = "call-1"
    kind: str = "test"
    caller: str | None = None
    called: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    codec: str = "none"
    queued_ms: float = 0.0
    can_transfer: bool = False
    ended: Ending | None = None

    async def transfer(self, target: str, *, handoff_id: str, timeout_s: float) -> TransferOutcome:
        raise AssertionError("nobody is to be transferred")

    async def hangup(self, reason: str) -> None: ...


class Voice:
    async def synthesise(self, text: str, *, deadline: float | None = None) -> Speech:
        return Speech(text=text, pcm=b"\0\0" * 160)


def taking_back(given: Input) -> tuple[Effect, ...]:
    """A return is proved, planned and done, and its label sent."""
    label = SendMessage(request="m", order="o1", kind="return_label", wording=text("Your label."), about="c")
    match given:
        case CallOpened():
            return (CheckProof(request="v", order="o1", factor="postcode", value="94103"),)
        case Answered(request="v"):
            return (PlanAction(request="p", action="return", order="o1", args={"method": "label"}),)
        case Answered(request="p", result=result):
            return (CommitAction(request="c", plan=str(result["plan"])),)
        case Answered(request="c"):
            return (label,)
    return ()


@pytest.fixture
async def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
async def house(tmp_path: Path, carrier: Carrier) -> AsyncIterator[House]:
    shelf = Shelf(tmp_path / "labels", "https://calls.shop.example", keep_days=30)
    pool: DeadlinePool[Speech] = DeadlinePool("speaking")
    script = Script()
    speaking = Speaking(PhraseCache(Voice(), Memory(1_000)), pool, SpeakingSettings())
    listening = Listening(settings=ListeningSettings(), recogniser=script, turn_model=script, voice_activity=Loudness)
    with acting_house(tmp_path, cast(Rule, taking_back), Depot(), Post()) as made:
        made.writes.labels = LabelDesk(carrier, shelf, timeout_s=12)
        yield replace(made, settings=CallSettings(record=False), listening=listening, speaking=speaking)
    await speaking.close()
    shelf.close()


async def test_a_label_that_comes_after_the_caller_has_gone_is_in_the_record(
    house: House, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The wait for outcomes is over before the carrier answers.
    monkeypatch.setattr(Deeds, "settled", partialmethod(Deeds.settled, 0.05))
    leg = Leg()
    session = CallSession(house, leg)
    running = asyncio.create_task(session.run())
    await asyncio.wait_for(carrier.asked.wait(), 10)
    await cast(Line, leg.transport).tell("on_client_disconnected")
    asyncio.get_running_loop().call_later(0.5, carrier.ready.set)
    await asyncio.wait_for(running, 10)
    events = [record.event for record in session.log.records]
    (label,) = [event for event in events if isinstance(event, LabelMade)]
    (message,) = [event for event in events if isinstance(event, MessageSent)]
    assert (label.status, label.tracking_number, message.status) == ("made", "T-1", "sent")
    assert isinstance(events[-1], CallEnded)
    assert house.store.flush(5)
    kept = [record.event for record in house.store.records("call-1")]
    assert kept[-3:] == [label, message, events[-1]]
