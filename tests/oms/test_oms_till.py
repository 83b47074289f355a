"""Quotes and commits against a store: once for a key, all or nothing, and never something else than was quoted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from oms_builders import small_shop

from voicebot.oms.actions import ActionKind as Kind
from voicebot.oms.connector import KeyKind
from voicebot.oms.demo import till
from voicebot.oms.demo.changes import Refused
from voicebot.oms.demo.schema import OrderDoc
from voicebot.oms.demo.shop import open_shop, shop_file
from voicebot.oms.demo.store import ShopStore
from voicebot.oms.demo.wire import Confirmed, Wish

DAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 18, tzinfo=UTC)
KEY = "call-1-cancel"
SHOES = Wish(kind=Kind.EXCHANGE, order="o-3386015", args={"lines": [{"line": "l1", "quantity": 1}], "sku": "LL002-12"})


@pytest.fixture
def store() -> ShopStore:
    return small_shop()


def confirmed(store: ShopStore, wish: Wish, key: str = KEY) -> Confirmed:
    quote = till.quote(store, wish, NOW)
    return Confirmed(**wish.model_dump(), key=key, version=quote.version, quote=quote.quote)


def order(store: ShopStore, order_id: str) -> OrderDoc:
    return OrderDoc.model_validate_json(store.order(order_id) or "")


def stock(store: ShopStore, sku: str) -> int:
    found = store.variant(sku)
    assert found is not None
    return found[1].stock


def test_a_key_does_one_thing_once(store: ShopStore) -> None:
    wish = Wish(kind=Kind.CANCEL, order="o-3310460")
    yes = confirmed(store, wish)
    assert till.outcome(store, KEY).done is None
    done = till.commit(store, yes, NOW)
    assert till.commit(store, yes, NOW) == done
    assert till.outcome(store, KEY).done == done
    assert len(order(store, "o-3310460").refunds) == 1
    with pytest.raises(till.Stale, match="something else"):
        till.commit(store, yes.model_copy(update={"order": "o-3317725"}), NOW)


def test_every_change_of_an_order_makes_other_plans_stale(store: ShopStore) -> None:
    refund = Wish(kind=Kind.REFUND, order="o-3355190", args={"amount_minor": 100})
    first, second = confirmed(store, refund, "key-first"), confirmed(store, refund, "key-second")
    till.commit(store, first, NOW)
    with pytest.raises(till.Stale, match="changed"):
        till.commit(store, second, NOW)
    assert till.outcome(store, "key-second").done is None
    note = confirmed(store, Wish(kind=Kind.NOTE, order="o-3355190", args={"text": "hello"}), "key-note")
    third = confirmed(store, refund, "key-third")
    till.commit(store, note, NOW)
    till.commit(store, third, NOW)
    assert [r.amount for r in order(store, "o-3355190").refunds] == [100, 100]


def test_another_price_than_quoted_is_not_taken(store: ShopStore) -> None:
    yes = confirmed(store, SHOES)
    found = store.variant("LL002-12")
    assert found is not None
    product, variant = found
    dearer = tuple(v.model_copy(update={"price": 99900}) if v.sku == variant.sku else v for v in product.variants)
    with store.transaction():
        store.put_product(product.model_copy(update={"variants": dearer}))
    with pytest.raises(till.Stale, match="quoted"):
        till.commit(store, yes, NOW)
    assert order(store, "o-3386015").exchanges == ()


def test_the_last_piece_goes_to_the_first_who_commits(store: ShopStore) -> None:
    found = store.variant("LL002-12")
    assert found is not None
    product, variant = found
    last = tuple(v.model_copy(update={"stock": 1}) if v.sku == variant.sku else v for v in product.variants)
    with store.transaction():
        store.put_product(product.model_copy(update={"variants": last}))
    mine = confirmed(store, SHOES)
    same = Wish(kind=Kind.ITEM_CHANGE, order="o-3317725", args={"swap": {"line": "l1", "sku": "LL002-12"}})
    theirs = confirmed(store, same, "key-theirs")
    till.commit(store, mine, NOW)
    with pytest.raises(Refused) as caught:
        till.commit(store, theirs, NOW)
    assert caught.value.reason == "out_of_stock"
    assert (stock(store, "LL002-12"), order(store, "o-3317725").lines[0].sku) == (0, "LL002-08")


def test_a_commit_that_fails_half_way_leaves_nothing(store: ShopStore, monkeypatch: pytest.MonkeyPatch) -> None:
    yes = confirmed(store, SHOES)
    before = stock(store, "LL002-12")

    def full(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr(store, "put_done", full)
        with pytest.raises(OSError, match="no space"):
            till.commit(store, yes, NOW)
    assert (order(store, "o-3386015").exchanges, stock(store, "LL002-12")) == ((), before)
    till.commit(store, yes, NOW)
    assert stock(store, "LL002-12") == before - 1


def test_what_was_done_outlives_the_process(tmp_path: Path) -> None:
    first = open_shop(shop_file(tmp_path), seed_number=7, today=DAY)
    yes = confirmed(first, Wish(kind=Kind.CANCEL, order="o-3310460"))
    done = till.commit(first, yes, NOW)
    first.close()
    second = open_shop(shop_file(tmp_path), seed_number=7, today=DAY)
    assert till.outcome(second, KEY).done == done
    assert till.commit(second, yes, NOW) == done
    assert order(second, "o-3310460").status == "cancelled"
    second.close()


def test_an_order_that_is_not_there(store: ShopStore) -> None:
    with pytest.raises(till.Absent):
        till.quote(store, Wish(kind=Kind.CANCEL, order="o-0"), NOW)


def test_a_changed_order_is_found_as_before(store: ShopStore) -> None:
    till.commit(store, confirmed(store, Wish(kind=Kind.CANCEL, order="o-3310460")), NOW)
    assert store.find(KeyKind.NUMBER, "3310460", 5)[0] == [store.order("o-3310460")]
    assert len(store.find(KeyKind.PHONE, "+16465550101", 5)[0]) == 1
    assert store.nearest("3310461", 1) == ["3310460"]
