"""Messages through a gateway: signed, repeated under one id, given up in time."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from voicebot.messages import webhook
from voicebot.messages.messenger import Message, MessageError
from voicebot.messages.webhook import WebhookMessenger
from voicebot.webhooks import signature

MESSAGE = Message(id="c-1-m1", channel="sms", to="+14155550134", text="Hello", kind="code", call="c-1")


class Gateway:
    """Answers from a script of statuses; 0 is no connection."""

    def __init__(self, *script: int) -> None:
        self.script = list(script)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status = self.script.pop(0)
        if status == 0:
            raise httpx.ConnectError("nobody there")
        return httpx.Response(status)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "_PAUSE_S", 0.0)


def messenger(gateway: Gateway) -> WebhookMessenger:
    client = httpx.AsyncClient(transport=httpx.MockTransport(gateway))
    return WebhookMessenger("https://sms.example/send", "secret", client, attempts=3, wall_s=lambda: 1_700_000_000.4)


async def test_it_is_posted_signed() -> None:
    gateway = Gateway(202)
    await messenger(gateway).send(MESSAGE, timeout_s=5)
    (request,) = gateway.requests
    assert json.loads(request.content) == {
        "type": "message.send",
        "data": {
            "id": "c-1-m1",
            "channel": "sms",
            "to": "+14155550134",
            "text": "Hello",
            "subject": "",
            "kind": "code",
            "call": "c-1",
        },
    }
    assert request.headers["webhook-signature"] == signature("secret", "c-1-m1", 1_700_000_000, request.content)


async def test_a_repetition_has_the_same_id() -> None:
    gateway = Gateway(503, 0, 200)
    await messenger(gateway).send(MESSAGE, timeout_s=5)
    assert [request.headers["webhook-id"] for request in gateway.requests] == ["c-1-m1"] * 3
    assert len({request.content for request in gateway.requests}) == 1


@pytest.mark.parametrize(("script", "attempts"), [((400, 200), 1), ((500, 500, 500, 200), 3)])
async def test_what_is_refused_or_fails_too_often_is_not_sent(script: tuple[int, ...], attempts: int) -> None:
    gateway = Gateway(*script)
    with pytest.raises(MessageError, match=f"HTTP {script[0]}"):
        await messenger(gateway).send(MESSAGE, timeout_s=5)
    assert len(gateway.requests) == attempts


async def test_it_is_not_waited_for_for_ever() -> None:
    async def hangs(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        return httpx.Response(200)

    client = httpx.AsyncClient(transport=httpx.MockTransport(hangs))
    slow = WebhookMessenger("https://sms.example/send", "secret", client, attempts=3)
    with pytest.raises(MessageError, match="in time"):
        await slow.send(MESSAGE, timeout_s=0.05)
    await slow.close()
