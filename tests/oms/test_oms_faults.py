"""Trouble on purpose: which requests it concerns, and whether anything was done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import httpx
import pytest
from oms_builders import small_shop

from voicebot.oms.demo.faults import FaultLayer, Faults, latency
from voicebot.oms.demo.service import make_app

WISH = {"kind": "refund", "order": "o-3355190", "args": {"amount_minor": 100}}


@pytest.fixture
def layer() -> FaultLayer:
    return make_app(small_shop(), Faults(), seed=1)


@pytest.fixture
async def http(layer: FaultLayer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=layer), base_url="http://shop.test") as client:
        yield client


async def post(http: httpx.AsyncClient, what: str, body: dict[str, Any]) -> httpx.Response:
    return await http.post(f"/v1/actions/{what}", json=body)


async def confirmed(http: httpx.AsyncClient, key: str = "key-number-1") -> dict[str, Any]:
    quote = (await post(http, "plan", WISH)).json()
    return {**WISH, "key": key, "version": quote["version"], "quote": quote["quote"]}


async def done(http: httpx.AsyncClient, key: str = "key-number-1") -> bool:
    return (await post(http, "outcome", {"key": key})).json()["done"] is not None


@pytest.mark.parametrize(
    ("kind", "status", "happened"),
    [("http_500", 500, False), ("throttle", 429, False), ("html", 200, False), ("answer_lost", 504, True)],
)
async def test_only_a_lost_answer_is_to_something_done(
    layer: FaultLayer, http: httpx.AsyncClient, kind: str, status: int, happened: bool
) -> None:
    yes = await confirmed(http)
    layer.faults = Faults.model_validate({"fail_rate": 1, "kind": kind, "only": "writes"})
    assert (await post(http, "commit", yes)).status_code == status
    assert await done(http) is happened, "reads are well all the while"
    layer.faults = Faults()
    assert (await post(http, "commit", yes)).json()["reference"] == "RF-3355190-1"
    refunds = (await http.get("/v1/orders/by-id", params={"id": "o-3355190"})).json()["refunds"]
    assert len(refunds) == 1


async def test_trouble_of_reads_leaves_writes_alone(layer: FaultLayer, http: httpx.AsyncClient) -> None:
    yes = await confirmed(http)
    layer.faults = Faults(fail_rate=1, only="reads")
    assert (await http.get("/v1/orders?number=1")).status_code == 500
    assert (await post(http, "plan", WISH)).status_code == 500
    assert (await post(http, "commit", yes)).status_code == 200


async def test_a_write_whose_sender_has_gone_is_not_done(layer: FaultLayer) -> None:
    """A late write behind the back of whoever gave it up would make its outcome a lie."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=layer), base_url="http://shop.test") as http:
        yes = await confirmed(http)
        layer.faults = Faults(latency_ms=60_000, only="writes")
        told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        told.put_nowait(
            {"type": "http.request", "body": httpx.Request("POST", "/", json=yes).read(), "more_body": False}
        )
        told.put_nowait({"type": "http.disconnect"})
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/v1/actions/commit", "headers": [], "query_string": b""}
        await layer(scope, told.get, send)
        assert sent == []
        assert not await done(http)


async def test_a_slow_write_is_done_with_its_whole_body(layer: FaultLayer, http: httpx.AsyncClient) -> None:
    yes = await confirmed(http)
    layer.faults = Faults(latency_ms=1, only="writes")
    assert (await post(http, "commit", yes)).status_code == 200


@pytest.mark.parametrize(
    ("what", "changes", "status"),
    [
        ("plan", {"order": "o-0"}, 404),
        ("plan", {"kind": "dance"}, 422),
        ("plan", {"args": {"amount_minor": 10**9}}, 409),
        ("commit", {"key": "short"}, 422),
        ("commit", {"version": "w999"}, 409),
        ("commit", {"quote": "of something else"}, 409),
        ("commit", {"order": "o-0"}, 404),
        ("outcome", {}, 422),
    ],
)
async def test_refused_requests(http: httpx.AsyncClient, what: str, changes: dict[str, Any], status: int) -> None:
    body = await confirmed(http) if what == "commit" else WISH if what == "plan" else {}
    answer = await post(http, what, {**body, **changes})
    assert answer.status_code == status
    if status == 409:
        assert answer.json()["error"] in ("conflict", "not_allowed")
    assert not await done(http)
    assert (await post(http, "abandon", {})).status_code == 204


async def test_further_reads(http: httpx.AsyncClient) -> None:
    by_words = (await http.get("/v1/products", params={"text": "trail runner"})).json()["products"]
    by_sku = (await http.get("/v1/products", params={"sku": by_words[0]["variants"][0]["sku"].lower()})).json()
    assert by_sku["products"][0]["name"] == "Trail Runner shoes"
    assert (await http.get("/v1/products", params={"sku": "none"})).json() == {"products": []}
    assert (await http.get("/v1/products")).status_code == 422
    assert (await http.get("/v1/customers/by-id", params={"id": "c-0123"})).json()["points"] == 2450
    assert (await http.get("/v1/customers/by-id", params={"id": "c-0"})).status_code == 404
    assert (await http.get("/v1/promotions", params={"code": "welcome 10"})).json()["percent"] == 10
    assert (await http.get("/v1/promotions", params={"code": "nothing"})).status_code == 404
    order = (await http.get("/v1/orders/by-id", params={"id": "o-3576324"})).json()
    assert order["owner"]["order_count"] == 1
    assert order["owner"]["contact_changed_at"] is not None
    guest = (await http.get("/v1/orders/by-id", params={"id": "o-9274460"})).json()
    assert "owner" not in guest
    found = (await http.get("/v1/orders", params={"phone": "+14155550134"})).json()
    assert found["owners"] == {"c-0001": {"order_count": 2, "contact_changed_at": None}}


def test_latency_is_the_same_for_all_or_has_a_tail() -> None:
    rng = Random(1)
    assert {latency(Faults(latency_ms=100), rng) for _ in range(9)} == {100.0}
    assert latency(Faults(latency_p99_ms=300), rng) == 0.0
    assert latency(Faults(latency_ms=100, latency_p99_ms=80), rng) == 100.0
    tailed = sorted(latency(Faults(latency_ms=100, latency_p99_ms=300), rng) for _ in range(20_000))
    assert tailed[10_000] == pytest.approx(100, rel=0.03)
    assert tailed[19_800] == pytest.approx(300, rel=0.08)
