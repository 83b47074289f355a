"""The demo service's application, called without a socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest

from voicebot.errors import ConfigError
from voicebot.oms.demo.faults import FaultLayer, Faults
from voicebot.oms.demo.service import _bound, make_app
from voicebot.oms.demo.shop import open_shop


@pytest.fixture(scope="module")
def layer() -> FaultLayer:
    return make_app(open_shop(":memory:", seed_number=7, today=date(2026, 11, 21)), Faults(), seed=1)


@pytest.fixture
async def http(layer: FaultLayer) -> AsyncIterator[httpx.AsyncClient]:
    layer.faults = Faults()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=layer), base_url="http://shop.test") as client:
        yield client


async def test_search_by_each_key(http: httpx.AsyncClient) -> None:
    for params in (
        {"number": "448-1207"},
        {"phone": "+14155550134"},
        {"email": "Elena.Marlowe@example.com"},
        {"customer_id": "c-0001"},
    ):
        answer = (await http.get("/v1/orders", params=params)).json()
        assert answer["orders"][0]["number"] == "4481207", params
        assert answer["customers"][0]["id"] == "c-0001"


@pytest.mark.parametrize(
    "query", ["", "number=1&email=a@b.c", "number=1&limit=0", "number=1&limit=101", "number=" + "9" * 999]
)
async def test_refused_searches(http: httpx.AsyncClient, query: str) -> None:
    assert (await http.get(f"/v1/orders?{query}")).status_code == 422


async def test_single_order_and_neighbours(http: httpx.AsyncClient) -> None:
    assert (await http.get("/v1/orders/by-id", params={"id": "o-4481207"})).json()["total"] > 0
    assert (await http.get("/v1/orders/by-id", params={"id": "o-1"})).status_code == 404
    heard = {"number": ["4481999", "4481207"], "score": ["-0.2", "-0.3"]}
    assert (await http.get("/v1/orders/nearest", params=heard)).json() == {"numbers": ["4481207"]}
    odd = await http.get("/v1/orders/nearest", params={**heard, "score": "-0.2"})
    assert odd.status_code == 422
    near = await http.get("/v1/orders/nearest", params={"number": "4481201"})
    assert near.json() == {"numbers": ["4481207"]}


async def test_health_counts(http: httpx.AsyncClient) -> None:
    health = (await http.get("/healthz")).json()
    assert (health["status"], health["orders"], health["customers"]) == ("ok", 2032, 332)


async def test_faults_are_switched_while_it_runs(http: httpx.AsyncClient) -> None:
    expected = {
        "http_500": (500, "application/json"),
        "html": (200, "text/html"),
        "throttle": (429, "application/json"),
    }
    for kind, (status, content) in expected.items():
        assert (await http.put("/admin/faults", json={"fail_rate": 1, "kind": kind})).status_code == 200
        answer = await http.get("/v1/orders?number=1")
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (status, content)
        assert (await http.get("/healthz")).status_code == 200
    assert (await http.get("/admin/faults")).json() == {
        "latency_ms": 0,
        "latency_p99_ms": None,
        "fail_rate": 1.0,
        "kind": "throttle",
        "only": "all",
    }
    assert (await http.put("/admin/faults", json={"fail_rate": 2})).status_code == 422
    assert (await http.put("/admin/faults", json={"mood": "bad"})).status_code == 422


async def test_hanging_answer_hangs(http: httpx.AsyncClient) -> None:
    await http.put("/admin/faults", json={"fail_rate": 1, "kind": "hang"})
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await http.get("/v1/orders?number=1")


async def test_a_share_fails_repeatably(http: httpx.AsyncClient, layer: FaultLayer) -> None:
    layer.faults = Faults(fail_rate=0.3)
    failed = [(await http.get("/v1/orders/by-id?id=o-1")).status_code == 500 for _ in range(200)]
    assert 35 < sum(failed) < 85


def test_listening_socket_says_tcp_so_that_answers_are_not_held_back() -> None:
    with _bound("127.0.0.1", 0) as sock:
        assert sock.proto == socket.IPPROTO_TCP
        sock.listen()
        with pytest.raises(ConfigError, match="choose another --port"):
            _bound("127.0.0.1", sock.getsockname()[1])


async def test_admin_only_from_this_machine(layer: FaultLayer) -> None:
    for client in (("10.0.0.9", 1234), ("", 0)):
        transport = httpx.ASGITransport(app=layer, client=client)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as stranger:
            assert (await stranger.put("/admin/faults", json={"fail_rate": 1})).status_code == 403
            assert (await stranger.get("/admin/faults")).status_code == 403
