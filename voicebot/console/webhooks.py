"""`POST /webhooks/orders`: the order system tells that orders have changed. Signed, so it needs no log-in."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.requests import ClientDisconnect

from voicebot.oms.notices import Notices, Verdict

_BODY_LIMIT = 1_000_000
_READ_S = 5.0
_ANSWERS = {
    Verdict.BELIEVED: (200, {"status": "thank you"}),
    Verdict.REPEATED: (200, {"status": "known already"}),
    Verdict.FORGED: (401, {"error": "not signed by the order system", "fix": "compare the secrets and the clocks"}),
    Verdict.UNREADABLE: (400, {"error": "signed, but it cannot be read", "fix": "see the connector's documentation"}),
    Verdict.REFUSED: (429, {"error": "too many webhooks", "fix": "send it again in a second"}),
}
_TOO_LONG = (413, {"error": "too long", "fix": f"{_BODY_LIMIT} bytes at most"})
_TOO_SLOW = (408, {"error": "the body did not come in time", "fix": "send it again"})
_UNWANTED = (
    404,
    {"error": "no webhooks are expected", "fix": "set the secret that they are signed with (oms.webhook_secret_env)"},
)


class _TooLongError(Exception):
    pass


def webhook_router(notices: Notices) -> APIRouter:
    """The route. 200 believed or known already, 401 forged or too old, 400 unreadable, 404 when the order system signs
    none for us, 408, 413 and 429 by their meaning."""
    router = APIRouter()
    arriving = 0

    @router.post("/webhooks/orders")
    async def orders(request: Request) -> Response:
        nonlocal arriving
        if not notices.expected:
            return _answer(_UNWANTED)
        if not notices.room(arriving):
            return _answer(_ANSWERS[Verdict.REFUSED])
        arriving += 1
        try:
            async with asyncio.timeout(_READ_S):
                body = await _body(request)
        except (TimeoutError, ClientDisconnect):
            return _answer(_TOO_SLOW)
        except _TooLongError:
            return _answer(_TOO_LONG)
        finally:
            arriving -= 1
        return _answer(_ANSWERS[await notices.take(dict(request.headers), body)])

    return router


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY_LIMIT:
            raise _TooLongError
    return bytes(body)


def _answer(said: tuple[int, dict[str, str]]) -> Response:
    status, body = said
    return JSONResponse(body, status_code=status, headers={"Retry-After": "1"} if status == 429 else {})
