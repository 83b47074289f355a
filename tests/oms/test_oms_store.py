from __future__ import annotations

import json
import sqlite3
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import pytest

from voicebot.oms.connector import KeyKind
from voicebot.oms.demo.rows import customer_row, order_row
from voicebot.oms.demo.schema import CustomerDoc, OrderDoc, ShopDoc, ShopFile
from voicebot.oms.demo.seed import generate
from voicebot.oms.demo.shop import open_shop, refresh, shop_file
from voicebot.oms.demo.store import ShopStore, ShopStoreError
from voicebot.oms.demo.transfer import import_shop

DAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def store() -> ShopStore:
    return open_shop(":memory:", seed_number=7, today=DAY)


def numbers(documents: list[str]) -> list[str]:
    return [json.loads(document)["number"] for document in documents]


def ids(documents: list[str]) -> list[str]:
    return [json.loads(document)["id"] for document in documents]


def test_by_number(store: ShopStore) -> None:
    orders, customers = store.find(KeyKind.NUMBER, "4481207", 5)
    assert (numbers(orders), ids(customers)) == (["4481207"], ["c-0001"])
    assert store.find(KeyKind.NUMBER, "448120", 5) == ([], [])


def test_by_contact_unsettled_first(store: ShopStore) -> None:
    for kind, value in ((KeyKind.PHONE, "+14155550134"), (KeyKind.EMAIL, "elena.marlowe@example.com")):
        orders, customers = store.find(kind, value, 5)
        assert (numbers(orders), ids(customers)) == (["4481207", "4480022"], ["c-0001"])


def test_guests_are_found_by_what_they_left(store: ShopStore) -> None:
    orders, customers = store.find(KeyKind.EMAIL, "guest.buyer@example.org", 5)
    assert (numbers(orders), customers) == (["9274460"], [])
    assert numbers(store.find(KeyKind.PHONE, "+14155550190", 5)[0]) == ["9274460"]


def test_shared_phone_and_many_orders(store: ShopStore) -> None:
    orders, customers = store.find(KeyKind.PHONE, "+14155550155", 5)
    assert (sorted(numbers(orders)), ids(customers)) == (["6127409", "6158332"], ["c-0004", "c-0005"])
    assert len(store.find(KeyKind.CUSTOMER_ID, "c-0007", 20)[0]) == 20
    assert store.find(KeyKind.PHONE, "+14155550101", 5) == ([], store._customer_docs(["c-0006"]))


def test_by_payment_and_id(store: ShopStore) -> None:
    document = store.order("o-4481207")
    assert document is not None
    reference = json.loads(document)["payments"][0]["reference"]
    assert numbers(store.find(KeyKind.PAYMENT_REFERENCE, reference, 5)[0]) == ["4481207"]
    assert store.order("o-404") is None


def test_nearest(store: ShopStore) -> None:
    assert store.nearest("4481201", 5) == ["4481207"]
    assert store.nearest("#448-1207", 5) == ["4481207"]
    assert store.nearest("x", 5) == []
    assert store.nearest([("4481999", -0.2), ("4481207", -0.3)], 5) == ["4481207"]


def test_strange_keys_find_nothing(store: ShopStore) -> None:
    for value in ("' OR 1=1 --", "%", "*", "\x00", "é" * 200):
        assert store.find(KeyKind.NUMBER, value, 5) == ([], [])
        assert store.find(KeyKind.EMAIL, value, 5) == ([], [])


def test_numbers_with_letters_are_found_without_them() -> None:
    store = ShopStore(":memory:")
    made = generate(7, DAY, orders=1).orders[0]
    orders = [made.model_copy(update={"id": f"o-{n}", "number": n}) for n in ("#W2611340", "#W2611341")]
    store.replace(ShopDoc(), (), (), orders, {})
    assert numbers(store.find(KeyKind.NUMBER, "W2611340", 5)[0]) == ["#W2611340"]
    assert numbers(store.find(KeyKind.NUMBER, "2611340", 5)[0]) == ["#W2611340"]
    assert store.nearest("2611343", 5) == ["#W2611340", "#W2611341"]


def test_the_index_by_sound_follows_what_is_written(tmp_path: Path) -> None:
    ours, theirs = ShopStore(tmp_path / "shop.sqlite3"), ShopStore(tmp_path / "shop.sqlite3")
    made = generate(7, DAY, orders=1).orders[0]
    orders = [made.model_copy(update={"id": f"o-{n}", "number": n}) for n in ("4481207", "5530418")]
    ours.replace(ShopDoc(), (), (), orders[:1], {})
    assert ours.nearest("5530417", 5) == []
    theirs.replace(ShopDoc(), (), (), orders, {})
    assert theirs.nearest("5530417", 5) == ["5530418"]
    assert ours.nearest("5530417", 5) == ["5530418"], "another process wrote"
    ours.close()
    theirs.close()


def test_every_search_uses_an_index(store: ShopStore) -> None:
    searches = {
        "number_key = ?": "orders_number",
        "digits = ?": "orders_digits",
        "customer_id = ? AND settled = 0 ORDER BY placed_at DESC": "orders_customer",
        "email = ? AND settled = 0 ORDER BY placed_at DESC": "orders_email",
        "phone = ? AND settled = 0 ORDER BY placed_at DESC": "orders_phone",
    }
    for where, index in searches.items():
        plan = " ".join(
            row[3] for row in store._db.execute(f"EXPLAIN QUERY PLAN SELECT doc FROM orders WHERE {where}", ("x",))
        )
        assert index in plan, plan
        assert "TEMP B-TREE" not in plan, plan


@pytest.mark.parametrize(
    ("delete", "index"),
    [("payments WHERE order_id = ?", "payments_order"), ("contacts WHERE customer_id = ?", "contacts_customer")],
)
def test_a_change_of_one_order_reads_no_others(store: ShopStore, delete: str, index: str) -> None:
    plan = " ".join(row[3] for row in store._db.execute(f"EXPLAIN QUERY PLAN DELETE FROM {delete}", ("x",)))
    assert index in plan, plan


def test_failed_replacement_leaves_everything(store: ShopStore) -> None:
    before = list(store.orders())
    twice = [generate(7, DAY, orders=1).orders[0]] * 2
    with pytest.raises(Exception, match="UNIQUE"):
        store.replace(ShopDoc(name="other"), (), (), twice, {})
    assert list(store.orders()) == before
    assert store.shop().name == "Larch & Loom"


@pytest.mark.parametrize("broken", [False, True])
def test_a_replacement_leaves_every_index_and_no_journal(tmp_path: Path, broken: bool) -> None:
    path = tmp_path / "shop.sqlite3"
    store = ShopStore(path)

    def indexes() -> set[str]:
        return {row[0] for row in store._db.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}

    before = indexes()
    assert {"orders_number", "orders_email", "payments_order", "contacts_customer"} <= before
    orders = generate(7, DAY, orders=60).orders
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE") if broken else nullcontext():
        store.replace(ShopDoc(), (), (), (*orders, *orders[:1]) if broken else orders, {})
    assert indexes() == before
    assert store.count("orders") == (0 if broken else len(orders))
    assert Path(f"{path}-wal").stat().st_size == 0
    store.close()


def test_two_orders_with_one_number_are_refused() -> None:
    store = ShopStore(":memory:")
    order = generate(7, DAY, orders=1).orders[0]
    with pytest.raises(sqlite3.IntegrityError, match=r"orders\.number_key"):
        store.replace(ShopDoc(), (), (), [order, order.model_copy(update={"id": "another"})], {})
    assert store.count("orders") == 0


def test_a_shop_may_be_given_as_rows(store: ShopStore) -> None:
    shop = generate(7, DAY)
    again = ShopStore(":memory:")
    customers, orders = map(customer_row, shop.customers), map(order_row, shop.orders)
    again.replace(shop.shop, shop.products, customers, orders, {})
    assert list(again.orders()) == list(store.orders())
    for kind, value in ((KeyKind.PHONE, "+14155550134"), (KeyKind.EMAIL, "guest.buyer@example.org")):
        assert again.find(kind, value, 5) == store.find(kind, value, 5)
    again.close()


def test_shop_is_kept_and_moves_with_the_calendar(tmp_path: Path) -> None:
    path = shop_file(tmp_path)
    open_shop(path, seed_number=7, today=DAY).close()
    store = open_shop(path, seed_number=7, today=date(2026, 11, 24))
    late = OrderDoc.model_validate_json(store.find(KeyKind.NUMBER, "4481207", 1)[0][0])
    assert late.promised_by == date(2026, 11, 21)
    assert late.shipments[0].eta == date(2026, 11, 26)
    assert store.meta("today") == "2026-11-24"
    assert not refresh(store, date(2026, 11, 24))
    assert refresh(store, DAY)
    assert store.roll(date(2020, 1, 1), DAY, str) is False
    again = open_shop(":memory:", seed_number=7, today=DAY)
    assert list(store.orders()) == list(again.orders())
    store.close()


@pytest.mark.parametrize("place", ["damaged.sqlite3", "a-file/shop.sqlite3"])
def test_file_that_cannot_be_opened_is_said(tmp_path: Path, place: str) -> None:
    (tmp_path / "damaged.sqlite3").write_text("not a database, but long enough to look like something" * 20)
    (tmp_path / "a-file").write_text("")
    with pytest.raises(ShopStoreError, match="cannot be opened"):
        ShopStore(tmp_path / place)


def test_other_seed_number_makes_another_shop(tmp_path: Path) -> None:
    path = shop_file(tmp_path)
    first = open_shop(path, seed_number=7, today=DAY)
    orders = list(first.orders())
    first.close()
    second = open_shop(path, seed_number=8, today=DAY)
    assert list(second.orders()) != orders
    second.close()


def test_imported_shop_is_left_alone(tmp_path: Path) -> None:
    path = shop_file(tmp_path)
    store = ShopStore(path)
    order = generate(7, DAY, orders=1).orders[0]
    customer = CustomerDoc(id=order.customer_id or "c", first_name="Ada")
    import_shop(store, ShopFile(format="voicebot-shop/1", customers=(customer,), orders=(order,)))
    store.close()
    again = open_shop(path, seed_number=9, today=date(2030, 1, 1))
    assert [OrderDoc.model_validate_json(d) for d in again.orders()] == [order]
    again.close()
