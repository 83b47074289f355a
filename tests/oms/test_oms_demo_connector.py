"""The connector against a transport in this process: what it makes of every kind of answer."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from voicebot.oms.actions import Action, ActionKind, ActionPlan
from voicebot.oms.connector import (
    BadAnswer,
    Conflict,
    Deadline,
    DeadlineExceeded,
    KeyKind,
    NotAllowed,
    NotFound,
    OmsError,
    OrderKey,
    Throttled,
    Unavailable,
)
from voicebot.oms.connectors.demo import DemoConnector
from voicebot.oms.demo import mapping
from voicebot.oms.demo.schema import OrderDoc, compact
from voicebot.oms.demo.seed import generate

NOW = datetime(2026, 11, 21, tzinfo=UTC)
KEY = OrderKey(KeyKind.NUMBER, "4481207")
ORDER = compact(generate(7, date(2026, 11, 21), orders=1).orders[0])


def connected(answer: Callable[[httpx.Request], httpx.Response]) -> DemoConnector:
    return DemoConnector("http://shop.test", transport=httpx.MockTransport(answer))


def body(text: str, status: int = 200, kind: str = "application/json") -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(status, content=text.encode(), headers={"content-type": kind})


async def test_good_answer() -> None:
    seen: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url)
        customer = {"id": "c-0001", "first_name": "Elena", "tier": "gold"}
        return httpx.Response(200, json={"orders": [json.loads(ORDER)], "customers": [customer]})

    connector = connected(answer)
    found = await connector.find_orders(KEY, limit=3, deadline=Deadline.after(1))
    assert [order.number for order in found.orders] == ["4481207"]
    assert [(c.first_name, c.tier) for c in found.customers] == [("Elena", "gold")]
    assert dict(seen[0].params) == {"number": "4481207", "limit": "3"}
    assert found.orders[0].fetched_at == found.fetched_at
    customers = await connector.find_customers(phone="+14155550134", deadline=Deadline.after(1))
    assert customers == found.customers
    assert seen[1].params["phone"] == "+14155550134"
    await connector.close()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (body("<html>sorry</html>", kind="text/html"), BadAnswer),
        (body("<html>sorry</html>"), BadAnswer),
        (body(""), BadAnswer),
        (body("[]"), BadAnswer),
        (body('{"orders": [{"id": 17}], "customers": []}'), BadAnswer),
        (body('{"orders": null, "customers": null}'), BadAnswer),
        (body(f'{{"orders": [{ORDER}], "customers": []'), BadAnswer),
        (body("\xff\xfe", kind="application/json; charset=latin-1"), BadAnswer),
        (body(" " * 5_000_000), BadAnswer),
        (body("{}", status=302), BadAnswer),
        (body('{"detail": "give one key"}', status=422), BadAnswer),
        (body("gone", status=404, kind="text/plain"), BadAnswer),
        (body("{}", status=404), NotFound),
        (body("{}", status=429), Throttled),
        (body("boom", status=500, kind="text/plain"), Unavailable),
        (body("{}", status=503), Unavailable),
    ],
)
async def test_bad_answers_become_typed_errors(
    answer: Callable[[httpx.Request], httpx.Response], error: type[OmsError]
) -> None:
    connector = connected(answer)
    with pytest.raises(error) as caught:
        await connector.find_orders(KEY, limit=3, deadline=Deadline.after(1))
    assert type(caught.value) is error
    assert "4481207" not in str(caught.value)
    await connector.close()


QUOTE = {"version": "w1", "quote": "q", "preview": {"refund_minor": 5}, "expires_at": "2026-11-21T10:00:00Z"}
DONE = {"reference": "RF-1", "facts": {"refund_minor": 5}, "at": "2026-11-21T10:00:00Z"}


async def planned(answer: Callable[[httpx.Request], httpx.Response], *, version: str = "w1") -> ActionPlan:
    order = mapping.order(OrderDoc.model_validate_json(ORDER).model_copy(update={"version": version}), NOW)
    action = Action(kind=ActionKind.REFUND, target=order.id, args={"amount_minor": 5})
    connector = connected(answer)
    try:
        return await connector.plan(action, order, plan_id="p-1", deadline=Deadline.after(1))
    finally:
        await connector.close()


async def test_a_plan_and_its_commit() -> None:
    seen: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append({"path": request.url.path, **json.loads(request.content)})
        done = DONE if seen[-1].get("key") == "key-number-1" else None
        answers: dict[str, Any] = {"plan": QUOTE, "commit": DONE, "outcome": {"done": done}}
        return httpx.Response(200, json=answers[request.url.path.rsplit("/", 1)[1]])

    plan = await planned(answer)
    assert (plan.id, plan.version, plan.preview) == ("p-1", "w1", {"refund_minor": 5})
    connector = connected(answer)
    result = await connector.commit(plan, key="key-number-1", deadline=Deadline.after(1))
    assert (result.status, result.reference, result.facts) == ("committed", "RF-1", {"refund_minor": 5})
    assert seen[1] == {
        "path": "/v1/actions/commit",
        "kind": "refund",
        "order": "o-4481207",
        "args": {"amount_minor": 5},
        "key": "key-number-1",
        "version": "w1",
        "quote": "q",
    }
    assert await connector.outcome(plan, key="key-number-1", deadline=Deadline.after(1)) == result
    assert await connector.outcome(plan, key="key-number-2", deadline=Deadline.after(1)) is None
    asked = len(seen)
    await connector.abandon(plan, deadline=Deadline.after(1))
    assert len(seen) == asked, "there is nothing to remove"
    await connector.close()


async def test_a_quote_for_another_version_than_was_read() -> None:
    with pytest.raises(Conflict):
        await planned(lambda _: httpx.Response(200, json=QUOTE), version="w0")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (body('{"error": "conflict", "detail": "changed"}', status=409), Conflict),
        (body('{"error": "not_allowed", "reason": "nothing_left"}', status=409), NotAllowed),
        (body('{"error": "no idea"}', status=409), BadAnswer),
        (body("<html>", status=409), BadAnswer),
        (body("{}", status=404), NotFound),
        (body("{}", status=422), BadAnswer),
        (body("{}", status=504), Unavailable),
        (body("{}"), BadAnswer),
    ],
)
async def test_refusals_are_told_from_trouble(
    answer: Callable[[httpx.Request], httpx.Response], error: type[OmsError]
) -> None:
    with pytest.raises(error) as caught:
        await planned(answer)
    assert type(caught.value) is error
    if isinstance(caught.value, NotAllowed):
        assert caught.value.reason == "nothing_left"


@pytest.mark.parametrize(
    "trouble", [httpx.ConnectError("refused"), httpx.ReadError("reset"), httpx.RemoteProtocolError("x")]
)
async def test_broken_lines_are_unavailable(trouble: httpx.HTTPError) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise trouble

    connector = connected(answer)
    with pytest.raises(Unavailable):
        await connector.health(deadline=Deadline.after(1))
    await connector.close()


async def test_deadline_that_has_passed() -> None:
    async def answer(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        raise AssertionError

    connector = DemoConnector("http://shop.test", transport=httpx.MockTransport(answer))
    with pytest.raises(DeadlineExceeded):
        await connector.get_order("o-1", deadline=Deadline.after(0))
    await connector.close()


async def test_callers_keys_stay_out_of_the_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    connector = connected(body('{"orders": [], "customers": []}'))
    await connector.find_orders(KEY, limit=3, deadline=Deadline.after(1))
    assert "4481207" not in caplog.text
    await connector.close()


@pytest.mark.parametrize(("header", "seconds"), [("0.2", 0.2), ("9999", 60.0), ("-4", 0.0), ("tomorrow", 1.0)])
async def test_backends_wish_to_wait(header: str, seconds: float) -> None:
    connector = connected(lambda _: httpx.Response(429, headers={"retry-after": header}))
    with pytest.raises(Throttled) as caught:
        await connector.nearest_numbers("1", limit=1, deadline=Deadline.after(1))
    assert caught.value.retry_after_s == seconds
    await connector.close()
