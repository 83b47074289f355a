"""The shop changes an order while a conversation about it is under way, and tells it by webhook: the demo shop, the
server's web side and the conversation are the real ones."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from voicebot import config
from voicebot.call.house import House
from voicebot.call.text import TextCall
from voicebot.config import Settings
from voicebot.console.app import build_app
from voicebot.console.deps import ConsoleDeps, Readiness
from voicebot.console.serve import serving
from voicebot.console.settings import ConsoleSettings
from voicebot.console.webhooks import webhook_router
from voicebot.records.events.actions import ActionCommitted
from voicebot.records.events.oms import OmsAnswered
from voicebot.server import open_house

pytestmark = [pytest.mark.e2e, pytest.mark.model]

SECRET = "webhooks of the demo shop"
#: One of the demo shop's customers, whose order is paid and not packed; her postcode.
MARA, ORDER, POSTCODE = "+16465550101", "3310460", "one oh oh one one"


@dataclass(frozen=True)
class Shop:
    """The demo shop's own side of things."""

    http: httpx.AsyncClient
    house: House

    async def cancels(self, number: str) -> None:
        """Somebody cancels in the web shop; done when the server was told."""
        believed = self.house.orders.notices.figures()["believed"]
        (order,) = (await self.http.get("/v1/orders", params={"number": number})).json()["orders"]
        wish = {"kind": "cancel", "order": order["id"], "args": {"reason": "changed_mind"}}
        quote = (await self.http.post("/v1/actions/plan", json=wish)).json()
        yes = {**wish, "key": f"web-shop-{number}", "version": quote["version"], "quote": quote["quote"]}
        (await self.http.post("/v1/actions/commit", json=yes)).raise_for_status()
        async with asyncio.timeout(10):
            while self.house.orders.notices.figures()["believed"] == believed:  # noqa: ASYNC110 (another task's state)
                await asyncio.sleep(0.02)


@asynccontextmanager
async def demo_shop(data_dir: Path, tell: str) -> AsyncIterator[str]:
    """`voicebot demo-oms`; gives its URL."""
    arguments = ("--port", "0", "--data-dir", str(data_dir), "--webhook-url", tell, "--json")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voicebot", "demo-oms", *arguments),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "VOICEBOT_DEMO_WEBHOOK_SECRET": SECRET},
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            ready = await process.stdout.readline()
        yield json.loads(ready)["web"]
    finally:
        process.terminate()
        await process.wait()


def settings_for(data_dir: Path, shop: str) -> Settings:
    """A snapshot would be good for the whole test, were it not for the webhooks."""
    settings = config.load(None, server__data_dir=data_dir, oms__url=shop)
    return replace(settings, oms=replace(settings.oms, cache_ttl_s=600.0, absent_ttl_s=600.0))


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the classifier is trained once for all tests here."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
async def shop(tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    monkeypatch.setenv("VOICEBOT_OMS_WEBHOOK_SECRET", SECRET)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(demo_shop(tmp_path / "shop", f"http://127.0.0.1:{port}/webhooks/orders"))
        house = await stack.enter_async_context(open_house(settings_for(data_dir, url), voice=False, published=False))
        deps = ConsoleDeps(
            ready=lambda: Readiness(ready=True),
            store=house.store,
            data_dir=house.data_dir,
            packet=house.handoff.packet,
            callbacks=tuple,
            version="0",
            started_at=datetime.now(UTC),
        )
        app = build_app(deps, routers=[webhook_router(house.orders.notices)])
        await stack.enter_async_context(serving(app, ConsoleSettings(http_port=port)))
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=url, trust_env=False))
        yield Shop(http, house)


@asynccontextmanager
async def conversation(shop: Shop, name: str) -> AsyncIterator[TextCall]:
    call = TextCall(shop.house, call_id=name, caller=MARA)
    await call.open()
    try:
        yield call
    finally:
        await call.close()


async def says(call: TextCall, words: str) -> str:
    return " ".join((await call.say(words))["say"])


def committed(call: TextCall) -> list[ActionCommitted]:
    return [record.event for record in call.records if isinstance(record.event, ActionCommitted)]


async def test_what_the_shop_cancelled_meanwhile_is_not_planned_as_open(shop: Shop) -> None:
    async with conversation(shop, "t1") as call:
        assert "postcode" in await says(call, "I want to cancel my order")
        await shop.cancels(ORDER)
        told = await says(call, POSTCODE)
        assert "cancelled already" in told
        assert "Shall I cancel" not in told
        assert committed(call) == []

    async with conversation(shop, "t2") as call:
        told = await says(call, "where is my order")
        assert "cancelled" in told, "a snapshot from before the webhook was used"
        reads = [record.event for record in call.records if isinstance(record.event, OmsAnswered)]
        assert reads
        assert not any(read.cached for read in reads if read.op == "get_order")


async def test_what_the_shop_cancels_between_plan_and_yes_is_not_done_twice(shop: Shop) -> None:
    async with conversation(shop, "t3") as call:
        await says(call, "I want to cancel my order")
        assert "Shall I cancel" in await says(call, POSTCODE)
        await shop.cancels(ORDER)
        told = await says(call, "yes please")
        assert "It's cancelled. The reference" not in told
        assert told
        assert committed(call) == []
