"""Slow or broken on purpose: an ASGI layer in front of the demo service's answers."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

FaultKind = Literal["http_500", "html", "wrong_json", "hang", "throttle"]

_HANG_S = 3600.0


class Faults(BaseModel):
    """What goes wrong. Also the body of `PUT /admin/faults`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    latency_ms: int = Field(default=0, ge=0, le=600_000)
    fail_rate: float = Field(default=0.0, ge=0.0, le=1.0)
    kind: FaultKind = "http_500"


class FaultLayer:
    """Delays every `/v1` request by `latency_ms`, then spoils a share of `fail_rate` of the answers."""

    def __init__(self, app: ASGIApp, faults: Faults, seed: int) -> None:
        self.app = app
        self.faults = faults
        self._rng = Random(seed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self.app(scope, receive, send)
            return
        faults = self.faults
        if faults.latency_ms:
            await asyncio.sleep(faults.latency_ms / 1000)
        if self._rng.random() >= faults.fail_rate:
            await self.app(scope, receive, send)
            return
        if faults.kind == "hang":
            await asyncio.sleep(_HANG_S)
        await _spoiled(faults.kind)(scope, receive, send)


def _spoiled(kind: FaultKind) -> Response:
    if kind == "html":
        return HTMLResponse("<html><body><h1>We will be back soon</h1></body></html>")
    if kind == "wrong_json":
        return JSONResponse({"orders": [{"id": 17, "lines": "none"}], "customers": None})
    if kind == "throttle":
        return JSONResponse({"error": "too many requests"}, status_code=429, headers={"retry-after": "0.2"})
    return JSONResponse({"error": "something broke on purpose"}, status_code=500)
