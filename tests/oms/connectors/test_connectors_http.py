from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest
from pydantic import BaseModel

from voicebot.oms.connector import BadAnswer, Deadline, DeadlineExceeded, OmsError, Throttled, Unavailable
from voicebot.oms.connectors.http import Wire, json_answer, parsed
from voicebot.oms.connectors.marks import Lost


class Thing(BaseModel):
    name: str


def raising(error: type[httpx.HTTPError]) -> Callable[[httpx.Request], httpx.Response]:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error("no")

    return fail


def wire(handler: Callable[[httpx.Request], httpx.Response]) -> Wire:
    return Wire("http://shop.test/api/", transport=httpx.MockTransport(handler), headers={"x-shop": "one"}, fix="look")


async def send(handler: Callable[[httpx.Request], httpx.Response], path: str = "orders?q=nora") -> httpx.Response:
    return await wire(handler).send("GET", path, Deadline.after(5))


async def test_what_is_sent() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert (request.headers["accept"], request.headers["x-shop"]) == ("application/json", "one")
        return httpx.Response(418, text=str(request.url))

    assert (await send(handler)).text == "http://shop.test/api/orders?q=nora"
    assert wire(handler).url == "http://shop.test/api"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (httpx.ConnectError, Unavailable),
        (httpx.ReadError, Lost),
        (httpx.RemoteProtocolError, Lost),
        (httpx.DecodingError, BadAnswer),
    ],
)
async def test_a_request_that_nobody_took_is_told_from_one_that_was_lost(
    fault: type[httpx.HTTPError], error: type[OmsError]
) -> None:
    with pytest.raises(error) as caught:
        await send(raising(fault))
    assert type(caught.value) is error
    assert "nora" not in str(caught.value)


async def test_gives_up_at_the_deadline() -> None:
    async def never(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    slow = Wire("http://shop.test", transport=httpx.MockTransport(never))
    with pytest.raises(DeadlineExceeded):
        await slow.send("GET", "/", Deadline.after(0.01))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(429, json={}), Throttled),
        (httpx.Response(500, json={}), Unavailable),
        (httpx.Response(502, text="bad gateway"), Unavailable),
        (httpx.Response(200, text="<html>"), BadAnswer),
        (httpx.Response(200, html="<h1>{}</h1>"), BadAnswer),
        (httpx.Response(400, json={}, headers={"content-type": "application/problem+json"}), BadAnswer),
        (httpx.Response(200), BadAnswer),
        (httpx.Response(200, json="x" * 100), BadAnswer),
    ],
)
def test_what_is_no_answer(answer: httpx.Response, error: type[OmsError]) -> None:
    with pytest.raises(error):
        json_answer(answer, "here", longest=99)


@pytest.mark.parametrize("kind", ["application/json", "application/JSON; charset=utf-8"])
@pytest.mark.parametrize("status", [200, 404])
def test_json_is_an_answer_whatever_it_says(status: int, kind: str) -> None:
    answer = httpx.Response(status, content=b"{}", headers={"content-type": kind})
    assert json_answer(answer, "here") is answer


def test_a_server_error_may_say_why() -> None:
    answer = httpx.Response(500, json={"errors": []})
    assert json_answer(answer, "here", says_why=True) is answer
    with pytest.raises(Unavailable):
        json_answer(httpx.Response(500, text="oops"), "here", says_why=True)


@pytest.mark.parametrize(
    ("header", "seconds"), [("3", 3.0), ("900", 60.0), ("-1", 0.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 1.0)]
)
def test_how_long_to_wait(header: str, seconds: float) -> None:
    with pytest.raises(Throttled) as caught:
        json_answer(httpx.Response(429, headers={"retry-after": header}), "here")
    assert caught.value.retry_after_s == seconds


@pytest.mark.parametrize("given", [b'{"name": "Nora"}', {"name": "Nora"}])
def test_json_is_read_from_bytes_and_from_what_was_read(given: object) -> None:
    assert parsed(Thing, given, "here").name == "Nora"


@pytest.mark.parametrize("given", [b'{"name": ["Nora"]}', b"{", b"Nora", {"name": ["Nora"]}, "Nora", None])
def test_wrong_json_is_told_without_its_contents(given: object) -> None:
    with pytest.raises(BadAnswer) as caught:
        parsed(Thing, given, "here")
    assert "Nora" not in str(caught.value)
