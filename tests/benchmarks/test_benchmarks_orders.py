"""The shop of many orders is a shop, and what counts as found was found."""

from __future__ import annotations

import json
import re
from collections import Counter
from random import Random

import _benchmarks_path  # noqa: F401
import orders
import pytest
from _many_orders import Shop

from voicebot.oms.connector import KeyKind
from voicebot.oms.demo.rows import CustomerRow, OrderRow, order_row
from voicebot.oms.demo.schema import CustomerDoc, OrderDoc, ShopDoc, ShopFile
from voicebot.oms.demo.store import ShopStore
from voicebot.oms.demo.transfer import _contradictions

COUNT, PATTERNS = 400, 60


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop(COUNT, patterns=PATTERNS)


@pytest.fixture(scope="module")
def rows(shop: Shop) -> list[OrderRow]:
    return list(shop.orders())


@pytest.fixture(scope="module")
def customers(shop: Shop) -> list[CustomerRow]:
    return list(shop.customers())


def test_every_row_is_that_of_its_document(rows: list[OrderRow]) -> None:
    for row in rows:
        document = OrderDoc.model_validate_json(row.doc)
        assert row == order_row(document)._replace(doc=row.doc)
        assert not re.search(r"[\ue000-\ue0ff]|%", row.doc)


def test_it_is_a_shop_without_contradictions(shop: Shop, rows: list[OrderRow], customers: list[CustomerRow]) -> None:
    whole = ShopFile(
        format="voicebot-shop/1",
        products=tuple(shop.products),
        customers=tuple(CustomerDoc.model_validate_json(row.doc) for row in customers),
        orders=tuple(OrderDoc.model_validate_json(row.doc) for row in rows),
    )
    assert list(_contradictions(whole)) == []
    assert len(whole.orders) == COUNT
    assert len({reference for row in rows for reference in row.references}) == COUNT


def test_buyers_are_as_in_life(rows: list[OrderRow], customers: list[CustomerRow]) -> None:
    guests = [row for row in rows if row.customer_id is None]
    assert 0.05 < len(guests) / COUNT < 0.2
    assert all(row.email for row in guests)
    assert max(Counter(row.customer_id for row in rows if row.customer_id).values()) > 8, "some buy often"
    contacts = Counter(contact for row in customers for contact in row.contacts)
    assert all(count == 1 for (kind, _), count in contacts.items() if kind == KeyKind.EMAIL)
    assert any(count == 2 for (kind, _), count in contacts.items() if kind == KeyKind.PHONE), "a household"
    assert {kind for kind, _ in contacts} == {KeyKind.EMAIL, KeyKind.PHONE, KeyKind.NAME_POSTCODE}


def test_the_same_count_makes_the_same_shop(rows: list[OrderRow], customers: list[CustomerRow]) -> None:
    again = Shop(COUNT, patterns=PATTERNS)
    assert list(again.orders()) == rows
    assert list(again.customers()) == customers


def test_all_that_is_drawn_is_found(shop: Shop, rows: list[OrderRow], customers: list[CustomerRow]) -> None:
    store = ShopStore(":memory:")
    store.replace(ShopDoc(), shop.products, customers, rows, {})
    drawn = orders.draw(store, Random(1), 100)
    figures = orders.searched(orders._direct(store), drawn)
    by_sound = figures.pop("misheard")
    assert {name: one["found"] for name, one in figures.items()} == dict.fromkeys(figures, 100.0)
    assert by_sound["found"] > 90, "of so few orders"
    assert figures["number"]["searches"] == 100
    assert 80 < figures["name_postcode"]["searches"] < 100, "guests have no account"
    store.close()


def test_a_search_that_does_not_give_the_order_is_not_found() -> None:
    one = orders.Drawn("4481207", {}, (), ())
    assert orders.among(one, ['{"number":"4481207"}'])
    assert orders.among(one, b'{"orders":[{"number":"4481207"}],"customers":[]}')
    assert orders.among(one, b'{"numbers":["4481208","4481207"]}')
    assert not orders.among(one, ['{"number":"4481208"}'])
    assert not orders.among(one, b'{"numbers":[]}')
    assert orders.among(one, [json.dumps({"number": str(n)}) for n in range(orders._LIMIT)]), "it may have been cut off"


def test_a_slip_is_one_digit() -> None:
    chance = Random(3)
    for _ in range(50):
        heard = orders.slipped("4481207", chance)
        assert sum(a != b for a, b in zip(heard, "4481207", strict=True)) == 1
