from __future__ import annotations

import asyncio

import httpx
import pytest
from medusa_fake import CREDENTIALS, FakeShop, refusal
from shop_transports import never

from voicebot.oms.connector import (
    BadAnswer,
    Deadline,
    DeadlineExceeded,
    NotAllowed,
    NotFound,
    OmsError,
    Throttled,
    Unavailable,
)
from voicebot.oms.connectors.medusa import Credentials
from voicebot.oms.connectors.medusa.documents import NumbersAnswer
from voicebot.oms.connectors.medusa.session import Session, plain

EMPTY = {"orders": [], "count": 0}


async def ask(session: Session) -> NumbersAnswer:
    return await session.get("orders", NumbersAnswer, Deadline.after(5))


async def test_signs_in_once_for_many_questions() -> None:
    shop = FakeShop({"GET orders": EMPTY})
    session = shop.session()
    await asyncio.gather(*(ask(session) for _ in range(5)))
    assert (shop.signed_in, len(shop.asked)) == (1, 5)


async def test_a_token_is_renewed_before_it_ends() -> None:
    shop = FakeShop({"GET orders": EMPTY})
    session = shop.session()
    await ask(session)
    shop.now += shop.life_s - 900
    await ask(session)
    assert shop.signed_in == 1
    shop.now += 600
    await ask(session)
    assert shop.signed_in == 2


async def test_a_revoked_token_is_replaced_and_the_write_done_once() -> None:
    shop = FakeShop({"GET orders": EMPTY, "POST orders/order_1/cancel": EMPTY})
    session = shop.session()
    await ask(session)
    shop.revoked.add(session._token.value)
    shop.now += 1
    await session.post("orders/order_1/cancel", NumbersAnswer, Deadline.after(5))
    assert shop.signed_in == 2
    assert shop.asked.count("POST orders/order_1/cancel") == 1


async def test_wrong_credentials_say_what_to_do_and_not_what_they_are() -> None:
    shop = FakeShop()
    session = Session("http://shop.test", Credentials("bot@shop.test", "other"), transport=httpx.MockTransport(shop))
    with pytest.raises(Unavailable, match="environment") as caught:
        await ask(session)
    assert "other" not in str(caught.value)
    assert "pass word" not in repr(CREDENTIALS)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((404, {"type": "not_found", "message": "gone"}), NotFound),
        ((400, {"type": "not_found", "message": "gone"}), NotFound),
        ((500, {"type": "unknown_error"}), Unavailable),
        ((429, {}), Throttled),
        ({"orders": "none"}, BadAnswer),
        (refusal("All fulfillments must be canceled"), NotAllowed),
    ],
)
async def test_mishaps_are_our_errors(answer: object, error: type[OmsError]) -> None:
    shop = FakeShop({"GET orders": answer})  # type: ignore[dict-item]
    with pytest.raises(error):
        await ask(shop.session())


async def test_html_is_no_answer() -> None:
    def maintenance(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/auth"):
            return httpx.Response(200, json={"token": "a.b.c"})
        return httpx.Response(200, html="<h1>back soon</h1>")

    session = Session("http://shop.test", CREDENTIALS, transport=httpx.MockTransport(maintenance))
    with pytest.raises(BadAnswer):
        await ask(session)


async def test_gives_up_at_the_deadline() -> None:
    session = Session("http://shop.test", CREDENTIALS, transport=never())
    with pytest.raises(DeadlineExceeded):
        await session.get("orders", NumbersAnswer, Deadline.after(0.02))


async def test_a_write_whose_answer_is_lost_is_not_sent_again() -> None:
    sent = []

    def broken(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/auth"):
            return httpx.Response(200, json={"token": "a.b.c"})
        sent.append(request)
        raise httpx.ReadError("broke", request=request)

    session = Session("http://shop.test", CREDENTIALS, transport=httpx.MockTransport(broken))
    with pytest.raises(Unavailable):
        await session.post("payments/pay_1/refund", NumbersAnswer, Deadline.after(5), {"amount": 5})
    assert len(sent) == 1


@pytest.mark.parametrize("identity", ["../customers", "a/b", "a?b=c", "", "order-1", "ordér"])
def test_an_id_cannot_lead_elsewhere(identity: str) -> None:
    assert plain(identity) == "none"


def test_an_id_is_left_alone() -> None:
    assert plain("order_01M8079AF8X131KWR8FHPJV2KP") == "order_01M8079AF8X131KWR8FHPJV2KP"
