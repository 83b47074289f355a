"""Cancelling and changing an order, and the money that goes back with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from medusa_fake import FakeShop, Json, item, order, payment, pieces, refusal

from voicebot.oms.actions import Action, ActionKind, ActionPlan
from voicebot.oms.connector import Deadline, NotAllowed, OmsError, UnderWay
from voicebot.oms.connectors.marks import stamp
from voicebot.oms.connectors.medusa.connector import MedusaConnector

TWO = [item("ordli_1", total=26.13, detail=pieces(1)), item("ordli_2", total=26.13, detail=pieces(2))]
ONE = {"lines": [{"line": "ordli_2", "quantity": 1}]}


def soon() -> Deadline:
    return Deadline.after(5)


class Shop(FakeShop):
    """Edits an order by one piece, and gives back as it is told."""

    def __init__(self, refunding: Any = None, **more: Any) -> None:
        super().__init__()
        self.order = order(**{"items": TWO, **more})
        self.changes: list[Json] = []
        total = self.order["total"]
        self.answers = {
            "GET orders/order_1": lambda _: {"order": self.order},
            "GET orders/order_1/changes": lambda _: {"order_changes": self.changes},
            "POST order-edits": self.open,
            "POST order-edits/order_1/items/item/ordli_2": {"order_preview": {"total": total - 13.0}},
            "POST order-edits/order_1/confirm": self.confirm,
            "POST payments/pay_1/refund": refunding or {},
            "POST orders/order_1/cancel": {},
        }

    def open(self, _: httpx.Request) -> Json:
        made = {"id": "ordch_1", "change_type": "edit", "status": "pending", "created_at": ago(60)}
        self.changes.append({**made, "internal_note": self.bodies[-1]["internal_note"]})
        return {"order_change": {"id": "ordch_1"}}

    def confirm(self, _: httpx.Request) -> Json:
        self.changes[0] |= {"status": "confirmed", "confirmed_at": ago(0)}
        return {}

    async def planned(self, **args: Any) -> tuple[MedusaConnector, ActionPlan]:
        connector = self.connector()
        known = await connector.get_order("order_1", deadline=soon())
        action = Action(kind=ActionKind.CANCEL, target="order_1", args=args)
        return connector, await connector.plan(action, known, plan_id="p-1", deadline=soon())


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


def lost(request: httpx.Request) -> Json:
    raise httpx.ReadError("broke", request=request)


async def test_naming_all_that_is_left_cancels_the_order() -> None:
    gone = item("ordli_3", detail=pieces(1, written_off=1))
    shop = Shop(items=[*TWO, gone])
    named = [{"line": "ordli_1", "quantity": 1}, {"line": "ordli_2", "quantity": 2}]
    connector, plan = await shop.planned(lines=named)
    assert (plan.preview["order_status"], plan.preview["method"]) == ("cancelled", "original")
    await connector.commit(plan, key="k", deadline=soon())
    assert shop.asked[-1] == "POST orders/order_1/cancel"


async def test_where_nothing_was_paid_no_way_back_is_told() -> None:
    reserved = [{"payments": [payment(captured=False)]}]
    for args in ({}, ONE):
        _, plan = await Shop(payment_collections=reserved).planned(**args)
        assert (plan.preview["refund_minor"], "method" in plan.preview) == (0, False)


@pytest.mark.parametrize(
    ("line", "more", "reason"),
    [
        ("ordli_2", {}, "more_than_ordered"),
        ("ordli_3", {}, "more_than_ordered"),
        ("ordli_2", {"items": [TWO[0], item("ordli_2", detail=pieces(2, fulfilled=1))]}, "already_shipped"),
        ("ordli_2", {"status": "canceled"}, "already_cancelled"),
    ],
)
async def test_what_is_not_there_is_not_cancelled(line: str, more: Json, reason: str) -> None:
    gone = item("ordli_3", detail=pieces(1, written_off=1))
    with pytest.raises(NotAllowed) as caught:
        await Shop(**{"items": [*TWO, gone], **more}).planned(lines=[{"line": line, "quantity": 3}])
    assert caught.value.reason == reason


async def test_a_change_gives_back_what_was_paid_too_much() -> None:
    shop = Shop()
    connector, plan = await shop.planned(**ONE)
    result = await connector.commit(plan, key="k", deadline=soon())
    assert (result.facts["refund_minor"], result.facts["method"]) == (1300, "original")
    assert shop.bodies[-1] == {"amount": 13.0, "note": f"{stamp('k')} order changed"}


async def test_a_refund_that_is_refused_is_not_promised(caplog: pytest.LogCaptureFixture) -> None:
    connector, plan = await Shop(refusal("You cannot refund more than what is captured")).planned(**ONE)
    result = await connector.commit(plan, key="k", deadline=soon())
    assert (result.status, "refund_minor" in result.facts) == ("committed", False)
    assert "not given back (order order_1, write k)" in caplog.text


@pytest.mark.parametrize("answer", [lost, (504, {})])
@pytest.mark.parametrize("arrives", [True, False])
async def test_a_refund_without_an_answer_is_told_when_it_can_be(
    answer: Any, arrives: bool, caplog: pytest.LogCaptureFixture
) -> None:
    shop = Shop(answer)
    connector, plan = await shop.planned(**ONE)
    with pytest.raises(OmsError, match=r"no answer|504"):
        await connector.commit(plan, key="k", deadline=soon())
    with pytest.raises(UnderWay, match="may still be on its way"):
        await connector.outcome(plan, key="k", deadline=soon())
    assert caplog.text == "", "nobody knows yet"
    if arrives:
        made = {"id": "ref_1", "amount": 13, "note": f"{stamp('k')} order changed"}
        shop.order["payment_collections"] = [{"payments": [payment(refunds=[made])]}]
    else:
        shop.changes[0]["confirmed_at"] = ago(45)
    told = await connector.outcome(plan, key="k", deadline=soon())
    assert told is not None
    assert (told.status, "refund_minor" in told.facts) == ("committed", arrives)
    assert ("not given back (order order_1, write k)" in caplog.text) is not arrives
    assert shop.asked.count("POST payments/pay_1/refund") == 1
