"""The demo service as a real process, asked over a real socket."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from oms_builders import FakeLog

from voicebot.errors import VoicebotError
from voicebot.oms.actions import Action, ActionKind, ActionPlan
from voicebot.oms.connector import Deadline, DeadlineExceeded, Unavailable
from voicebot.oms.connectors.demo import DemoConnector
from voicebot.oms.demo.process import DemoService
from voicebot.oms.desk import OrderDesk
from voicebot.oms.settings import OmsSettings
from voicebot.oms.start import open_index, open_oms

pytestmark = pytest.mark.e2e

NO_CACHE = OmsSettings(cache_ttl_s=0, absent_ttl_s=0, breaker_failures=100, retries=0)


@pytest.fixture(scope="module")
def shop_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop")


@pytest.fixture
async def service(shop_dir: Path) -> AsyncIterator[DemoService]:
    async with DemoService(shop_dir) as running:
        yield running


async def faults(service: DemoService, **wanted: object) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        (await http.put(f"{service.url}/admin/faults", json=wanted)).raise_for_status()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def until_serving(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as http, asyncio.timeout(15):
        while True:
            try:
                await http.get(f"{url}/healthz")
            except httpx.HTTPError:
                await asyncio.sleep(0.05)
            else:
                return


async def test_trouble_of_every_kind_is_a_status(service: DemoService) -> None:
    desk = OrderDesk(DemoConnector(service.url), NO_CACHE)
    reads = desk.for_call(FakeLog())

    async def status() -> str:
        args = {"number": "4481207"}
        return str((await reads.query("find_orders", args, request="q", deadline_s=0.5))["status"])

    assert await status() == "ok"
    for kind, expected in (
        ("http_500", "unavailable"),
        ("html", "bad_answer"),
        ("wrong_json", "bad_answer"),
        ("throttle", "unavailable"),
        ("hang", "timeout"),
    ):
        await faults(service, fail_rate=1, kind=kind)
        assert await status() == expected, kind
    await faults(service, latency_ms=2000)
    assert await status() == "timeout"
    await faults(service)
    assert await status() == "ok"
    await desk.close()


async def test_retry_rides_over_a_flaky_backend(service: DemoService) -> None:
    await faults(service, fail_rate=0.2)
    patient = OmsSettings(cache_ttl_s=0, absent_ttl_s=0, breaker_failures=100, retries=6, retry_pause_ms=1)
    desk = OrderDesk(DemoConnector(service.url), patient)
    reads = desk.for_call(FakeLog())
    for _ in range(20):
        result = await reads.query("find_orders", {"phone": "+14155550134"}, request="q", deadline_s=5)
        assert result["status"] == "ok"
        assert [order["number"] for order in result["orders"]] == ["4481207", "4480022"]
    await desk.close()


async def test_killed_service_comes_back_at_the_same_address(service: DemoService) -> None:
    url, pid = service.url, service.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(15):
        while service.restarts == 0:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await until_serving(url)
    assert service.url == url
    assert service.pid != pid


async def test_open_oms_owns_its_shop(shop_dir: Path) -> None:
    desk = await open_oms(OmsSettings(), shop_dir)
    reads = desk.for_call(FakeLog())
    result = await reads.query("find_orders", {"number": "4481201"}, request="q", deadline_s=2)
    assert (result["status"], result["nearest"]) == ("not_found", ["4481207"])
    await desk.close()
    after = await reads.query("find_orders", {"number": "4480022"}, request="q", deadline_s=2)
    assert after["status"] in ("unavailable", "bad_answer")


async def test_backend_that_is_away_does_not_prevent_the_start(tmp_path: Path) -> None:
    desk = await open_oms(OmsSettings(url="http://127.0.0.1:16499"), tmp_path)
    result = await desk.for_call(FakeLog()).query("find_orders", {"number": "1"}, request="q", deadline_s=1)
    assert result == {"status": "unavailable"}
    await desk.close()


async def test_service_ends_with_whoever_started_it(shop_dir: Path) -> None:
    async with DemoService(shop_dir) as service:
        pid = service.pid
        assert pid is not None
        assert service._process is not None
        assert service._process.stdin is not None
        assert service._watch is not None
        service._watch.cancel()
        service._process.stdin.close()
        async with asyncio.timeout(10):
            await service._process.wait()
    assert not alive(pid)


async def test_port_in_use_is_said(service: DemoService, shop_dir: Path) -> None:
    port = int(service.url.rsplit(":", 1)[1])
    with pytest.raises(VoicebotError, match="cannot listen"):
        await DemoService(shop_dir, port=port).start()


async def test_number_index_of_each_origin(service: DemoService, shop_dir: Path, tmp_path: Path) -> None:
    for data_dir, url in ((None, service.url), (shop_dir, None), (tmp_path, None), (None, None)):
        index = open_index(data_dir, url)
        assert await index.nearest_numbers("4481201", 3) == ["4481207"]
        assert await index.nearest_numbers("4481207", 3) == ["4481207"]
        await index.close()
    away = open_index(None, "http://127.0.0.1:16499")
    assert await away.nearest_numbers("4481207", 3) == []
    await away.close()


async def test_a_write_survives_a_kill_and_a_lost_answer(tmp_path: Path) -> None:
    async with DemoService(tmp_path) as service:
        shop = DemoConnector(service.url)

        async def plan(number: str) -> ActionPlan:
            order = await shop.get_order(f"o-{number}", deadline=Deadline.after(5))
            wish = Action(kind=ActionKind.REFUND, target=order.id, args={"amount_minor": 100})
            return await shop.plan(wish, order, plan_id="p", deadline=Deadline.after(5))

        killed, lost = await plan("3355190"), await plan("3379532")
        await shop.commit(killed, key="before-the-kill", deadline=Deadline.after(5))
        await faults(service, fail_rate=1, kind="answer_lost", only="writes")
        with pytest.raises(Unavailable):
            await shop.commit(lost, key="answer-was-lost", deadline=Deadline.after(5))
        assert service.pid is not None
        os.kill(service.pid, signal.SIGKILL)
        async with asyncio.timeout(15):
            while service.restarts == 0:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await until_serving(service.url)
        for done, key in ((killed, "before-the-kill"), (lost, "answer-was-lost")):
            told = await shop.outcome(done, key=key, deadline=Deadline.after(5))
            assert told is not None
            again = await shop.commit(done, key=key, deadline=Deadline.after(5))
            assert again == told
            order = await shop.get_order(done.action.target, deadline=Deadline.after(5))
            assert [refund.amount.minor for refund in order.refunds] == [100]
        await shop.close()


async def test_a_write_that_was_given_up_while_it_waited_is_not_done_later(service: DemoService) -> None:
    shop = DemoConnector(service.url)
    order = await shop.get_order("o-3362847", deadline=Deadline.after(5))
    wish = Action(kind=ActionKind.REFUND, target=order.id, args={"amount_minor": 100})
    planned = await shop.plan(wish, order, plan_id="p", deadline=Deadline.after(5))
    await faults(service, latency_ms=600, only="writes")
    with pytest.raises(DeadlineExceeded):
        await shop.commit(planned, key="given-up-early", deadline=Deadline.after(0.2))
    await faults(service)
    await asyncio.sleep(1.0)
    assert await shop.outcome(planned, key="given-up-early", deadline=Deadline.after(5)) is None
    await shop.close()
