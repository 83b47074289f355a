"""Slow or broken on purpose: an ASGI layer in front of the demo service's answers."""

from __future__ import annotations

import asyncio
import math
from random import Random
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FaultKind = Literal["http_500", "html", "wrong_json", "hang", "throttle", "answer_lost"]

_HANG_S = 3600.0
_COMMIT = "/v1/actions/commit"
#: Of the normal distribution: so many deviations above the middle is the 99th percentile.
_P99 = 2.326


class Faults(BaseModel):
    """What goes wrong. Also the body of `PUT /admin/faults`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    latency_ms: int = Field(default=0, ge=0, le=600_000, description="Of every answer; of half of them with a p99.")
    latency_p99_ms: int | None = Field(default=None, ge=0, le=600_000, description="None: all take the same time.")
    fail_rate: float = Field(default=0.0, ge=0.0, le=1.0)
    kind: FaultKind = "http_500"
    only: Literal["all", "reads", "writes"] = Field(default="all", description="Which requests are slow or fail.")


class FaultLayer:
    """Delays `/v1` requests by their `latency`, then spoils a share of `fail_rate` of the answers.

    All kinds fail before anything is done, except `answer_lost`: there the work is done and its answer is not given.
    """

    def __init__(self, app: ASGIApp, faults: Faults, seed: int) -> None:
        self.app = app
        self.faults = faults
        self._rng = Random(seed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        faults = self.faults
        if scope["type"] != "http" or not _concerned(scope["path"], faults):
            await self.app(scope, receive, send)
            return
        if wait_ms := latency(faults, self._rng):
            body = await _body(receive)
            if await _gone_within(receive, wait_ms / 1000):
                return  # whoever asked has given up: nothing may happen behind their back
            receive = _again(body, receive)
        if self._rng.random() >= faults.fail_rate:
            await self.app(scope, receive, send)
            return
        if faults.kind == "answer_lost":
            await self.app(scope, receive, _nowhere)
        elif faults.kind == "hang":
            await _gone_within(receive, _HANG_S)
        await _spoiled(faults.kind)(scope, receive, send)


def latency(faults: Faults, rng: Random) -> float:
    """Milliseconds that one request takes: always the same, or log-normal with this median and 99th percentile."""
    median, p99 = faults.latency_ms, faults.latency_p99_ms
    if not median or p99 is None or p99 <= median:
        return float(median)
    return rng.lognormvariate(math.log(median), math.log(p99 / median) / _P99)


def _concerned(path: str, faults: Faults) -> bool:
    if not path.startswith("/v1/"):
        return False
    return faults.only == "all" or (path == _COMMIT) == (faults.only == "writes")


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


async def _gone_within(receive: Receive, seconds: float) -> bool:
    """Wait; True as soon as the client has hung up."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


def _again(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


async def _nowhere(_: Message) -> None:
    """An answer that nobody gets."""


def _spoiled(kind: FaultKind) -> Response:
    if kind == "html":
        return HTMLResponse("<html><body><h1>We will be back soon</h1></body></html>")
    if kind == "wrong_json":
        return JSONResponse({"orders": [{"id": 17, "lines": "none"}], "customers": None})
    if kind == "throttle":
        return JSONResponse({"error": "too many requests"}, status_code=429, headers={"retry-after": "0.2"})
    if kind == "answer_lost":
        return JSONResponse({"error": "the gateway waited too long"}, status_code=504)
    return JSONResponse({"error": "something broke on purpose"}, status_code=500)
