"""The order system's webhooks over HTTP: who is believed, who is not, and what a stranger can do with the address."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from console_bench import FakeStore, deps_for
from fastapi import FastAPI

from voicebot.console.app import build_app
from voicebot.console.webhooks import webhook_router
from voicebot.oms.connectors.demo import DemoConnector
from voicebot.oms.connectors.webhooks import SIGNATURE, signature
from voicebot.oms.desk import OrderDesk
from voicebot.oms.settings import OmsSettings

SECRET = "s3cret of the shop"
PATH = "/webhooks/orders"


def console(tmp_path: Path, desk: OrderDesk) -> FastAPI:
    return build_app(deps_for(tmp_path, FakeStore()), routers=[webhook_router(desk.notices)])


def asking(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://voice.shop.example")


@pytest.fixture
async def desk() -> AsyncIterator[OrderDesk]:
    made = OrderDesk(DemoConnector("http://shop.test", webhook_secret=SECRET), OmsSettings())
    yield made
    await made.close()


@pytest.fixture
async def http(tmp_path: Path, desk: OrderDesk, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("VOICEBOT_CONSOLE_TOKEN", "correct horse battery staple")
    async with asking(console(tmp_path, desk)) as client:
        yield client


def body(event: Any) -> bytes:
    return json.dumps(event).encode()


def signed(content: bytes, *, secret: str = SECRET, ago_s: int = 0) -> dict[str, str]:
    return {SIGNATURE: signature(secret, int(time.time()) - ago_s, content)}


EVENT = body({"id": "e-1", "type": "order.changed", "orders": ["o-4481207"]})


async def test_believed_once_and_known_again(http: httpx.AsyncClient, desk: OrderDesk) -> None:
    answers = [await http.post(PATH, content=EVENT, headers=signed(EVENT, ago_s=ago)) for ago in (0, 0, 5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [answer.json()["status"] for answer in answers] == ["thank you", "known already", "known already"]
    assert desk.notices.figures()["repeated"] == 2


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (EVENT, {}, 401),
        (EVENT, {SIGNATURE: "t=1,v1=00"}, 401),
        (EVENT, signed(EVENT, secret="guessed"), 401),
        (EVENT, signed(EVENT, ago_s=301), 401),
        (EVENT + b" ", signed(EVENT), 401),
        (b"[]", signed(b"[]"), 400),
        (b"\xff", signed(b"\xff"), 400),
        (b"[" * 20_000, signed(b"[" * 20_000), 400),
        (body({"id": "e"}), signed(body({"id": "e"})), 400),
        (b"x" * 1_000_001, signed(b"x" * 1_000_001), 413),
    ],
)
async def test_what_is_not_believed(
    http: httpx.AsyncClient, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = await http.post(PATH, content=content, headers=headers)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "fix"}
    assert (await http.post(PATH, content=EVENT, headers=signed(EVENT))).status_code == 200


async def test_too_many_are_told_when_to_come_again(http: httpx.AsyncClient, desk: OrderDesk) -> None:
    answers = [await http.post(PATH, content=EVENT) for _ in range(90)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].headers["retry-after"] == "1"
    assert desk.notices.figures()["refused"] == len(refused)


async def test_a_body_that_does_not_come_keeps_nobody_waiting(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicebot.console.webhooks._READ_S", 0.05)

    async def trickle() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(1)

    assert (await http.post(PATH, content=trickle())).status_code == 408


async def test_a_sender_who_hangs_up_leaves_no_trace(tmp_path: Path, desk: OrderDesk) -> None:
    app, sent = console(tmp_path, desk), list[Any]()
    coming = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": PATH, "query_string": b"", "headers": [], "http_version": "1.1"}
    for _ in range(10):
        await app(scope, receive, send)
    async with asking(app) as http:
        assert (await http.post(PATH, content=EVENT, headers=signed(EVENT))).status_code == 200


async def test_without_a_secret_there_is_no_such_address(tmp_path: Path) -> None:
    desk = OrderDesk(DemoConnector("http://shop.test"), OmsSettings())
    async with asking(console(tmp_path, desk)) as http:
        answer = await http.post(PATH, content=EVENT, headers=signed(EVENT))
    assert (answer.status_code, set(answer.json())) == (404, {"error", "fix"})
    await desk.close()


async def test_nothing_is_to_be_read_there(http: httpx.AsyncClient) -> None:
    assert (await http.get(PATH)).status_code == 405
