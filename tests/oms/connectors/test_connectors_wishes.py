from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from oms_builders import NOW, line, order

from voicebot.oms.connector import NotAllowed
from voicebot.oms.connectors import wishes
from voicebot.oms.model import Order, Payment
from voicebot.oms.money import Money
from voicebot.oms.status import OrderStatus

ONE = [{"line": "l1", "quantity": 1}]
TWO_LINES = order(lines=(line("l1", quantity=2), line("l2", "Enamel mug")))


def with_line(quantity: int = 2, status: OrderStatus = OrderStatus.OPEN, **stages: Any) -> Order:
    return order(lines=(replace(line(quantity=quantity), **stages),), status=status)


def paid(minor: int) -> Order:
    payment = Payment(reference="p", method="card", amount=Money(minor, "USD"), captured_at=NOW)
    return replace(order(), payments=(payment,))


def reason(check: Any, *args: Any) -> str:
    with pytest.raises(NotAllowed) as caught:
        check(*args)
    return caught.value.reason


@pytest.mark.parametrize(
    ("args", "known", "expected"),
    [
        ({}, with_line(), "not_delivered"),
        ({}, with_line(status=OrderStatus.CANCELLED), "already_cancelled"),
        ({"lines": [{"line": "l9"}]}, with_line(delivered=2), "not_found"),
        ({"lines": [{"line": "l1", "quantity": 3}]}, with_line(delivered=2), "more_than_ordered"),
        ({"lines": ONE}, with_line(delivered=2, return_requested=2), "already_requested"),
        ({}, with_line(delivered=2, return_requested=2), "already_requested"),
        ({"lines": ONE}, with_line(delivered=2, returned=2), "nothing_left"),
        ({}, with_line(delivered=2, returned=2), "nothing_left"),
    ],
)
def test_what_cannot_come_back(args: dict[str, Any], known: Order, expected: str) -> None:
    assert reason(wishes.returnable, args, known) == expected


def test_without_lines_all_that_is_left_comes_back() -> None:
    assert wishes.returnable({}, with_line(3, delivered=2, return_requested=1)) == {"l1": 1}


@pytest.mark.parametrize(
    ("args", "known", "expected"),
    [
        ({}, with_line(), "not_shipped"),
        ({}, with_line(shipped=2, written_off=2), "already_requested"),
        ({"lines": [{"line": "l1", "quantity": 2}]}, with_line(shipped=2, written_off=1), "already_requested"),
        ({"lines": [{"line": "l1", "quantity": 3}]}, with_line(shipped=2), "more_than_ordered"),
    ],
)
def test_what_is_not_sent_again(args: dict[str, Any], known: Order, expected: str) -> None:
    assert reason(wishes.sent_again, args, known) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (with_line(status=OrderStatus.CANCELLED), "already_cancelled"),
        (with_line(fulfilled=1), "already_shipped"),
        (with_line(status=OrderStatus.ARCHIVED), "closed"),
        (with_line(status=OrderStatus.UNKNOWN), "closed"),
    ],
)
def test_what_cannot_be_changed(known: Order, expected: str) -> None:
    assert reason(wishes.changeable, known) == expected


@pytest.mark.parametrize(
    "lines",
    ["all", [1], [{"line": 1}], [{"line": "l1", "quantity": 0}], [{"line": "l1", "quantity": True}], [{}]],
)
def test_odd_lines_are_refused(lines: object) -> None:
    assert reason(wishes.named_lines, {"lines": lines}, with_line()) == "other"


def test_the_same_line_twice_is_added_up() -> None:
    assert wishes.named_lines({"lines": ONE * 2}, with_line()) == {"l1": 2}


def test_words_are_checked() -> None:
    assert wishes.one_of({}, "resolution", "refund") == "refund"
    assert reason(wishes.one_of, {"resolution": "gold"}, "resolution", "refund") == "other"
    assert reason(wishes.text, {"reason": "x" * 3000}, "reason") == "other"


def test_what_an_order_system_cannot_do_is_told_from_what_an_order_forbids() -> None:
    assert wishes.without_credit({}, "settle", "original") == "original"
    with pytest.raises(wishes.Unsupported) as caught:
        wishes.without_credit({"settle": "store_credit"}, "settle", "original")
    assert caught.value.status == "unsupported"
    with pytest.raises(NotAllowed) as refusal:
        wishes.without_credit({"settle": "gold"}, "settle", "original")
    assert refusal.value.status == "not_allowed"


@pytest.mark.parametrize(
    ("args", "known", "expected"),
    [
        ({"amount_minor": 501}, paid(500), "more_than_paid"),
        ({"amount_minor": 1}, order(), "nothing_left"),
        ({}, order(), "nothing_left"),
        ({"amount_minor": 0}, paid(500), "other"),
        ({"amount_minor": True}, paid(500), "other"),
        ({"amount_minor": 1.5}, paid(500), "other"),
        ({"amount_minor": "5"}, paid(500), "other"),
    ],
)
def test_what_is_not_given_back(args: dict[str, Any], known: Order, expected: str) -> None:
    assert reason(wishes.refund_amount, args, known) == expected


def test_without_an_amount_all_that_is_left_goes_back() -> None:
    assert wishes.refund_amount({}, paid(500)) == 500
    assert wishes.refund_amount({"amount_minor": 20}, paid(500)) == 20


@pytest.mark.parametrize("minor", [-1, True, "5", 1.0])
def test_an_odd_fee_is_refused(minor: object) -> None:
    assert reason(wishes.fee, {"fee_minor": minor}) == "other"


def test_a_fee_of_nothing_is_not_no_fee() -> None:
    assert (wishes.fee({"fee_minor": 0}), wishes.fee({})) == (0, None)


def test_a_note_has_words() -> None:
    assert wishes.note_text({"text": " call back "}) == "call back"
    assert reason(wishes.note_text, {"text": "  "}) == "other"


def test_all_pieces_named_are_the_whole_order() -> None:
    everything = {"l1": 2, "l2": 1}
    assert wishes.to_cancel({}, TWO_LINES) == (everything, None)
    named = [{"line": name, "quantity": pieces} for name, pieces in everything.items()]
    assert wishes.to_cancel({"lines": named}, TWO_LINES) == (everything, None)
    assert wishes.to_cancel({"lines": ONE}, TWO_LINES) == (everything, {"l1": 1})


@pytest.mark.parametrize("add", ["TEE", [{"sku": 7}], [{"sku": "TEE", "quantity": 0}], [None]])
def test_odd_additions_are_refused(add: object) -> None:
    assert reason(wishes.additions, {"add": add}) == "other"


def test_additions_are_one_piece_unless_it_is_said() -> None:
    assert wishes.additions({}) == []
    assert wishes.additions({"add": [{"sku": "A"}, {"sku": "B", "quantity": 3}]}) == [("A", 1), ("B", 3)]


def test_one_swap_and_a_list_of_them() -> None:
    now, one, two = {"l1": 2, "l2": 1}, {"line": "l1", "sku": "A"}, {"line": "l2", "sku": "B"}
    assert wishes.swaps({}, "swap", now) == []
    assert wishes.swaps({"swap": one}, "swap", now) == [("l1", "A")]
    assert wishes.swaps({"swaps": [one, two]}, "swaps", now) == [("l1", "A"), ("l2", "B")]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("A", "other"),
        ({"line": "l1"}, "other"),
        ({"line": 1, "sku": "A"}, "other"),
        ({"line": "l9", "sku": "A"}, "not_found"),
        ({"line": "l2", "sku": "A"}, "not_found"),
        ([{"line": "l1", "sku": "A"}, {"line": "l1", "sku": "B"}], "not_found"),
    ],
)
def test_odd_swaps_are_refused(given: object, expected: str) -> None:
    assert reason(wishes.swaps, {"swap": given}, "swap", {"l1": 1, "l2": 0}) == expected


def test_what_is_left_of_a_changed_order() -> None:
    assert wishes.changed(TWO_LINES, {"l1": 1, "l2": 1}, added=False) == ({"l1": 1}, {"l1": 1, "l2": 1})
    nothing = {"l1": 0, "l2": 0}
    assert wishes.changed(TWO_LINES, nothing, added=True) == (nothing, nothing)
    with pytest.raises(NotAllowed, match="nothing would change"):
        wishes.changed(TWO_LINES, {"l1": 2}, added=False)
    with pytest.raises(NotAllowed, match="cancel the order"):
        wishes.changed(TWO_LINES, nothing, added=False)


def test_an_exchange_is_of_one_line_or_by_swaps() -> None:
    one, two = (replace(line(name, quantity=2), delivered=2) for name in ("l1", "l2"))
    alone, both = order(lines=(one,)), order(lines=(one, two))
    assert wishes.exchanged({"sku": "A"}, alone) == ({"l1": "A"}, {"l1": 2})
    assert wishes.exchanged({"sku": "A", "lines": ONE}, both) == ({"l1": "A"}, {"l1": 1})
    swaps = [{"line": "l1", "sku": "A"}, {"line": "l2", "sku": "B"}]
    assert wishes.exchanged({"swaps": swaps}, both) == ({"l1": "A", "l2": "B"}, {"l1": 1, "l2": 1})
    assert reason(wishes.exchanged, {"sku": "A"}, both) == "other"
    assert reason(wishes.exchanged, {"swaps": []}, both) == "other"
    assert reason(wishes.exchanged, {"swaps": [{"line": "l9", "sku": "A"}]}, both) == "not_found"
    assert reason(wishes.exchanged, {"swaps": [{"line": "l1", "sku": "A"}]}, order()) == "not_delivered"
