"""Webhooks of the demo shop, from the signature to who believes it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from oms_builders import small_shop

from voicebot.oms.connector import Cap, OmsError
from voicebot.oms.connectors.demo import DemoConnector
from voicebot.oms.demo.faults import Faults
from voicebot.oms.demo.service import make_app
from voicebot.oms.demo.writes import SIGNATURE, Webhook, signature

NOW = 1_795_000_000
BODY = json.dumps({"id": "e-1", "type": "order.changed", "orders": ["o-1"]}).encode()


def connector(secret: str | None = "s3cret", now: float = NOW) -> DemoConnector:
    return DemoConnector("http://shop.test", webhook_secret=secret, unix_time=lambda: now)


def headers(body: bytes = BODY, secret: str = "s3cret", at: int = NOW) -> dict[str, str]:
    return {SIGNATURE.upper(): signature(secret, at, body)}


def test_genuine() -> None:
    assert connector().verify_webhook(headers(), BODY) == ("o-1",)
    assert Cap.WEBHOOKS in connector().caps
    assert Cap.WEBHOOKS not in connector(None).caps


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ({}, BODY),
        (headers(secret="other"), BODY),
        (headers(at=NOW - 301), BODY),
        (headers(), BODY + b" "),
        (headers(b"\xff"), b"\xff"),
        (headers(b'{"id": "e"}'), b'{"id": "e"}'),
    ],
)
def test_forged_old_or_unreadable(given: dict[str, str], body: bytes) -> None:
    with pytest.raises(OmsError):
        connector().verify_webhook(given, body)


def test_replayed_or_without_a_secret() -> None:
    believing = connector()
    believing.verify_webhook(headers(), BODY)
    with pytest.raises(OmsError, match="before"):
        believing.verify_webhook(headers(at=NOW + 1), BODY)
    with pytest.raises(OmsError):
        connector(None).verify_webhook(headers(secret=""), BODY)


async def test_every_commit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: asyncio.Queue[httpx.Request] = asyncio.Queue()

    def receiver(request: httpx.Request) -> httpx.Response:
        told.put_nowait(request)
        return httpx.Response(500)

    real = httpx.AsyncClient

    def client(**options: Any) -> httpx.AsyncClient:
        return real(**options, transport=httpx.MockTransport(receiver))

    app = make_app(small_shop(), Faults(), 1, Webhook(url="http://hook.test/oms", secret="s3cret"))
    async with real(transport=httpx.ASGITransport(app=app), base_url="http://shop.test") as http, asyncio.timeout(5):
        monkeypatch.setattr("voicebot.oms.demo.writes.httpx.AsyncClient", client)
        wish = {"kind": "note", "order": "o-3310460", "args": {"text": "hello"}}
        quote = (await http.post("/v1/actions/plan", json=wish)).json()
        yes = {**wish, "key": "key-number-1", "version": quote["version"], "quote": quote["quote"]}
        assert (await http.post("/v1/actions/commit", json={**yes, "quote": "x"})).status_code == 409
        assert (await http.post("/v1/actions/commit", json=yes)).status_code == 200
        request = await told.get()
    monkeypatch.undo()
    assert told.empty()
    sent = int(request.headers[SIGNATURE].split(",")[0].removeprefix("t="))
    orders = connector(now=sent).verify_webhook(request.headers, request.content)
    assert orders == ("o-3310460",)
