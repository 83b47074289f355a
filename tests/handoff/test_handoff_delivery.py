from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable

import httpx
import pytest

from voicebot.errors import ConfigError
from voicebot.handoff.delivery import Outcome, Webhook, pause_s, webhook_from
from voicebot.handoff.settings import HandoffSettings

SETTINGS = HandoffSettings(webhook_url="https://desk.example/hook", webhook_attempts=4)


class Desk:
    """Answers posts from a script of statuses; 0 is no connection."""

    def __init__(self, *script: int) -> None:
        self.script = list(script)
        self.requests: list[httpx.Request] = []
        self.pauses: list[float] = []
        self.done: list[tuple[str, Outcome]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status = self.script.pop(0)
        if status == 0:
            raise httpx.ConnectError("refused")
        return httpx.Response(status, headers={"retry-after": "7"} if status == 429 else {})

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def webhook(self, answer: Callable[[httpx.Request], httpx.Response] | None = None) -> Webhook:
        client = httpx.AsyncClient(transport=httpx.MockTransport(answer or self.answer))
        return Webhook(
            SETTINGS,
            "secret",
            client,
            on_done=lambda handoff, outcome: self.done.append((handoff, outcome)),
            wall_s=lambda: 1_700_000_000.9,
            jitter=lambda: 1.0,
            sleep=self.sleep,
        )


async def test_a_packet_is_posted_signed() -> None:
    desk = Desk(200)
    hook = desk.webhook()
    assert await hook.post("h1", {"reason": "policy"}) == Outcome(delivered=True, attempts=1, status=200)
    (request,) = desk.requests
    assert json.loads(request.content) == {"type": "handoff.opened", "data": {"reason": "policy"}}
    assert (request.headers["webhook-id"], request.headers["webhook-timestamp"]) == ("h1", "1700000000")
    expected = hmac.new(b"secret", b"h1.1700000000." + request.content, hashlib.sha256).digest()
    assert request.headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()
    await hook.close()


async def test_failures_that_may_pass_are_tried_again_under_the_same_id() -> None:
    desk = Desk(0, 503, 429, 204)
    hook = desk.webhook()
    assert await hook.post("h1", {}) == Outcome(delivered=True, attempts=4, status=204)
    assert desk.pauses == [1.0, 3.0, 7.0]
    assert {request.headers["webhook-id"] for request in desk.requests} == {"h1"}
    await hook.close()


async def test_it_is_given_up_after_so_many_attempts() -> None:
    desk = Desk(500, 500, 500, 500, 500)
    hook = desk.webhook()
    outcome = await hook.post("h1", {})
    assert (outcome.delivered, outcome.attempts, outcome.status) == (False, 4, 500)
    assert str(outcome) == "failed after 4: 500 Internal Server Error"
    await hook.close()


@pytest.mark.parametrize("status", [301, 400, 401, 404, 410])
async def test_a_refusal_for_good_is_not_repeated(status: int) -> None:
    desk = Desk(status, 200)
    hook = desk.webhook()
    assert not (await hook.post("h1", {})).delivered
    assert len(desk.requests) == 1
    await hook.close()


async def test_sending_does_not_wait_and_tells_how_it_ended() -> None:
    desk = Desk(500, 200)
    hook = desk.webhook()
    hook.send("h1", {})
    assert desk.requests == []
    await hook.close()
    assert desk.done == [("h1", Outcome(delivered=True, attempts=2, status=200))]


async def test_closing_does_not_wait_for_a_desk_that_does_not_answer() -> None:
    asked = asyncio.Event()

    async def never(_: httpx.Request) -> httpx.Response:
        asked.set()
        return await asyncio.Future()

    client = httpx.AsyncClient(transport=httpx.MockTransport(never))
    hook = Webhook(SETTINGS, "secret", client)
    hook.send("h1", {})
    await asked.wait()
    await hook.close(timeout_s=0)


def test_pauses_grow_are_spread_and_bounded() -> None:
    assert [pause_s(n, 500, None, attempts=9, jitter=1.0) for n in range(1, 8)] == [1, 3, 9, 27, 81, 243, 300]
    assert pause_s(1, 0, None, attempts=2, jitter=0.0) == 0.5
    assert pause_s(2, 0, None, attempts=2, jitter=0.0) is None
    assert pause_s(1, 503, "86400", attempts=2, jitter=0.0) == 300
    assert pause_s(1, 503, "Wed, 21 Oct 2026 07:28:00 GMT", attempts=2, jitter=1.0) == 1.0


def test_a_webhook_without_a_secret_is_refused() -> None:
    assert webhook_from(HandoffSettings()) is None
    with pytest.raises(ConfigError, match="VOICEBOT_WEBHOOK_SECRET"):
        webhook_from(SETTINGS, environ={})
    with pytest.raises(ConfigError, match="URL"):
        webhook_from(HandoffSettings(webhook_url="desk.example"), environ={"VOICEBOT_WEBHOOK_SECRET": "x"})


async def test_a_webhook_with_a_secret_is_made() -> None:
    hook = webhook_from(SETTINGS, environ={"VOICEBOT_WEBHOOK_SECRET": "x"})
    assert hook is not None
    await hook.close()
