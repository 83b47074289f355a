"""A shop in the form of tau-bench's retail data: recognised, mapped, refused with the place when it is broken."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from voicebot.oms.connector import KeyKind
from voicebot.oms.demo import mapping
from voicebot.oms.demo.retail import is_retail, product_type
from voicebot.oms.demo.store import ShopStore
from voicebot.oms.demo.transfer import ShopFileError, import_shop, read_shop
from voicebot.oms.keys import name_key

NOW = datetime(2026, 11, 21, 15, tzinfo=UTC)
ADDRESS = {"address1": "1 Quay", "address2": "Flat 2", "city": "Salem", "country": "USA", "state": "MA", "zip": "01970"}
ITEM = {"name": "Wall Hook", "product_id": "11", "item_id": "21", "price": 10.1, "options": {"colour": "red"}}


def order(number: str, status: str, *, sent: bool, back: bool = False) -> dict[str, Any]:
    paid = {"transaction_type": "payment", "amount": 20.2, "payment_method_id": "gift_card_7"}
    return {
        "order_id": number,
        "user_id": "ada_1",
        "address": ADDRESS,
        "items": [ITEM, ITEM],
        "fulfillments": [{"tracking_id": ["901"], "item_ids": ["21", "21"]}] if sent else [],
        "status": status,
        "payment_history": [paid, {**paid, "transaction_type": "refund"}] if back else [paid],
    }


def folder(path: Path, **changes: Any) -> Path:
    variant = {"item_id": "21", "options": {"colour": "red"}, "available": True, "price": 10.1}
    cards = {
        "gift_card_7": {"source": "gift_card", "id": "gift_card_7", "balance": 30},
        "paypal_8": {"source": "paypal", "id": "paypal_8"},
    }
    user = {"user_id": "ada_1", "name": {"first_name": "Ada", "last_name": "Ba"}, "address": ADDRESS}
    files = {
        "users": {"ada_1": {**user, "email": "ada@example.com", "payment_methods": cards, "orders": []}},
        "products": {
            "11": {
                "name": "Wall Hook",
                "product_id": "11",
                "variants": {"21": variant, "22": {**variant, "item_id": "22", "available": False}},
            }
        },
        "orders": {
            "#W1": order("#W1", "pending", sent=False),
            "#W2": order("#W2", "delivered", sent=True),
            "#W3": order("#W3", "cancelled", sent=True, back=True),
            "#W4": order("#W4", "processed", sent=True),
        },
        **changes,
    }
    for name, content in files.items():
        (path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_folder_is_recognised_by_its_files(tmp_path: Path) -> None:
    assert not is_retail(tmp_path)
    assert is_retail(folder(tmp_path))


def test_customers_products_and_orders_are_mapped(tmp_path: Path) -> None:
    shop = read_shop(folder(tmp_path))
    (customer,) = shop.customers
    assert (customer.store_credit, customer.addresses[0].street) == (3000, "1 Quay, Flat 2")
    assert [(v.sku, v.price, v.stock > 0) for v in shop.products[0].variants] == [
        ("21", 1010, True),
        ("22", 1010, False),
    ]
    known = {doc.number: mapping.order(doc, NOW) for doc in shop.orders}
    assert {number: one.fulfillment_status.value for number, one in known.items()} == {
        "W1": "unfulfilled",
        "W2": "delivered",
        "W3": "fulfilled",
        "W4": "fulfilled",
    }
    assert [line.cancellable for line in known["W1"].lines] == [1, 1]
    assert [line.returnable for line in known["W2"].lines] == [1, 1]
    assert known["W3"].status.value == "cancelled"
    assert known["W3"].refundable_minor == 0
    assert known["W4"].payments[0].method == "gift_card"


def test_it_is_imported_and_found_by_name_and_postcode(tmp_path: Path) -> None:
    store = ShopStore(":memory:")
    import_shop(store, read_shop(folder(tmp_path)))
    orders, customers = store.find(KeyKind.NAME_POSTCODE, name_key("ada  BA", "01970"), 10)
    assert (len(orders), len(customers)) == (4, 1)
    assert store.find(KeyKind.NAME_POSTCODE, name_key("Ada Ba", "01971"), 10) == ([], [])
    assert store.find(KeyKind.NAME_POSTCODE, name_key("Bo Ba", "01970"), 10) == ([], [])


def test_what_is_wrong_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(ShopFileError, match=r"ada_1\.email"):
        read_shop(folder(tmp_path, users={"ada_1": {"user_id": "ada_1"}}))
    with pytest.raises(ShopFileError, match="there is no customer 'eve_9'"):
        read_shop(
            folder(tmp_path, users={}, orders={"#W1": {**order("#W1", "pending", sent=False), "user_id": "eve_9"}})
        )


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ShopFileError, match=r"users\.json"):
        read_shop(tmp_path)


def test_types_of_products_are_words() -> None:
    assert [product_type(name) for name in ("Smart Watch", "T-Shirt")] == ["smart_watch", "t_shirt"]
