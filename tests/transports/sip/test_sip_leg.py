from __future__ import annotations

import asyncio
import dataclasses

import numpy as np
import pytest
from pipecat.frames.frames import (
    ClientConnectedFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InputDTMFFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner
from sip_fakes import ANN, FakeCall

from voicebot.call.leg import CallLeg, TransferOutcome
from voicebot.errors import VoicebotError
from voicebot.transports.sip.leg import SipLeg
from voicebot.transports.sip.port import Closed, Established, Held, KeyPressed, MediaSeen
from voicebot.transports.sip.settings import SipSettings
from voicebot.transports.sip.ticker import Ticker

SETTINGS = SipSettings(transfer_allow=("sip:*@pbx.example",))
AGENTS = "sip:agents@pbx.example"


class ManualTicker(Ticker):
    """Ticks when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.live: list[object] = []

    def subscribe(self, on_tick):  # type: ignore[no-untyped-def]
        self.live.append(on_tick)
        return lambda: self.live.remove(on_tick) if on_tick in self.live else None

    def advance(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.02)):
            self.now_s += 0.02
            for on_tick in tuple(self.live):
                on_tick(self.now_s)  # type: ignore[operator]


def leg_for(call: FakeCall, settings: SipSettings = SETTINGS) -> tuple[SipLeg, ManualTicker]:
    ticker = ManualTicker()
    return SipLeg(call, ticker, settings, clock=lambda: ticker.now_s), ticker


class Recorder(FrameProcessor):
    """Keeps what passes downstream."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Frame] = []
        self.connected = asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if direction is FrameDirection.DOWNSTREAM:
            self.seen.append(frame)
        if isinstance(frame, ClientConnectedFrame):
            self.connected.set()
        await self.push_frame(frame, direction)

    def count(self, kind: type[Frame]) -> int:
        return sum(isinstance(frame, kind) for frame in self.seen)


class Running:
    """A pipeline over a leg."""

    def __init__(self, leg: SipLeg) -> None:
        self.recorder = Recorder()
        self.events: list[str] = []
        self.leg_id = leg.id
        self.worker = PipelineWorker(
            Pipeline([leg.transport.input(), self.recorder, leg.transport.output()]),
            params=PipelineParams(audio_in_sample_rate=16000, audio_out_sample_rate=16000),
            enable_rtvi=False,
            enable_turn_tracking=False,
            idle_timeout_secs=None,
        )
        for event in ("on_client_connected", "on_client_disconnected"):
            leg.transport.add_event_handler(event, self._handler(event))

    def _handler(self, event: str):  # type: ignore[no-untyped-def]
        async def handle(_transport: object, client: str) -> None:
            self.events.append(event if client == self.leg_id else f"{event} of {client}")
            if event == "on_client_disconnected":
                await self.worker.cancel()

        return handle

    async def __aenter__(self) -> Running:
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(self.worker)
        self._task = asyncio.create_task(runner.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.worker.cancel()
        await asyncio.wait_for(self._task, 10)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0.002)


def test_a_leg_is_a_call_leg() -> None:
    leg, _ = leg_for(FakeCall())
    as_leg: CallLeg = leg
    assert (as_leg.kind, as_leg.caller, as_leg.called) == ("sip", "+14155550123", "shop")
    assert as_leg.headers == {"X-Call-Context": "shop=7"}
    assert as_leg.id != leg_for(FakeCall())[0].id
    assert not as_leg.can_transfer


async def test_the_call_is_answered_when_the_pipeline_starts_and_frames_follow_the_clock() -> None:
    call = FakeCall()
    leg, ticker = leg_for(call)
    assert call.answers == 0
    async with Running(leg) as running:
        await asyncio.wait_for(running.recorder.connected.wait(), 5)
        assert call.answers == 1
        call.media.incoming = np.full(1600, 700, np.int16).tobytes()
        ticker.advance(0.2)
        call.emit(KeyPressed(key="7"))
        call.emit(KeyPressed(key="A"))
        ticker.advance(1.0)
        await settle()
        assert running.recorder.count(InputAudioRawFrame) == 58
        keys = [frame.button.value for frame in running.recorder.seen if isinstance(frame, InputDTMFFrame)]
        assert keys == ["7"]
        assert running.events == ["on_client_connected"]
        call.emit(Closed(by="caller", reason="hung up"))
        await settle()
        assert running.events[1:] == ["on_client_disconnected"]
        assert not ticker.live


async def test_a_caller_who_gave_up_before_the_pipeline_started_is_reported_once() -> None:
    call = FakeCall()
    leg, _ = leg_for(call)
    call.emit(Closed(by="caller", reason="gave up"))
    async with Running(leg) as running:
        await settle()
        assert running.events == ["on_client_disconnected"]
    assert call.answers == 0


async def test_a_call_that_the_stack_refuses_to_answer_is_hung_up_and_reported_as_disconnected() -> None:
    call = FakeCall(refusal=VoicebotError("the SIP stack refused: no media", where="sip"))
    leg, ticker = leg_for(call)
    async with Running(leg) as running:
        await settle()
        assert running.events == ["on_client_disconnected"]
    assert leg.ended == Closed(by="network", reason="it could not be answered")
    assert not ticker.live


async def test_speech_is_written_and_an_interruption_empties_the_native_queue() -> None:
    call = FakeCall()
    leg, _ = leg_for(call)
    async with Running(leg) as running:
        await asyncio.wait_for(running.recorder.connected.wait(), 5)
        await running.worker.queue_frame(OutputAudioRawFrame(b"\x01\x02" * 1600, 16000, 1))
        await settle()
        assert leg.queued_ms == leg.transport.queued_ms == 60
        await running.worker.queue_frame(InterruptionFrame())
        await settle()
        assert leg.queued_ms <= 20
        assert call.media.flushes == 1


async def test_what_must_not_be_interrupted_is_not_flushed() -> None:
    call = FakeCall()
    leg, _ = leg_for(call)
    async with Running(leg) as running:
        await asyncio.wait_for(running.recorder.connected.wait(), 5)
        legal = OutputAudioRawFrame(b"\x01\x02" * 320, 16000, 1)
        legal.interruptible = False
        await running.worker.queue_frame(legal)
        await settle()
        await running.worker.queue_frame(InterruptionFrame())
        await settle()
        assert call.media.flushes == 0
        assert leg.queued_ms == 20


async def test_the_end_of_the_pipeline_ends_the_call() -> None:
    call = FakeCall()
    leg, _ = leg_for(call)
    async with Running(leg) as running:
        await asyncio.wait_for(running.recorder.connected.wait(), 5)
        await running.worker.queue_frame(EndFrame())
        ended = await asyncio.wait_for(leg.wait_ended(), 5)
    assert ended == Closed(by="bot", reason="the conversation ended")


async def test_hanging_up_twice_is_once() -> None:
    call = FakeCall()
    leg, _ = leg_for(call)
    await leg.hangup("first")
    await leg.hangup("second")
    assert leg.ended == Closed(by="bot", reason="first")


async def test_a_caller_without_media_is_hung_up() -> None:
    call = FakeCall()
    leg, ticker = leg_for(call)
    call.emit(Established())
    ticker.advance(59)
    call.emit(Held(held=True))
    ticker.advance(120)
    call.emit(Held(held=False))
    ticker.advance(59)
    assert leg.ended is None
    ticker.advance(1.1)
    await asyncio.sleep(0)
    assert leg.ended is not None
    assert leg.ended.by == "network"


async def test_any_sign_of_life_counts() -> None:
    call = FakeCall()
    leg, ticker = leg_for(call)
    call.emit(Established())
    for _ in range(10):
        ticker.advance(20)
        call.emit(MediaSeen())
    assert leg.ended is None


async def test_a_transfer_refers_with_the_handoff_id() -> None:
    call = FakeCall(established=True)
    leg, _ = leg_for(call)
    outcome = await leg.transfer(AGENTS, handoff_id="ho-1", timeout_s=1)
    assert outcome.accepted
    assert call.refers == ["<sip:agents@pbx.example?User-to-User=686f2d31%3Bencoding%3Dhex>"]
    assert leg.ended is not None
    assert leg.ended.by == "transfer"


async def test_a_failed_transfer_leaves_the_call_up_and_may_be_tried_again() -> None:
    busy = TransferOutcome(accepted=False, code=486, detail="Busy Here")
    call = FakeCall(established=True, outcome=busy)
    leg, _ = leg_for(call)
    assert await leg.transfer(AGENTS, handoff_id="ho-1", timeout_s=1) == busy
    assert leg.ended is None
    assert leg.can_transfer


@pytest.mark.parametrize(
    ("target", "complaint"),
    [("sip:900@premium.example", "transfer_allow"), ("sip:a?X=1@pbx.example", "SIP URI")],
)
async def test_a_target_that_is_not_allowed_is_never_sent(target: str, complaint: str) -> None:
    call = FakeCall(established=True)
    leg, _ = leg_for(call)
    outcome = await leg.transfer(target, handoff_id="x", timeout_s=1)
    assert not outcome.accepted
    assert complaint in outcome.detail
    assert call.refers == []


async def test_a_call_that_is_not_up_cannot_be_transferred() -> None:
    leg, _ = leg_for(FakeCall())
    assert not (await leg.transfer(AGENTS, handoff_id="x", timeout_s=1)).accepted


async def test_a_caller_who_hangs_up_during_a_transfer() -> None:
    call = FakeCall(established=True)
    call.on_transfer = lambda: call.emit(Closed(by="caller", reason="hung up"))
    leg, _ = leg_for(call)
    outcome = await leg.transfer(AGENTS, handoff_id="x", timeout_s=1)
    assert (outcome.accepted, outcome.detail) == (False, "the caller hung up")


async def test_keys_after_the_end_are_no_error() -> None:
    call = FakeCall()
    leg, _ = leg_for(call)
    await leg.send_keys("12#")
    call.emit(Closed(by="caller", reason="hung up"))
    await leg.send_keys("3")
    assert call.keys == "12#"


def test_an_anonymous_caller_has_no_number() -> None:
    hidden = dataclasses.replace(ANN, privacy="id")
    assert leg_for(FakeCall(invite=hidden))[0].caller is None
