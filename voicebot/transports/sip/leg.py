"""One SIP call as the rest of the server sees it (`voicebot.call.leg.CallLeg`)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping

from voicebot.call.leg import TransferOutcome, new_call_id
from voicebot.errors import VoicebotError
from voicebot.transports.sip import identity, uui
from voicebot.transports.sip.line import Line
from voicebot.transports.sip.media_watch import MediaWatch
from voicebot.transports.sip.port import (
    Call,
    CallEvent,
    CallGoneError,
    Closed,
    Established,
    Held,
    KeyPressed,
    MediaSeen,
)
from voicebot.transports.sip.settings import SipSettings
from voicebot.transports.sip.ticker import Ticker
from voicebot.transports.sip.transport import SIPTransport

logger = logging.getLogger(__name__)

_PIPELINE_KEYS = frozenset("0123456789*#")


class SipLeg:
    """A call that rings, is answered when its pipeline starts, and ends once.

    Args:
        call: the stack's call.
        ticker: shared by all calls of the process.
        settings: time-outs, transfer targets, region.
        clock: monotonic seconds.
    """

    kind = "sip"

    def __init__(
        self, call: Call, ticker: Ticker, settings: SipSettings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.id = new_call_id("sip")
        self._call, self._ticker, self._settings, self._clock = call, ticker, settings, clock
        self.caller = identity.caller(
            call.invite, region=settings.default_region, trust_asserted=settings.trust_asserted
        )
        self.called = identity.called(call.invite)
        self.headers: Mapping[str, str] = dict(call.invite.headers)
        self._watch = MediaWatch(
            never_sent_s=settings.never_sent_timeout_s,
            silent_s=settings.media_timeout_s,
            hold_s=settings.hold_timeout_s,
        )
        self._line = Line(call.media, self._watch, tx_queue_ms=settings.tx_queue_ms)
        self._stop_ticks: Callable[[], None] | None = None
        self._hanging_up: asyncio.Task[None] | None = None
        self._transferring = False
        self._over = asyncio.Event()
        self.transport = SIPTransport(self)
        call.subscribe(self._on_event)
        if call.closed is not None:
            self._on_closed()

    @property
    def codec(self) -> str:
        return self._call.codec

    @property
    def queued_ms(self) -> float:
        return self._line.queued_ms

    @property
    def held(self) -> bool:
        """The caller put us on hold: nobody hears what is said now."""
        return self._line.held

    @property
    def ended(self) -> Closed | None:
        """How the call ended, None while it lives."""
        return self._call.closed

    @property
    def can_transfer(self) -> bool:
        return self._call.established and self._call.closed is None and not self._transferring

    async def wait_ended(self) -> Closed:
        """Wait for the end of the call."""
        await self._over.wait()
        return self._call.closed or Closed(by="network", reason="unknown")

    async def answer(self) -> None:
        """Accept the call. One that cannot be answered is reported as disconnected, never as an error to the pipeline.

        A caller who gave up meanwhile is ordinary; a call that the stack refuses to answer is hung up.
        """
        try:
            await self._call.answer()
        except CallGoneError:
            logger.info("call %s ended before it was answered", self.id)
        except VoicebotError as error:
            logger.error("call %s could not be answered: %s", self.id, error)
            await self._call.hangup("it could not be answered", by="network")
            # Should the stack refuse that as well, it reports no end.
            self._on_closed()

    async def hangup(self, reason: str) -> None:
        if self._call.closed is None:
            await self._call.hangup(reason)

    async def transfer(self, target: str, *, handoff_id: str, timeout_s: float) -> TransferOutcome:
        if not uui.allowed(target, self._settings.transfer_allow):
            return TransferOutcome(accepted=False, detail="the target is not covered by sip.transfer_allow")
        try:
            refer_to = uui.refer_to(target, handoff_id)
        except ValueError as error:
            return TransferOutcome(accepted=False, detail=str(error))
        if not self.can_transfer:
            return TransferOutcome(accepted=False, detail="the call is not in a state to be transferred")
        self._transferring = True
        try:
            return await self._call.transfer(refer_to, timeout_s=timeout_s)
        except CallGoneError:
            return TransferOutcome(accepted=False, detail="the caller hung up")
        finally:
            self._transferring = False

    # What the transport needs of the call.

    async def write(self, pcm: bytes) -> bool:
        return await self._line.write(pcm)

    async def drained(self) -> None:
        await self._line.drained()

    def flush(self) -> None:
        self._line.flush()

    async def send_keys(self, keys: str) -> None:
        try:
            await self._call.send_keys(keys)
        except CallGoneError:
            logger.info("call %s ended before its keys were sent", self.id)

    # What the stack reports.

    def _on_event(self, event: CallEvent) -> None:
        now_s = self._clock()
        match event:
            case Established():
                self._line.start(now_s)
                self._stop_ticks = self._ticker.subscribe(self._on_tick)
                self.transport.input().feed_connected()
            case KeyPressed(key=key):
                self._watch.seen(now_s)
                if key in _PIPELINE_KEYS:
                    self.transport.input().feed_key(key)
            case Held(held=held):
                self._line.held = held
                self._watch.held(held, now_s)
            case MediaSeen():
                self._watch.seen(now_s)
            case Closed():
                self._on_closed()

    def _on_tick(self, now_s: float) -> None:
        for frame in self._line.take(now_s):
            self.transport.input().feed_audio(frame)
        if self._hanging_up is None and (why := self._watch.verdict(now_s)):
            logger.warning("call %s is hung up: %s", self.id, why)
            self._hanging_up = asyncio.get_running_loop().create_task(self._call.hangup(why, by="network"))

    def _on_closed(self) -> None:
        if self._over.is_set():
            return
        if self._stop_ticks is not None:
            self._stop_ticks()
        self._line.close()
        self._over.set()
        self.transport.input().feed_disconnected()
