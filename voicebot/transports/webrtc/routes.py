"""HTTP signalling for browser calls: offer and answer, trickled candidates, hang-up."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from aiortc.sdp import candidate_from_sdp
from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from voicebot.call.leg import new_call_id
from voicebot.errors import VoicebotError
from voicebot.logs import failure
from voicebot.transports.webrtc.leg import Caller, OfferError, WebRtcLeg
from voicebot.transports.webrtc.settings import WebRtcSettings

logger = logging.getLogger(__name__)

OnLeg = Callable[[WebRtcLeg], Awaitable[None]]
#: None when a call may come in, else after how many seconds to try again.
Admit = Callable[[], float | None]

_MAX_SDP_CHARS = 32_000
_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_KEPT_HEADERS = ("user-agent", "accept-language")


class BusyError(VoicebotError):
    """No capacity for another call. `on_leg` may raise it; the browser gets 503 and Retry-After."""

    def __init__(self, retry_after_s: float = 10.0) -> None:
        self.retry_after_s = retry_after_s
        super().__init__("all lines are busy", fix=f"try again in {round(retry_after_s)} s")


class Offer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    sdp: str = Field(min_length=1, max_length=_MAX_SDP_CHARS)
    caller: str | None = Field(default=None, max_length=32)


class Candidate(BaseModel):
    candidate: str = Field(max_length=1000)
    sdpMid: str | None = Field(default=None, max_length=64)  # noqa: N815 (RTCIceCandidateInit's own names)
    sdpMLineIndex: int | None = Field(default=None, ge=0, le=64)  # noqa: N815


class Candidates(BaseModel):
    candidates: list[Candidate] = Field(max_length=64)


Session = Annotated[str, Path(max_length=64)]


def webrtc_router(on_leg: OnLeg, settings: WebRtcSettings | None = None, *, admit: Admit = lambda: None) -> APIRouter:
    """Routes under `/api/webrtc`.

    Args:
        on_leg: takes over an answered leg and returns at once (its session runs in a task of its own). When it raises
            `BusyError` or anything else, the leg is closed and the browser told.
        settings: of browser calls.
        admit: asked before any work is done for an offer.

    The answer names the `call` (id of its log) and a `session`: the unguessable key with which only this page may add
    candidates or hang up.
    """
    settings = settings or WebRtcSettings()
    legs: dict[str, WebRtcLeg] = {}
    router = APIRouter(prefix="/api/webrtc", tags=["webrtc"])

    @router.get("/config")
    async def config() -> dict[str, Any]:
        """What the page needs to know before it calls."""
        servers = [{"urls": url} for url in settings.ice_servers]
        return {"iceServers": servers, "claimedNumber": settings.allow_claimed_number}

    @router.post("/offer")
    async def offer(body: Offer, request: Request) -> Response:
        if not _same_site(request, settings):
            return _error(403, "calls from pages of other sites are not allowed", "set webrtc.allowed_origins")
        retry_after_s = 5.0 if len(legs) >= settings.max_claims else admit()
        if retry_after_s is not None:
            return _busy(retry_after_s)
        try:
            caller = Caller(number=_claimed_number(body.caller, settings), headers=_headers(request.headers))
            leg = await WebRtcLeg.answer(new_call_id("web"), body.sdp, caller, settings)
        except OfferError as error:
            return _error(422, error.what, error.fix)
        session = secrets.token_urlsafe(24)
        legs[session] = leg
        leg.on_closed(lambda: legs.pop(session, None))
        try:
            await on_leg(leg)
        except BusyError as error:
            await leg.hangup("busy")
            return _busy(error.retry_after_s)
        except Exception as error:
            failure(logger, error, "call %s could not be started", leg.id)
            await leg.hangup("failed to start")
            return _error(500, "the call could not be started", "the server's log has the cause")
        return JSONResponse({"type": "answer", "sdp": leg.answer_sdp, "call": leg.id, "session": session})

    @router.patch("/{session}")
    async def trickle(session: Session, body: Candidates) -> Response:
        leg = legs.get(session)
        if leg is None:
            return _error(404, "no such call", "it may have ended")
        for item in body.candidates:
            try:
                candidate = _parse(item)
            except (AssertionError, ValueError, IndexError):
                return _error(422, "not an ICE candidate", "send RTCIceCandidate.toJSON()")
            await leg.add_candidate(candidate)
        return Response(status_code=204)

    @router.delete("/{session}")
    async def hang_up(session: Session) -> Response:
        leg = legs.get(session)
        if leg is not None:
            await leg.leave()
        return Response(status_code=204)

    return router


def _claimed_number(claimed: str | None, settings: WebRtcSettings) -> str | None:
    number = re.sub(r"[\s()./-]", "", claimed or "")
    return number if settings.allow_claimed_number and _NUMBER.fullmatch(number) else None


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name][:200] for name in _KEPT_HEADERS if name in headers}


def _same_site(request: Request, settings: WebRtcSettings) -> bool:
    """A page of another site must not place calls through its visitor's browser."""
    origin = request.headers.get("origin")
    if origin is None or origin in settings.allowed_origins:
        return True
    return urlsplit(origin).netloc == request.headers.get("host")


def _parse(item: Candidate) -> Any:
    if not item.candidate:
        return None  # end of candidates (RFC 8838 section 14)
    if item.sdpMid is None and item.sdpMLineIndex is None:
        raise ValueError("a candidate belongs to a media line")
    candidate = candidate_from_sdp(item.candidate.removeprefix("candidate:"))
    candidate.sdpMid, candidate.sdpMLineIndex = item.sdpMid, item.sdpMLineIndex
    return candidate


def _error(status: int, what: str, fix: str = "", headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"error": what, "fix": fix}, status_code=status, headers=dict(headers or {}))


def _busy(retry_after_s: float) -> Response:
    error = BusyError(retry_after_s)
    return _error(503, error.what, error.fix, {"Retry-After": str(max(1, round(retry_after_s)))})
