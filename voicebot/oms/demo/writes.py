"""The demo service's endpoints that change something, and what it tells others about it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import httpx
from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import JSONResponse

from voicebot.logs import failure
from voicebot.oms.demo import till
from voicebot.oms.demo.changes import Refused
from voicebot.oms.demo.store import ShopStore
from voicebot.oms.demo.wire import Asked, Confirmed, Done, Outcome, Quote, Refusal, Wish

log = logging.getLogger(__name__)

SIGNATURE = "x-voicebot-signature"
_SEND_S = 5.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where every change is told, and the secret that it is signed with."""

    url: str
    secret: str = ""


def signature(secret: str, sent_at: int, body: bytes) -> str:
    """`t=<Unix seconds>,v1=<HMAC-SHA256 of "t.body", hex>`."""
    digest = hmac.new(secret.encode(), f"{sent_at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={sent_at},v1={digest}"


def write_endpoints(store: ShopStore, webhook: Webhook | None) -> APIRouter:
    """`POST /v1/actions/plan | commit | outcome | abandon`."""
    router = APIRouter(prefix="/v1/actions")
    sending: set[asyncio.Task[None]] = set()

    def tell(order_id: str) -> None:
        if webhook is None:
            return
        task = asyncio.create_task(_send(webhook, order_id), name="demo shop webhook")
        sending.add(task)
        task.add_done_callback(sending.discard)

    @router.post("/plan", response_model=Quote)
    async def plan(wish: Wish) -> Response:
        """What an action would do. Nothing is changed or kept."""
        return _answered(lambda: till.quote(store, wish, datetime.now(UTC)))

    @router.post("/commit", response_model=Done)
    async def commit(confirmed: Confirmed) -> Response:
        """Do it, once for a key."""
        answer = _answered(lambda: till.commit(store, confirmed, datetime.now(UTC)))
        if answer.status_code == 200:
            tell(confirmed.order)
        return answer

    @router.post("/outcome")
    async def outcome(asked: Asked) -> Outcome:
        """What became of a key."""
        return till.outcome(store, asked.key)

    @router.post("/abandon", status_code=204)
    async def abandon() -> None:
        """Quotes are not kept, so there is nothing to remove."""

    return router


def _answered(work: Callable[[], Quote | Done]) -> Response:
    try:
        done = work()
    except till.Absent as error:
        raise HTTPException(404, "no order with this id") from error
    except till.Stale as stale:
        return _refusal(Refusal(error="conflict", detail=str(stale)))
    except Refused as refused:
        return _refusal(Refusal(error="not_allowed", reason=refused.reason, detail=str(refused)))
    return Response(done.model_dump_json(), media_type="application/json")


def _refusal(refusal: Refusal) -> Response:
    return JSONResponse(refusal.model_dump(), status_code=409)


async def _send(webhook: Webhook, order_id: str) -> None:
    body = json.dumps({"id": uuid.uuid4().hex, "type": "order.changed", "orders": [order_id]}).encode()
    headers = {"content-type": "application/json", SIGNATURE: signature(webhook.secret, int(time.time()), body)}
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=_SEND_S) as http:
            (await http.post(webhook.url, content=body, headers=headers)).raise_for_status()
    except httpx.HTTPError as error:
        failure(log, error, "a webhook could not be delivered")
