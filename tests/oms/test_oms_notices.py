"""Webhooks of the order system, from the signature to what is read anew."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from oms_builders import FakeConnector, FakeLog, jumping, order

from voicebot.oms.connector import BadAnswer, Cap, Forged, OmsError, Repeated
from voicebot.oms.desk import OrderDesk
from voicebot.oms.notices import Verdict
from voicebot.oms.settings import OmsSettings


class Telling(FakeConnector):
    """Believes what says `genuine`; `orders` are those that it is about."""

    def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
        errors: dict[str, Exception] = {
            "forged": Forged("x"),
            "again": Repeated("x"),
            "unreadable": BadAnswer("x"),
            "other": OmsError("x"),
            "flaw": KeyError("x"),
        }
        said = str(headers["said"])
        if said in errors:
            raise errors[said]
        return tuple(json.loads(body))


@pytest.fixture
async def desk() -> AsyncIterator[OrderDesk]:
    made = OrderDesk(Telling(takes_s=0.0), OmsSettings(hedge_after_ms=0))
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("genuine", Verdict.BELIEVED),
        ("again", Verdict.REPEATED),
        ("forged", Verdict.FORGED),
        ("unreadable", Verdict.UNREADABLE),
        ("other", Verdict.UNREADABLE),
        ("flaw", Verdict.UNREADABLE),
    ],
)
async def test_a_verdict_for_everything(desk: OrderDesk, said: str, verdict: Verdict) -> None:
    assert await desk.notices.take({"said": said}, b'["o-1"]') is verdict
    assert desk.notices.figures() == {each.value: int(each is verdict) for each in Verdict}


async def test_what_was_read_of_the_order_is_read_anew_and_nothing_else(desk: OrderDesk) -> None:
    connector = desk.connector
    assert isinstance(connector, Telling)
    reads = desk.for_call(FakeLog())

    async def ask(order_id: str) -> dict[str, Any]:
        return dict(await reads.query("get_order", {"id": order_id}, request="q", deadline_s=1))

    connector.orders = [order(number="1"), order(number="2")]
    await ask("o-1")
    await ask("o-2")
    await desk.notices.take({"said": "forged"}, b'["o-1"]')
    await ask("o-1")
    assert connector.asked == ["get o-1", "get o-2"], "a forged webhook made snapshots old"
    await desk.notices.take({"said": "genuine"}, b'["o-1", "o-9"]')
    await ask("o-2")
    await ask("o-1")
    assert connector.asked == ["get o-1", "get o-2", "get o-1"]


def test_more_than_a_shop_sends_is_not_looked_at() -> None:
    async def story() -> None:
        notices = OrderDesk(Telling(), OmsSettings()).notices
        assert [notices.room(0) for _ in range(61)] == [True] * 60 + [False]
        await asyncio.sleep(1)
        assert [notices.room(0) for _ in range(21)] == [True] * 20 + [False]
        await asyncio.sleep(1)
        assert not notices.room(8), "so many are arriving already"
        assert notices.figures()["refused"] == 3
        notices.close()

    jumping(story)


async def test_without_a_secret_none_is_expected() -> None:
    desk = OrderDesk(Telling(caps=frozenset(Cap) - {Cap.WEBHOOKS}), OmsSettings())
    assert not desk.notices.expected
    assert await desk.notices.take({"said": "genuine"}, b'["o-1"]') is Verdict.FORGED
    await desk.close()


async def test_the_log_names_a_kind_once_and_nobody(desk: OrderDesk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "voicebot")
    for _ in range(3):
        await desk.notices.take({"said": "forged"}, b'["o-4481207"]')
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "4481207" not in caplog.text
