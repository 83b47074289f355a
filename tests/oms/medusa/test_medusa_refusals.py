from __future__ import annotations

import pytest

from voicebot.oms.connector import Conflict, NotAllowed
from voicebot.oms.connectors.medusa.refusals import refusal


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("Order with id order_1 has been canceled.", "already_cancelled"),
        ("All fulfillments must be canceled before canceling an order", "already_shipped"),
        ("You are not allowed to refund more than the captured amount", "more_than_paid"),
        ("Cannot request to return more items than what was fulfilled for item ordli_1.", "more_than_ordered"),
        ("Something entirely new", "other"),
    ],
)
def test_sentences(message: str, reason: str) -> None:
    error = refusal("", message, where="POST /admin/orders/order_1/cancel")
    assert isinstance(error, NotAllowed)
    assert error.reason == reason


def test_stock() -> None:
    error = refusal("insufficient_inventory", "Some variant does not have the required inventory", where="x")
    assert isinstance(error, NotAllowed)
    assert error.reason == "out_of_stock"


@pytest.mark.parametrize(
    "message",
    [
        "Order (order_1) already has an existing active order change",
        "An active Order Change is required to proceed",
    ],
)
def test_open_and_vanished_drafts_are_conflicts(message: str) -> None:
    assert isinstance(refusal("", message, where="x"), Conflict)
