from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from medusa_fake import item, order, pieces

from voicebot.oms.connector import NotAllowed
from voicebot.oms.connectors.medusa import mapping, wishes
from voicebot.oms.connectors.medusa.documents import OrderDoc
from voicebot.oms.model import Order

ONE = [{"line": "ordli_1", "quantity": 1}]


def with_line(quantity: int = 2, status: str = "pending", **stages: int) -> Order:
    doc = OrderDoc.model_validate(order(status=status, items=[item(detail=pieces(quantity, **stages))]))
    return mapping.order(doc, datetime(2026, 11, 21, tzinfo=UTC))


def reason(check: Any, *args: Any) -> str:
    with pytest.raises(NotAllowed) as caught:
        check(*args)
    return caught.value.reason


@pytest.mark.parametrize(
    ("args", "known", "expected"),
    [
        ({}, with_line(), "not_delivered"),
        ({}, with_line(status="canceled"), "already_cancelled"),
        ({"lines": [{"line": "ordli_9"}]}, with_line(delivered=2), "not_found"),
        ({"lines": [{"line": "ordli_1", "quantity": 3}]}, with_line(delivered=2), "more_than_ordered"),
        ({"lines": ONE}, with_line(delivered=2, return_requested=2), "already_requested"),
        ({}, with_line(delivered=2, return_requested=2), "already_requested"),
        ({"lines": ONE}, with_line(delivered=2, return_received=2), "nothing_left"),
        ({}, with_line(delivered=2, return_received=2), "nothing_left"),
    ],
)
def test_what_cannot_come_back(args: dict[str, Any], known: Order, expected: str) -> None:
    assert reason(wishes.returnable, args, known) == expected


def test_without_lines_all_that_is_left_comes_back() -> None:
    assert wishes.returnable({}, with_line(3, delivered=2, return_requested=1)) == {"ordli_1": 1}


@pytest.mark.parametrize(
    ("args", "known", "expected"),
    [
        ({}, with_line(), "not_shipped"),
        ({}, with_line(shipped=2, written_off=2), "already_requested"),
        ({"lines": [{"line": "ordli_1", "quantity": 2}]}, with_line(shipped=2, written_off=1), "already_requested"),
        ({"lines": [{"line": "ordli_1", "quantity": 3}]}, with_line(shipped=2), "more_than_ordered"),
    ],
)
def test_what_is_not_sent_again(args: dict[str, Any], known: Order, expected: str) -> None:
    assert reason(wishes.sent_again, args, known) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (with_line(status="canceled"), "already_cancelled"),
        (with_line(fulfilled=1), "already_shipped"),
        (with_line(status="archived"), "closed"),
        (with_line(status="awaiting_llama"), "closed"),
    ],
)
def test_what_cannot_be_changed(known: Order, expected: str) -> None:
    assert reason(wishes.changeable, known) == expected


@pytest.mark.parametrize(
    "lines",
    ["all", [1], [{"line": 1}], [{"line": "ordli_1", "quantity": 0}], [{"line": "ordli_1", "quantity": True}], [{}]],
)
def test_odd_lines_are_refused(lines: object) -> None:
    assert reason(wishes.named_lines, {"lines": lines}, with_line()) == "other"


def test_the_same_line_twice_is_added_up() -> None:
    assert wishes.named_lines({"lines": ONE * 2}, with_line()) == {"ordli_1": 2}


def test_words_are_checked() -> None:
    assert wishes.one_of({}, "resolution", "refund") == "refund"
    assert reason(wishes.one_of, {"resolution": "gold"}, "resolution", "refund") == "other"
    assert reason(wishes.text, {"reason": "x" * 3000}, "reason") == "other"
