from __future__ import annotations

import httpx
import pytest
from shop_transports import never
from shopify_fake import TOKEN, FakeShop, failed

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
from voicebot.oms.connectors.shopify import queries
from voicebot.oms.connectors.shopify.documents import Done, ShopAnswer
from voicebot.oms.connectors.shopify.session import Session

SHOP = {"shop": {"id": "gid://shopify/Shop/1"}}


async def ask(session: Session) -> ShopAnswer:
    return await session.ask(queries.SHOP, ShopAnswer, Deadline.after(5))


async def update(session: Session) -> Done:
    return await session.change(queries.UPDATE, Done, Deadline.after(5), input={})


async def test_a_wrong_token_is_named_and_not_told() -> None:
    with pytest.raises(Unavailable, match="access token") as error:
        await ask(FakeShop({"Shop": SHOP}).session("shpat_wrong"))
    assert "shpat_wrong" not in str(error.value)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (failed("THROTTLED"), Throttled),
        (failed("ACCESS_DENIED"), Unavailable),
        (failed("INTERNAL_SERVER_ERROR"), Unavailable),
        (failed("", "Invalid id: gid://shopify/Order/x"), NotFound),
        (failed("IDEMPOTENCY_CONCURRENT_REQUEST"), Conflict),
        (failed("undefinedField"), BadAnswer),
        (httpx.Response(200, json={"errors": "odd"}), BadAnswer),
        (httpx.Response(200, json={"data": None}), BadAnswer),
        (httpx.Response(200, json={"data": {"shop": 7}}), BadAnswer),
        (httpx.Response(200, json=[]), BadAnswer),
        (httpx.Response(200, text="<html>"), BadAnswer),
        (httpx.Response(402), Unavailable),
        (httpx.Response(429, headers={"retry-after": "2.0"}), Throttled),
        (httpx.Response(503), Unavailable),
        (httpx.Response(504), Lost),
    ],
)
async def test_every_mishap_is_one_of_our_errors(answer: httpx.Response, error: type[OmsError]) -> None:
    with pytest.raises(error):
        await ask(FakeShop({"Shop": answer}).session())


@pytest.mark.parametrize(
    ("errors", "reason"),
    [
        ({"userErrors": [{"field": ["id"], "message": "Order does not exist", "code": "NOT_FOUND"}]}, "not_found"),
        (
            {"orderCancelUserErrors": [{"message": "Order has already been cancelled", "code": None}]},
            "already_cancelled",
        ),
        ({"userErrors": [{"message": "Refund amount is greater than net payment received"}]}, "more_than_paid"),
        ({"userErrors": [{"message": "Zip is not valid"}]}, "bad_address"),
        ({"userErrors": [{"message": "No"}]}, "other"),
    ],
)
async def test_a_user_error_is_a_refusal_without_what_was_sent(errors: dict[str, object], reason: str) -> None:
    with pytest.raises(NotAllowed) as error:
        await update(FakeShop({"Update": {"orderUpdate": {"order": None, **errors}}}).session())
    assert error.value.reason == reason
    assert "Zip" not in error.value.what


async def test_no_user_errors_is_done() -> None:
    await update(FakeShop({"Update": {"orderUpdate": {"order": {"id": "1"}, "userErrors": []}}}).session())


async def test_without_points_in_time_nothing_is_sent() -> None:
    shop = FakeShop({"Shop": SHOP}, left=0)
    session = shop.session()
    await ask(session)
    with pytest.raises(Throttled) as error:
        await session.ask(queries.SHOP, ShopAnswer, Deadline.after(0.05))
    assert (shop.names, error.value.retry_after_s > 1) == (["Shop"], True)


async def test_gives_up_at_the_deadline() -> None:
    session = Session("https://shop.test", TOKEN, transport=never())
    with pytest.raises(DeadlineExceeded):
        await session.ask(queries.SHOP, ShopAnswer, Deadline.after(0.01))
