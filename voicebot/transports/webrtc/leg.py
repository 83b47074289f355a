"""One browser call as the rest of the house sees it (`voicebot.call.leg.CallLeg`)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.call.leg import TransferOutcome
from voicebot.errors import VoicebotError
from voicebot.transports.webrtc.connection import Connection, new_connection
from voicebot.transports.webrtc.jitter import use_reorder_buffer
from voicebot.transports.webrtc.settings import WebRtcSettings
from voicebot.transports.webrtc.transport import WebRtcTransport

logger = logging.getLogger(__name__)

#: For the page to read why the call ends before the channel closes under it.
_LAST_WORDS_S = 0.15
_WATCH_EVERY_S = 0.5


class OfferError(VoicebotError):
    """The browser's session description cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What the request said about the browser; all of it is a claim."""

    number: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a call ended; `by` is `caller`, `bot` or `network`."""

    by: str
    reason: str


_BY_PIPELINE = Ended(by="bot", reason="the conversation ended")
_BY_PAGE = Ended(by="caller", reason="the page closed the connection")
_LOST = Ended(by="network", reason="connection lost")


class WebRtcLeg:
    """A call from a browser. Made by `WebRtcLeg.answer`; ends by `hangup`, by the page, or when nothing is heard of it.

    Attributes:
        answer_sdp: the session description for the browser.
    """

    def __init__(self, call_id: str, connection: Connection, caller: Caller, settings: WebRtcSettings) -> None:
        answer = connection.get_answer()
        transceivers = connection.pc.getTransceivers()
        if answer is None or not transceivers or transceivers[0].kind != "audio":
            raise OfferError("the offer has no audio", where="SDP", fix="offer one audio line, sendrecv, first")
        self.answer_sdp: str = answer["sdp"]
        self._ended: Ended | None = None
        self._farewell: asyncio.Task[None] | None = None
        self._id = call_id
        self._connection = connection
        self._caller = caller
        self._settings = settings
        self._codec = first_codec(self.answer_sdp)
        self._last_seen = self._opened = time.monotonic()
        self._closed = asyncio.Event()
        self._callbacks: list[Callable[[], object]] = []
        if use_reorder_buffer(transceivers[0].receiver) is None:
            logger.warning("aiortc's own jitter buffer is in use: callers are heard 80 ms late")
        self._transport = WebRtcTransport(connection, transceivers[0].receiver.track, seen=self._seen)
        connection.add_event_handler("failed", self._on_failed)
        connection.add_event_handler("closed", self._on_closed)
        self._watch = asyncio.create_task(self._watch_line(), name=f"webrtc-watch-{call_id}")

    @classmethod
    async def answer(cls, call_id: str, sdp: str, caller: Caller, settings: WebRtcSettings) -> WebRtcLeg:
        """Answer an offer.

        Raises:
            OfferError: the offer cannot be parsed, or has no audio that both sides can speak.
        """
        connection = new_connection(settings)
        try:
            await connection.initialize(sdp=sdp, type="offer")
            return cls(call_id, connection, caller, settings)
        except OfferError:
            await connection.disconnect()
            raise
        except Exception as error:  # aiortc raises whatever its parser stumbled over
            await connection.disconnect()
            raise OfferError(
                f"the offer cannot be answered: {type(error).__name__}",
                where="SDP",
                fix="send a WebRTC offer (RFC 8829)",
            ) from error

    @property
    def id(self) -> str:
        return self._id

    @property
    def kind(self) -> str:
        return "webrtc"

    @property
    def caller(self) -> str | None:
        return self._caller.number

    @property
    def called(self) -> str | None:
        return None

    @property
    def headers(self) -> Mapping[str, str]:
        return self._caller.headers

    @property
    def codec(self) -> str:
        return self._codec

    @property
    def transport(self) -> WebRtcTransport:
        return self._transport

    @property
    def queued_ms(self) -> float:
        return self._transport.queued_ms

    @property
    def can_transfer(self) -> bool:
        return False

    @property
    def ended(self) -> Ended | None:
        """How the call ended; None while it lives."""
        return self._ended

    @property
    def closed(self) -> bool:
        return self._closed.is_set()

    async def transfer(self, target: str, *, handoff_id: str, timeout_s: float) -> TransferOutcome:
        """A browser cannot be sent elsewhere (RFC 3515 has no counterpart in WebRTC)."""
        return TransferOutcome(accepted=False, detail="a browser call cannot be transferred")

    def send(self, message: Mapping[str, Any]) -> None:
        """Give the page a message, a JSON object with a `type`; kept until its channel opens, dropped after the end."""
        if not self.closed:
            self._connection.send_app_message(dict(message))

    async def hangup(self, reason: str) -> None:
        await self._end(Ended(by="bot", reason=reason))

    async def leave(self) -> None:
        """The page asked to hang up."""
        await self._end(Ended(by="caller", reason="hung up"))

    async def add_candidate(self, candidate: Any) -> None:
        """A trickled ICE candidate (RFC 8838), parsed; None for the end of candidates."""
        if not self.closed:
            with contextlib.suppress(ValueError):  # of a line that does not exist, or after the end of candidates
                await self._connection.add_ice_candidate(candidate)

    def on_closed(self, callback: Callable[[], object]) -> None:
        """Call back once, when the connection is closed (at once if it is already)."""
        if self.closed:
            callback()
        else:
            self._callbacks.append(callback)

    async def wait_closed(self) -> None:
        await self._closed.wait()

    def _seen(self) -> None:
        self._last_seen = time.monotonic()

    async def _end(self, ended: Ended) -> None:
        """The first to end the call says why; all wait until it is over."""
        if self._ended is None and not self.closed:
            self._ended = ended
            self._farewell = asyncio.create_task(self._part(ended), name=f"webrtc-farewell-{self._id}")
        if self._farewell is not None:
            await asyncio.wait([self._farewell])

    async def _part(self, ended: Ended) -> None:
        if self._transport.connected:
            self.send({"type": "ended", "by": ended.by, "reason": ended.reason})
            await asyncio.sleep(_LAST_WORDS_S)
        await self._transport.disconnect()

    async def _on_failed(self, connection: Connection) -> None:
        self._ended = self._ended or _LOST

    async def _on_closed(self, connection: Connection) -> None:
        self._ended = self._ended or (_BY_PIPELINE if self._transport.ending else _BY_PAGE)
        self._closed.set()
        self._watch.cancel()
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    async def _watch_line(self) -> None:
        """Notice a browser that never connects or silently goes away: ICE consent (RFC 7675) takes 30 s for that."""
        lost = None
        while lost is None:
            await asyncio.sleep(_WATCH_EVERY_S)
            now = time.monotonic()
            lost = lost_reason(
                connected=self._transport.connected,
                since_opened_s=now - self._opened,
                since_seen_s=now - self._last_seen,
                settings=self._settings,
            )
        await self._end(Ended(by="network", reason=lost))


def lost_reason(*, connected: bool, since_opened_s: float, since_seen_s: float, settings: WebRtcSettings) -> str | None:
    """Why the line counts as lost, or None while it does not."""
    if not connected:
        return "never connected" if since_opened_s > settings.connect_timeout_s else None
    return "connection lost" if since_seen_s > settings.lost_after_s else None


def first_codec(sdp: str) -> str:
    """Name of the first codec of the first audio line of a session description: `opus`, `PCMU`, …; "" without one."""
    media = re.search(r"^m=audio \d+ \S+ (\d+)", sdp, re.MULTILINE)
    if media is None:
        return ""
    name = re.search(rf"^a=rtpmap:{media[1]} ([^/\s]+)", sdp, re.MULTILINE)
    return name[1] if name else {"0": "PCMU", "8": "PCMA", "9": "G722"}.get(media[1], "")
