"""Orders that nobody packed: the corners that no backend has to share."""

from __future__ import annotations

from typing import Any

import pytest
from change_builders import NOW, RESERVED, changed, parcel, part, reason, world

from voicebot.oms.actions import ActionKind as Kind
from voicebot.oms.demo.changes import CHANGES


def test_every_action_has_a_change() -> None:
    assert set(CHANGES) == set(Kind)


def test_a_part_cancelled_gives_its_worth_back_and_lowers_the_total() -> None:
    order, preview, _ = changed(world(), Kind.CANCEL, lines=part("l1"))
    assert (preview["refund_minor"], preview["order_status"], preview["total_minor"]) == (900, "open", 2500)
    assert (order.total, order.payment_status, order.refunds[0].amount) == (2500, "partially_refunded", 900)
    assert [line.written_off for line in order.lines] == [1, 0]


def test_the_last_pieces_cancelled_cancel_the_order_and_give_shipping_back() -> None:
    rest = [*part("l1", 2), *part("l2")]
    order, preview, _ = changed(world(), Kind.CANCEL, lines=rest)
    assert (order.status, order.payment_status, order.cancelled_at) == ("cancelled", "refunded", NOW)
    assert preview["refund_minor"] == 3400
    assert reason(world(status="cancelled"), Kind.CANCEL, lines=part("l1")) == "already_cancelled"


def test_reserved_money_is_let_go_not_refunded() -> None:
    reserved = world(payments=[RESERVED], payment_status="authorized")
    order, preview, _ = changed(reserved, Kind.CANCEL)
    assert (order.payment_status, order.refunds, preview["refund_minor"]) == ("voided", (), 0)
    fewer, preview, _ = changed(reserved, Kind.ITEM_CHANGE, lines=part("l1", 1))
    assert (fewer.payment_status, fewer.total, preview["refund_minor"]) == ("authorized", 2500, 0)


@pytest.mark.parametrize(
    ("changes", "args", "expected"),
    [
        ({"status": "completed"}, {}, "closed"),
        ({"status": "awaiting_llama"}, {}, "closed"),
        ({"shipments": [parcel("pre_transit", ("l1", 1))]}, {}, "already_shipped"),
        ({"shipments": [parcel("pre_transit", ("l1", 1))]}, {"lines": part("l1", 2)}, "already_shipped"),
        ({"shipments": [parcel("in_transit")]}, {"lines": part("l2")}, "already_shipped"),
        ({}, {"lines": part("l9")}, "not_found"),
        ({}, {"lines": part("l1", 3)}, "more_than_ordered"),
        ({}, {"lines": [*part("l1"), *part("l1", 2)]}, "more_than_ordered"),
        ({}, {"lines": part("l1", 0)}, "other"),
        ({}, {"lines": part("l1", True)}, "other"),
        ({}, {"lines": part("l1", "2")}, "other"),
        ({}, {"lines": "all"}, "other"),
        ({}, {"lines": [7]}, "other"),
        ({}, {"reason": ["x"]}, "other"),
        ({}, {"reason": "x" * 501}, "other"),
    ],
)
def test_refused_cancellations(changes: dict[str, Any], args: dict[str, Any], expected: str) -> None:
    assert reason(world(**changes), Kind.CANCEL, **args) == expected


def test_what_is_not_packed_can_be_cancelled_of_a_half_packed_order() -> None:
    order, _, _ = changed(world(shipments=[parcel("in_transit", ("l1", 2))]), Kind.CANCEL, lines=part("l2"))
    assert (order.status, order.lines[1].written_off) == ("open", 1)


@pytest.mark.parametrize(
    "address",
    [
        *(None, {}, "1 Mill", {"street": ""}, {"street": 5}, {"street": "x" * 201}, {"door": "2"}),
        *({"country": "de"}, {"country": "DE"}, {"postcode": " "}),
    ],
)
def test_refused_addresses(address: Any) -> None:
    assert reason(world(), Kind.ADDRESS_CHANGE, address=address) == "bad_address"


def test_an_address_is_not_in_the_preview_but_in_the_quotes_digest() -> None:
    one, preview, first = changed(world(), Kind.ADDRESS_CHANGE, address={"street": " 9 Elm Court "})
    _, _, second = changed(world(), Kind.ADDRESS_CHANGE, address={"street": "10 Elm Court"})
    assert (one.ship_to.street, one.ship_to.city) == ("9 Elm Court", "Boston")
    assert "Elm" not in str(preview)
    assert first.digest() != second.digest()


def test_more_and_other_items_are_still_to_pay() -> None:
    order, preview, change = changed(
        world(), Kind.ITEM_CHANGE, lines=part("l1", 3), add=[{"sku": "GOLD", "quantity": 1}]
    )
    assert (preview["to_pay_minor"], preview["refund_minor"], preview["total_minor"]) == (3900, 0, 7300)
    assert (order.payment_status, order.lines[2].unit_price, order.lines[0].quantity) == ("partially_paid", 3000, 3)
    assert change.taken == {"RED": 1, "GOLD": 1}


def test_what_was_added_and_not_paid_falls_away_before_anything_goes_back() -> None:
    dearer, _, _ = changed(world(), Kind.ITEM_CHANGE, add=[{"sku": "PLAIN", "quantity": 1}])
    waiting = world(**dearer.model_dump())
    assert waiting.known.open_minor == 400
    order, preview, _ = changed(waiting, Kind.CANCEL, lines=part("l1"))
    assert (preview["refund_minor"], order.payment_status) == (500, "partially_refunded")
    less, preview, _ = changed(waiting, Kind.CANCEL, lines=part("l3-added"))
    assert (preview["refund_minor"], less.payment_status, less.total) == (0, "paid", 3400)


def test_reserved_money_that_covers_the_rest_is_enough_again() -> None:
    reserved = world(payments=[RESERVED], payment_status="authorized")
    dearer, _, _ = changed(reserved, Kind.ITEM_CHANGE, add=[{"sku": "PLAIN", "quantity": 1}])
    assert (dearer.payment_status, world(**dearer.model_dump()).known.open_minor) == ("partially_paid", 400)
    less, preview, _ = changed(world(**dearer.model_dump()), Kind.ITEM_CHANGE, lines=part("l1", 1))
    assert (less.payment_status, preview["refund_minor"]) == ("authorized", 0)


def test_an_order_with_a_refund_is_not_made_dearer() -> None:
    less, _, _ = changed(world(), Kind.ITEM_CHANGE, lines=part("l1", 1))
    assert reason(world(**less.model_dump()), Kind.ITEM_CHANGE, add=[{"sku": "PLAIN", "quantity": 1}]) == "other"


def test_an_unpaid_order_changes_its_total_alone() -> None:
    unpaid = world(payments=[], payment_status="not_paid")
    more, _, _ = changed(unpaid, Kind.ITEM_CHANGE, add=[{"sku": "PLAIN", "quantity": 1}])
    assert (more.payment_status, world(**more.model_dump()).known.open_minor) == ("not_paid", 3800)
    less, preview, _ = changed(unpaid, Kind.CANCEL, lines=part("l1"))
    assert (less.payment_status, less.refunds, preview["refund_minor"]) == ("not_paid", (), 0)


def test_a_swap_at_the_same_list_price_keeps_the_price_that_was_paid() -> None:
    order, preview, change = changed(world(), Kind.ITEM_CHANGE, swap={"line": "l1", "sku": "BLUE"})
    assert (order.lines[0].sku, order.lines[0].variant, order.lines[0].unit_price) == ("BLUE", "blue", 900)
    assert (preview["to_pay_minor"], preview["replacement"]["variant"]) == (0, "blue")
    assert change.taken == {"BLUE": 2}


def test_a_removed_line_gives_its_worth_back() -> None:
    order, preview, _ = changed(world(), Kind.ITEM_CHANGE, lines=part("l2", 0))
    assert (preview["refund_minor"], [item["name"] for item in preview["items"]]) == (1100, ["Mug"])
    assert (order.status, order.payment_status) == ("open", "partially_refunded")


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({}, "other"),
        ({"lines": part("l1", 2)}, "other"),
        ({"lines": [*part("l1", 0), *part("l2", 0)]}, "nothing_left"),
        ({"lines": part("l1", 8)}, "out_of_stock"),
        ({"lines": part("l2", 2)}, "out_of_stock"),
        ({"lines": part("l1", -1)}, "other"),
        ({"swap": {"line": "l1"}}, "other"),
        ({"swap": {"line": "l9", "sku": "BLUE"}}, "not_found"),
        ({"swap": {"line": "l1", "sku": "NONE"}}, "not_found"),
        ({"add": [{"sku": "BLUE", "quantity": 0}]}, "other"),
        ({"add": [{"sku": "BLUE", "quantity": 6}]}, "out_of_stock"),
        ({"add": [{"quantity": 1}]}, "other"),
        ({"add": "BLUE"}, "other"),
    ],
)
def test_refused_item_changes(args: dict[str, Any], expected: str) -> None:
    assert reason(world(), Kind.ITEM_CHANGE, **args) == expected


def test_prices_are_those_of_the_orders_currency() -> None:
    yen = world(currency="JPY")
    order, _, _ = changed(yen, Kind.ITEM_CHANGE, add=[{"sku": "BLUE", "quantity": 1}])
    assert order.lines[2].unit_price == 1500
    assert reason(yen, Kind.ITEM_CHANGE, add=[{"sku": "GOLD", "quantity": 1}]) == "other"
