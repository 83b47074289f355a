"""The address in an account, addresses taken from elsewhere, differences settled with store credit, several swaps."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from change_builders import ADA, changed, parcel, part, reason, world

from voicebot.oms.actions import ActionKind as Kind
from voicebot.oms.demo.changes import CHANGES, Change, World
from voicebot.oms.demo.schema import AddressDoc, CustomerDoc

HOME = {"street": "3 Hill Lane", "city": "Boston", "region": "MA", "postcode": "02118", "country": "US"}
NEW = {"street": "9 Harbour Row", "city": "Salem", "region": "MA", "postcode": "01970"}


def resident(*addresses: dict[str, str], **more: Any) -> CustomerDoc:
    return CustomerDoc.model_validate({**ADA.model_dump(), "addresses": addresses, **more})


def rich(minor: int) -> CustomerDoc:
    return resident(HOME, store_credit=minor)


def delivered(customer: CustomerDoc) -> World:
    return world(customer, status="completed", shipments=[parcel("delivered", ("l1", 2), ("l2", 1))])


def settled(here: World, kind: Kind, **args: Any) -> Change:
    return CHANGES[kind](here, {**args, "settle": "store_credit"})


def test_a_changed_account_keeps_the_former_address_and_the_order_its_own() -> None:
    change = CHANGES[Kind.ACCOUNT_ADDRESS](world(resident(HOME)), {"address": NEW})
    assert change.order is None
    assert change.customer is not None
    assert [address.postcode for address in change.customer.addresses] == ["01970", "02118"]
    assert change.customer.addresses[0].country == "US"
    assert "Harbour" not in str(dict(change.preview))


def test_a_change_is_taken_back() -> None:
    change = CHANGES[Kind.ACCOUNT_ADDRESS](world(resident({**NEW, "country": "US"}, HOME)), {"address_of": "previous"})
    assert change.customer is not None
    assert [address.postcode for address in change.customer.addresses] == ["02118", "01970"]


def test_an_account_keeps_a_few_former_addresses() -> None:
    before = [{**HOME, "street": f"{number} Hill Lane"} for number in range(6)]
    change = CHANGES[Kind.ACCOUNT_ADDRESS](world(resident(*before)), {"address": NEW})
    assert change.customer is not None
    assert len(change.customer.addresses) == 4


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"address_of": "previous"}, "bad_address"),
        ({"address_of": "o-99"}, "not_found"),
        ({"address": {"street": ""}}, "bad_address"),
        ({"address": {"planet": "Mars"}}, "bad_address"),
        ({}, "bad_address"),
        ({"address_of": 7}, "other"),
    ],
)
@pytest.mark.parametrize("kind", [Kind.ACCOUNT_ADDRESS, Kind.ADDRESS_CHANGE])
def test_what_is_no_address_is_refused(kind: Kind, args: dict[str, Any], expected: str) -> None:
    assert reason(world(resident(HOME)), kind, **args) == expected


def test_a_guest_has_no_account() -> None:
    assert reason(world(None, customer_id=None), Kind.ACCOUNT_ADDRESS, address=NEW) == "not_found"
    assert reason(world(None, customer_id=None), Kind.ADDRESS_CHANGE, address_of="account") == "not_found"


def test_an_order_goes_where_the_account_or_another_order_says() -> None:
    order, _, _ = changed(world(resident(HOME)), Kind.ADDRESS_CHANGE, address_of="account")
    assert order.ship_to.postcode == "02118"
    there = world(resident(HOME)).order.model_copy(update={"ship_to": AddressDoc(**NEW, country="US")})
    here = dataclasses.replace(world(resident(HOME)), other={"o-2": there}.get)
    order, _, _ = changed(here, Kind.ADDRESS_CHANGE, address_of="o-2")
    assert order.ship_to.postcode == "01970"


def test_an_address_in_another_country_is_refused_for_an_order() -> None:
    abroad = resident({**HOME, "country": "CA", "postcode": "K1A 0B1"})
    assert reason(world(abroad), Kind.ADDRESS_CHANGE, address_of="account") == "bad_address"


def test_a_dearer_item_comes_off_the_store_credit() -> None:
    change = settled(world(rich(5000)), Kind.ITEM_CHANGE, swap={"line": "l1", "sku": "GOLD"})
    assert change.order is not None
    assert change.customer is not None
    assert (change.customer.store_credit, change.order.total, change.order.payment_status) == (800, 7600, "paid")
    assert [payment.method for payment in change.order.payments] == ["card", "store_credit"]


def test_a_cheaper_item_goes_onto_the_store_credit() -> None:
    change = settled(world(rich(0)), Kind.ITEM_CHANGE, swap={"line": "l1", "sku": "PLAIN"})
    assert change.order is not None
    assert change.customer is not None
    assert (change.customer.store_credit, change.order.total, change.order.refunds) == (1000, 2400, ())


@pytest.mark.parametrize("credit", [4199, None])
def test_too_little_credit_is_refused(credit: int | None) -> None:
    swap = {"line": "l1", "sku": "GOLD"}
    here = world(resident(HOME, store_credit=credit))
    assert reason(here, Kind.ITEM_CHANGE, swap=swap, settle="store_credit") == "too_little_credit"
    assert reason(here, Kind.ITEM_CHANGE, swap=swap, settle="cash") == "other"


def test_several_items_are_swapped_at_once_and_each_line_once() -> None:
    swaps = [{"line": "l1", "sku": "BLUE"}, {"line": "l2", "sku": "PLAIN"}]
    order, preview, _ = changed(world(), Kind.ITEM_CHANGE, swap=swaps)
    assert [line.sku for line in order.lines] == ["BLUE", "PLAIN"]
    assert preview["refund_minor"] == 700
    assert reason(world(), Kind.ITEM_CHANGE, swap=[swaps[0], swaps[0]]) == "other"
    assert reason(world(), Kind.ITEM_CHANGE, swap=["l1"]) == "other"


def test_several_items_are_exchanged_in_one_parcel() -> None:
    here = delivered(rich(10_000))
    change = settled(here, Kind.EXCHANGE, swaps=[{"line": "l1", "sku": "GOLD"}, {"line": "l2", "sku": "BLUE"}])
    assert change.order is not None
    assert change.customer is not None
    (back,) = change.order.returns
    assert {(p.line, p.quantity) for p in back.lines} == {("l1", 1), ("l2", 1)}
    assert [(swap.sku, swap.difference, swap.status) for swap in change.order.exchanges] == [
        ("GOLD", 2100, "confirmed"),
        ("BLUE", -100, "confirmed"),
    ]
    assert change.customer.store_credit == 8000
    assert change.taken == {"GOLD": 1, "BLUE": 1}


def test_an_exchange_that_is_still_to_pay_waits_as_a_whole() -> None:
    swaps = [{"line": "l1", "sku": "GOLD"}, {"line": "l2", "sku": "BLUE"}]
    order, preview, _ = changed(delivered(ADA), Kind.EXCHANGE, swaps=swaps)
    assert {swap.status for swap in order.exchanges} == {"awaiting_payment"}
    assert (preview["to_pay_minor"], preview["arrives_by"]) == (2000, None)


def test_an_exchange_says_which_lines_and_each_once() -> None:
    here = delivered(ADA)
    assert reason(here, Kind.EXCHANGE, swaps=[{"line": "l1", "sku": "BLUE"}] * 2) == "other"
    assert reason(here, Kind.EXCHANGE, swaps=["l1"]) == "other"
    assert reason(here, Kind.EXCHANGE, sku="BLUE") == "other"
    assert reason(here, Kind.EXCHANGE, sku="NONE", lines=part("l1")) == "not_found"
