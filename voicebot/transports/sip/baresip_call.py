"""One call of baresip-python behind the port."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from baresip import AudioNotActive, AudioRestarted, BaresipError, Event, StaleHandleError, TransferFailed

from voicebot.call.leg import TransferOutcome
from voicebot.errors import VoicebotError
from voicebot.transports.sip.port import (
    CallEvent,
    CallGoneError,
    Closed,
    Established,
    Held,
    InboundCall,
    KeyPressed,
    MediaSeen,
    MediaState,
)

logger = logging.getLogger(__name__)

_TRANSFERRED = "Call transfered"
"""The stack's text (its spelling) for a call that ended because its transfer succeeded."""
_BY_CALLER = "Connection reset by peer"
"""The stack's text for BYE and CANCEL."""
_CODECS_BY_RATE = {8000: "G.711", 16000: "G.722", 48000: "opus"}
"""The stack tells the sample rate of what was negotiated, not its name; G.711 is either law."""
_SIMPLE_EVENTS: dict[Event, CallEvent] = {
    Event.CALL_HOLD: Held(held=True),
    Event.CALL_RESUME: Held(held=False),
    Event.CALL_RTPESTAB: MediaSeen(),
    Event.CALL_RTCP: MediaSeen(),
}


def invite_of(call: Any) -> InboundCall:
    """The facts of the INVITE, from the headers that the stack was told to expose."""
    headers: dict[str, tuple[str, str]] = {name.lower(): (name, value) for name, value in call.headers.items()}

    def pop(name: str) -> str | None:
        found = headers.pop(name, None)
        return found and found[1]

    return InboundCall(
        sip_call_id=call.call_id or "",
        peer=call.peer or "",
        from_header=pop("from") or "",
        to_header=pop("to") or "",
        asserted=pop("p-asserted-identity"),
        privacy=pop("privacy"),
        headers=dict(headers.values()),
    )


class BaresipMedia:
    """The stack's rings of PCM."""

    def __init__(self, call: Any) -> None:
        self._audio = call.audio

    def state(self) -> MediaState | None:
        try:
            info = self._audio.info()
        except AudioNotActive:
            return None
        bytes_per_ms = info.tx_sample_rate * info.tx_channels * 2 / 1000
        return MediaState(
            rx_rate_hz=info.rx_sample_rate,
            rx_channels=info.rx_channels,
            tx_rate_hz=info.tx_sample_rate,
            tx_channels=info.tx_channels,
            tx_queued_ms=info.tx_buffered / bytes_per_ms if bytes_per_ms else 0.0,
        )

    def read(self, max_bytes: int) -> bytes:
        try:
            return bytes(self._audio.read(max_bytes))
        except (AudioNotActive, AudioRestarted):
            return b""

    def write(self, pcm: bytes) -> int:
        try:
            return int(self._audio.write(pcm))
        except (AudioNotActive, AudioRestarted):
            return 0

    def flush(self) -> None:
        with suppress(AudioNotActive, AudioRestarted):
            self._audio.flush_tx()


class BaresipCall:
    """Implements `voicebot.transports.sip.port.Call`."""

    def __init__(self, call: Any) -> None:
        self._call = call
        self.invite = invite_of(call)
        self.media = BaresipMedia(call)
        self.codec = ""
        self.established = False
        self.closed: Closed | None = None
        self._ending: tuple[str, str] | None = None
        self._listeners: list[Callable[[CallEvent], None]] = []
        call.on(self._on_event)
        call.on_dtmf(lambda digit: self._emit(KeyPressed(key=digit.digit)))

    def subscribe(self, listener: Callable[[CallEvent], None]) -> None:
        self._listeners.append(listener)

    async def answer(self) -> None:
        await self._ask(self._call.answer())

    async def hangup(self, reason: str, *, by: str = "bot") -> None:
        if self.closed is not None or self._ending is not None:
            return
        self._ending = (by, reason)
        try:
            await self._ask(self._call.hangup())
        except CallGoneError:
            return
        except VoicebotError as error:
            self._ending = None
            logger.error("a call could not be ended: %s", error)

    async def send_keys(self, keys: str) -> None:
        await self._ask(self._call.send_dtmf(keys))

    async def transfer(self, refer_to: str, *, timeout_s: float) -> TransferOutcome:
        try:
            await self._call.transfer(refer_to, timeout=timeout_s)
        except TransferFailed as error:
            detail = "the caller hung up" if self.closed is not None else error.reason or str(error)
            return TransferOutcome(accepted=False, code=error.status or 0, detail=detail)
        except StaleHandleError:
            return TransferOutcome(accepted=False, detail="the caller hung up")
        except BaresipError as error:
            return TransferOutcome(accepted=False, detail=str(error))
        return TransferOutcome(accepted=True, code=200, detail="the target answered")

    async def _ask(self, action: Awaitable[None]) -> None:
        try:
            await action
        except StaleHandleError:
            raise CallGoneError("the call is over", where="sip") from None
        except BaresipError as error:
            if self.closed is not None:
                raise CallGoneError("the call is over", where="sip") from None
            raise VoicebotError(f"the SIP stack refused: {error}", where="sip") from error

    def _on_event(self, event: Any) -> None:
        if (simple := _SIMPLE_EVENTS.get(event.event)) is not None:
            self._emit(simple)
        elif event.event is Event.CALL_ESTABLISHED and not self.established:
            self.established = True
            state = self.media.state()
            self.codec = _CODECS_BY_RATE.get(state.rx_rate_hz if state else 0, "unknown")
            self._emit(Established())
        elif event.event is Event.CALL_CLOSED and self.closed is None:
            self.closed = self._closed(event.text or "")
            self._emit(self.closed)

    def _closed(self, text: str) -> Closed:
        code = int(text[:3]) if text[:3].isdigit() else 0
        if self._ending is not None:
            by, reason = self._ending
        elif text == _TRANSFERRED:
            by, reason = "transfer", "transferred"
        elif text.startswith(_BY_CALLER):
            by, reason = "caller", "hung up" if self.established else "gave up before the answer"
        else:
            by, reason = "network", text or "no reason given"
        stats = self._call.final_stats
        return Closed(
            by=by,
            reason=reason,
            code=code,
            packets_sent=stats.tx_packets if stats else 0,
            packets_received=stats.rx_packets if stats else 0,
            packets_lost=stats.rx_lost if stats else 0,
        )

    def _emit(self, event: CallEvent) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                logger.exception("a call's listener failed")
