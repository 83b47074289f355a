from __future__ import annotations

import json

import httpx
import pytest

from voicebot.oms.connector import BadAnswer, Deadline
from voicebot.oms.connectors import graphql
from voicebot.oms.connectors.http import Wire
from voicebot.oms.connectors.marks import Lost

QUERY = "query Order($id: ID!) { order(id: $id) { id } }"


@pytest.mark.parametrize(
    ("query", "name"), [(QUERY, "Order"), ("mutation Login { a }", "Login"), ("query Shop{shop}", "Shop")]
)
def test_an_operation_has_a_name(query: str, name: str) -> None:
    assert graphql.operation(query) == name


async def test_what_is_sent() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.headers["authorization"]) == ("POST", "Bearer t")
        return httpx.Response(200, content=request.content)

    wire = Wire("http://shop.test", transport=httpx.MockTransport(handler))
    headers = {"authorization": "Bearer t"}
    response = await graphql.send(wire, "/api", QUERY, {"id": "7"}, Deadline.after(5), headers)
    assert json.loads(response.content) == {"query": QUERY, "variables": {"id": "7"}, "operationName": "Order"}


@pytest.mark.parametrize("status", [502, 504])
async def test_behind_a_gateway_that_gave_up_it_may_still_be_worked_on(status: int) -> None:
    wire = Wire("http://shop.test", transport=httpx.MockTransport(lambda _: httpx.Response(status)))
    with pytest.raises(Lost):
        await graphql.send(wire, "/api", QUERY, {}, Deadline.after(5))


@pytest.mark.parametrize("content", [b"{", b"[]", b'"x"', b"", b"[" * 100_000])
def test_what_is_no_document(content: bytes) -> None:
    with pytest.raises(BadAnswer):
        graphql.document(httpx.Response(200, content=content), "here")


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": []}])
def test_an_answer_without_data(answer: dict[str, object]) -> None:
    with pytest.raises(BadAnswer):
        graphql.data_of(answer, "here")


@pytest.mark.parametrize(
    ("errors", "first"),
    [
        ([{"message": "no", "extensions": {"code": "FORBIDDEN"}}, {"message": "other"}], ("FORBIDDEN", "no")),
        ([{"message": None, "extensions": {"code": None}}], ("", "")),
        ([{"extensions": "odd"}], ("", "")),
        ([], ("", "")),
        (["odd"], ("", "")),
        ("odd", ("", "")),
    ],
)
def test_the_first_error_whatever_its_shape(errors: object, first: tuple[str, str]) -> None:
    assert graphql.first_error(errors) == first


def test_the_one_field_of_a_mutation() -> None:
    assert graphql.only_field({"cancelOrder": {"id": "1"}}) == {"id": "1"}
    assert graphql.only_field({}) is None
