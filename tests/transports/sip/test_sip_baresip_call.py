"""The adapter's reading of the native stack's words, without the stack."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from baresip import AudioNotActive, BaresipError, Event, StaleHandleError, TransferFailed

from voicebot.errors import VoicebotError
from voicebot.transports.sip.baresip_call import BaresipCall
from voicebot.transports.sip.port import CallEvent, CallGoneError, Closed, Established, Held, KeyPressed, MediaSeen


class NativeCall:
    """The part of `baresip.Call` that is used."""

    def __init__(self) -> None:
        self.call_id, self.peer, self.final_stats = "id@x", "sip:ann@x", None
        self.headers = {"From": "<sip:ann@x>", "TO": "<sip:bot@y>", "Privacy": "id", "X-Shop": "7"}
        self.audio = SimpleNamespace(info=self._info)
        self.error: Exception | None = None
        self.rate = 16000

    def _info(self) -> Any:
        if self.rate == 0:
            raise AudioNotActive
        return SimpleNamespace(
            tx_sample_rate=self.rate,
            tx_channels=1,
            rx_sample_rate=self.rate,
            rx_channels=1,
            tx_buffered=self.rate * 2 // 50,
        )

    def on(self, listener: Any) -> None:
        self.listener = listener

    def on_dtmf(self, callback: Any) -> None:
        self.dtmf = callback

    def report(self, event: Event, text: str | None = None) -> None:
        self.listener(SimpleNamespace(event=event, text=text))

    async def act(self, *_: object, **__: object) -> None:
        if self.error is not None:
            raise self.error

    answer = hangup = transfer = send_dtmf = act


@pytest.fixture
def native() -> NativeCall:
    return NativeCall()


@pytest.fixture
def call(native: NativeCall) -> BaresipCall:
    return BaresipCall(native)


def test_the_invite_keeps_its_own_headers_apart_from_the_callers(call: BaresipCall) -> None:
    assert call.invite.from_header == "<sip:ann@x>"
    assert call.invite.to_header == "<sip:bot@y>"
    assert (call.invite.asserted, call.invite.privacy) == (None, "id")
    assert call.invite.headers == {"X-Shop": "7"}


def test_events_are_typed(native: NativeCall, call: BaresipCall) -> None:
    seen: list[CallEvent] = []
    call.subscribe(seen.append)
    native.report(Event.CALL_ESTABLISHED)
    native.report(Event.CALL_ESTABLISHED)
    native.report(Event.CALL_RTPESTAB)
    native.report(Event.CALL_HOLD)
    native.report(Event.CALL_RESUME)
    native.dtmf(SimpleNamespace(digit="#"))
    native.report(Event.CALL_CLOSED, "Connection reset by peer [104]")
    assert seen == [
        Established(),
        MediaSeen(),
        Held(held=True),
        Held(held=False),
        KeyPressed(key="#"),
        Closed(by="caller", reason="hung up"),
    ]
    assert call.codec == "G.722"


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("Connection reset by peer [104]", Closed(by="caller", reason="gave up before the answer")),
        ("Call transfered", Closed(by="transfer", reason="transferred")),
        ("408 Request Timeout", Closed(by="network", reason="408 Request Timeout", code=408)),
        (None, Closed(by="network", reason="no reason given")),
    ],
)
def test_who_ended_the_call(native: NativeCall, call: BaresipCall, text: str | None, closed: Closed) -> None:
    native.report(Event.CALL_CLOSED, text)
    assert call.closed == closed


async def test_our_own_hang_up_keeps_its_reason(native: NativeCall, call: BaresipCall) -> None:
    await call.hangup("no media", by="network")
    await call.hangup("again")
    native.report(Event.CALL_CLOSED, "anything")
    assert call.closed == Closed(by="network", reason="no media")


async def test_a_hang_up_that_fails_may_be_tried_again(native: NativeCall, call: BaresipCall) -> None:
    native.error = BaresipError("queue full")
    await call.hangup("first")
    native.error = None
    await call.hangup("second")
    native.report(Event.CALL_CLOSED)
    assert call.closed == Closed(by="bot", reason="second")


async def test_a_stale_handle_is_an_ended_call(native: NativeCall, call: BaresipCall) -> None:
    native.error = StaleHandleError("gone")
    with pytest.raises(CallGoneError):
        await call.answer()
    await call.hangup("no error")


async def test_other_refusals_are_errors(native: NativeCall, call: BaresipCall) -> None:
    native.error = BaresipError("odd")
    with pytest.raises(VoicebotError, match="odd"):
        await call.answer()


@pytest.mark.parametrize(
    ("error", "code", "detail"),
    [
        (TransferFailed("transfer failed: 486 Busy", status=486, reason="Busy"), 486, "Busy"),
        (TransferFailed("no transfer outcome within 3 s"), 0, "no transfer outcome within 3 s"),
        (StaleHandleError("gone"), 0, "the caller hung up"),
        (BaresipError("not sent"), 0, "not sent"),
    ],
)
async def test_a_transfer_never_raises(
    native: NativeCall, call: BaresipCall, error: Exception, code: int, detail: str
) -> None:
    native.error = error
    outcome = await call.transfer("<sip:a@b>", timeout_s=3)
    assert (outcome.accepted, outcome.code, outcome.detail) == (False, code, detail)


def test_media_that_is_not_there_is_none(native: NativeCall, call: BaresipCall) -> None:
    state = call.media.state()
    assert state is not None
    assert state.tx_queued_ms == 20
    native.rate = 0
    assert call.media.state() is None


def test_a_failing_listener_does_not_stop_the_others(native: NativeCall, call: BaresipCall) -> None:
    seen: list[CallEvent] = []

    def fail(_event: CallEvent) -> None:
        raise RuntimeError

    call.subscribe(fail)
    call.subscribe(seen.append)
    native.report(Event.CALL_RTPESTAB)
    assert seen == [MediaSeen()]
