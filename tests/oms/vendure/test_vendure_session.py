from __future__ import annotations

import asyncio

import httpx
import pytest
from shop_transports import never
from vendure_fake import CREDENTIALS, FakeShop, failed, refused

from voicebot.oms.connector import (
    BadAnswer,
    Conflict,
    Deadline,
    DeadlineExceeded,
    NotAllowed,
    NotFound,
    OmsError,
    Throttled,
    Unavailable,
)
from voicebot.oms.connectors.marks import Lost
from voicebot.oms.connectors.vendure import Credentials, queries
from voicebot.oms.connectors.vendure.documents import ChangedDoc, ShopAnswer
from voicebot.oms.connectors.vendure.session import Session

DONE = {"transitionOrderToState": {"__typename": "Order", "id": 1, "state": "Modifying"}}


async def ask(session: Session) -> ShopAnswer:
    return await session.ask(queries.SHOP, ShopAnswer, Deadline.after(5))


async def move(session: Session) -> ChangedDoc:
    return await session.change(queries.TRANSITION, ChangedDoc, Deadline.after(5), id="1", state="Modifying")


async def test_signs_in_once_for_many_questions() -> None:
    shop = FakeShop()
    session = shop.session()
    await asyncio.gather(*(ask(session) for _ in range(5)))
    assert (shop.signed_in, len(shop.asked)) == (1, 5)


async def test_an_ended_session_is_renewed_and_the_write_done_once() -> None:
    shop = FakeShop({"Transition": DONE})
    session = shop.session()
    await ask(session)
    shop.ended.add("token-1")
    assert (await move(session)).id == "1"
    assert (shop.signed_in, shop.names) == (2, ["Transition"])


async def test_a_missing_permission_is_told_and_not_asked_for_ever() -> None:
    shop = FakeShop({"Transition": failed("FORBIDDEN")})
    with pytest.raises(Unavailable, match="permission"):
        await move(shop.session())
    assert shop.signed_in == 2


async def test_wrong_credentials_say_what_to_do_and_not_what_they_are() -> None:
    session = Session(
        "http://shop.test", Credentials("bot@shop.test", "wrong"), transport=httpx.MockTransport(FakeShop())
    )
    with pytest.raises(Unavailable) as error:
        await ask(session)
    assert "environment" in str(error.value)
    assert "wrong" not in str(error.value).replace("set both", "")
    assert "pass word" not in repr(CREDENTIALS)


async def test_a_shop_without_bearer_tokens_is_named() -> None:
    def cookies(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": {"login": {"__typename": "CurrentUser"}}})

    with pytest.raises(BadAnswer, match="tokenMethod"):
        await ask(Session("http://shop.test", CREDENTIALS, transport=httpx.MockTransport(cookies)))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("EMPTY_ORDER_LINE_SELECTION_ERROR", "already_cancelled"),
        ("REFUND_AMOUNT_ERROR", "more_than_paid"),
        ("QUANTITY_TOO_GREAT_ERROR", "more_than_ordered"),
        ("INSUFFICIENT_STOCK_ERROR", "out_of_stock"),
        ("SOMETHING_NEW_ERROR", "other"),
    ],
)
async def test_an_error_among_the_members_is_a_refusal(code: str, reason: str) -> None:
    with pytest.raises(NotAllowed) as error:
        await move(FakeShop({"Transition": refused(code)}).session())
    assert error.value.reason == reason


async def test_an_order_that_cannot_be_moved_is_a_conflict() -> None:
    with pytest.raises(Conflict):
        await move(FakeShop({"Transition": refused("ORDER_STATE_TRANSITION_ERROR")}).session())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (failed("ENTITY_NOT_FOUND"), NotFound),
        (failed("INTERNAL_SERVER_ERROR"), Unavailable),
        (failed("USER_INPUT_ERROR"), NotAllowed),
        (failed("GRAPHQL_VALIDATION_FAILED", 400), BadAnswer),
        (httpx.Response(200, json={"errors": "odd"}), Unavailable),
        (httpx.Response(200, json=[]), BadAnswer),
        (httpx.Response(200, json={"data": None}), BadAnswer),
        (httpx.Response(200, json={"data": {"globalSettings": 7}}), BadAnswer),
        (httpx.Response(200, text="<html>"), BadAnswer),
        (httpx.Response(200, content=b"{", headers={"content-type": "application/json"}), BadAnswer),
        (httpx.Response(429, json={}), Throttled),
        (httpx.Response(500, text="oops"), Unavailable),
        (httpx.Response(502, text="oops"), Lost),
    ],
)
async def test_every_mishap_is_one_of_our_errors(answer: httpx.Response, error: type[OmsError]) -> None:
    with pytest.raises(error):
        await ask(FakeShop({"Shop": answer}).session())


async def test_a_broken_connection_may_have_done_it_and_a_refused_one_has_not() -> None:
    def broken(error: type[httpx.TransportError]) -> Session:
        def fail(request: httpx.Request) -> httpx.Response:
            raise error("no", request=request)

        return Session("http://shop.test", CREDENTIALS, transport=httpx.MockTransport(fail))

    with pytest.raises(Lost):
        await ask(broken(httpx.ReadError))
    with pytest.raises(Unavailable) as refusal:
        await ask(broken(httpx.ConnectError))
    assert not isinstance(refusal.value, Lost)


async def test_gives_up_at_the_deadline() -> None:
    session = Session("http://shop.test", CREDENTIALS, transport=never())
    with pytest.raises(DeadlineExceeded):
        await session.ask(queries.SHOP, ShopAnswer, Deadline.after(0.01))
