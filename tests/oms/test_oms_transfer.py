from __future__ import annotations

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from voicebot.oms.demo import schema
from voicebot.oms.demo.schema import FORMAT, json_schema
from voicebot.oms.demo.seed import generate
from voicebot.oms.demo.shop import open_shop
from voicebot.oms.demo.store import ShopStore
from voicebot.oms.demo.transfer import ShopFileError, export_shop, import_shop, read_shop
from voicebot.oms.demo.use_cases import cases

DAY = date(2026, 11, 21)


def document() -> dict[str, Any]:
    return {
        "format": FORMAT,
        "shop": {"name": "Test shop", "time_zone": "Europe/Berlin"},
        "customers": [{"id": "c-1", "first_name": "Ada", "phones": ["+4930231250"]}],
        "orders": [
            {
                "id": "o-1",
                "number": "#W2611340",
                "placed_at": "2026-11-18T15:04:00+01:00",
                "currency": "EUR",
                "total": 12950,
                "status": "open",
                "payment_status": "paid",
                "customer_id": "c-1",
                "lines": [{"id": "l1", "sku": "S", "name": "Shoes", "quantity": 2, "unit_price": 6475}],
                "shipments": [{"id": "s-1", "lines": [{"line": "l1", "quantity": 2}]}],
            }
        ],
    }


def write(folder: Path, content: object) -> Path:
    path = folder / "shop.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def problems(folder: Path, content: object) -> str:
    with pytest.raises(ShopFileError) as caught:
        read_shop(write(folder, content))
    return str(caught.value)


def test_export_reads_back_as_the_same_shop(tmp_path: Path) -> None:
    store = open_shop(":memory:", seed_number=7, today=DAY)
    first = StringIO()
    assert export_shop(store, first) == {
        "products": 67,
        "customers": 332,
        "orders": 2032,
        "promotions": 7,
        "stores": 3,
    }
    shop = read_shop(write(tmp_path, first.getvalue()))
    # SQLite keeps no order of its own: everything is written by id.
    assert set(shop.orders) == set(generate(7, DAY).orders)
    other = ShopStore(":memory:")
    import_shop(other, shop)
    second = StringIO()
    export_shop(other, second)
    assert second.getvalue() == first.getvalue()


def test_import_tells_how_far_it_is(tmp_path: Path) -> None:
    shop = generate(7, DAY, orders=1100 - len(cases()))
    told: list[tuple[str, int, int]] = []
    import_shop(ShopStore(":memory:"), shop, lambda what, done, total: told.append((what, done, total)))
    assert told == [("orders", 500, 1100), ("orders", 1000, 1100), ("orders", 1100, 1100)]


def test_smallest_shop(tmp_path: Path) -> None:
    shop = read_shop(write(tmp_path, {"format": FORMAT}))
    assert shop.orders == ()
    assert len(read_shop(write(tmp_path, document())).orders) == 1


def test_schema_file_is_up_to_date() -> None:
    kept = Path(schema.__file__).with_name("shop.schema.json")
    assert json.loads(kept.read_text(encoding="utf-8")) == json_schema()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", ":1:1: not JSON"),
        ('{"format": "voicebot-shop/1",\n "orders": [}', ":2:13: not JSON"),
        ("<html></html>", "not JSON"),
        ("[]", '"format": "voicebot-shop/1"'),
        ({"format": "voicebot-shop/9"}, '"format": "voicebot-shop/1"'),
    ],
)
def test_what_is_no_shop_document(tmp_path: Path, content: object, said: str) -> None:
    assert said in problems(tmp_path, content)


def test_missing_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ShopFileError, match="cannot be read"):
        read_shop(tmp_path / "nowhere.json")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("total", 129.5, "orders[0].total: "),
        ("total", "12950", "(give a whole number without quotes)"),
        ("total", None, "orders[0].total: "),
        ("placed_at", "2026-11-18T15:04:00", "(add the zone: 2026-11-18T15:04:00Z)"),
        ("currency", "euro", "orders[0].currency: "),
        ("totals", 1, "orders[0].totals: Extra inputs are not permitted (remove it"),
        ("customer_id", "c-9", "orders[0].customer_id: there is no customer 'c-9'"),
        ("number", "--", "orders[0].number: '--' has no digit"),
        ("promised_by", "2026-11-18T15:04:00Z", "(write it as 2026-11-18"),
        (
            "shipments",
            [{"id": "s", "lines": [{"line": "l9", "quantity": 1}]}],
            "orders[0].shipments[0].lines[0].line: ",
        ),
        (
            "shipments",
            [{"id": "s", "lines": [{"line": "l1", "quantity": 3}]}],
            "3 of line 'l1' in all, but 2 were ordered",
        ),
        ("shipments", [{"id": "s", "vocabulary": "ups"}], "(use one of the listed words)"),
    ],
)
def test_problems_name_path_and_repair(tmp_path: Path, field: str, value: object, said: str) -> None:
    content = document()
    content["orders"][0][field] = value
    assert said in problems(tmp_path, content)


def test_repeated_names_and_wrong_zone(tmp_path: Path) -> None:
    content = document()
    content["orders"].append({**content["orders"][0], "id": "o-2", "number": "w2611340"})
    content["customers"].append(content["customers"][0])
    content["shop"]["time_zone"] = "Mars/Base"
    said = problems(tmp_path, content)
    assert "3 problems (nothing was imported)" in said
    assert "orders[1].number: 'W2611340' is there already" in said
    assert "customers[1].id" in said
    assert "shop.time_zone" in said


def test_codes_and_stores_are_unique_and_skus_need_not_be(tmp_path: Path) -> None:
    content = document()
    content["promotions"] = [{"code": "WELCOME-10", "percent": 10}, {"code": "welcome10", "amount": 500}]
    content["stores"] = [{"id": "s", "name": "A"}, {"id": "s", "name": "B"}]
    variants = [{"sku": "MUG", "price": 100}]
    mug = {"name": "Mug", "product_type": "home", "currency": "EUR", "variants": variants}
    content["products"] = [{**mug, "id": "p-1"}, {**mug, "id": "p-2"}]
    said = problems(tmp_path, content)
    assert "2 problems" in said
    assert "promotions[1].code: 'WELCOME10' is there already" in said
    assert "stores[1].id" in said
    content["promotions"].pop()
    content["stores"].pop()
    store = ShopStore(":memory:")
    import_shop(store, read_shop(write(tmp_path, content)))
    assert store.variant("mug") is not None
    assert store.promotion("welcome 10") is not None
    assert (store.count("promotions"), store.count("stores")) == (1, 1)


def test_long_lists_of_problems_are_cut(tmp_path: Path) -> None:
    content = document()
    content["customers"] = [{"id": ""} for _ in range(30)]
    said = problems(tmp_path, content)
    assert "60 problems" in said
    assert "and 40 more" in said


def test_example_of_the_documentation_imports(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "oms-import.md"
    example = page.read_text(encoding="utf-8").split("```json\n")[1].split("```")[0]
    shop = read_shop(write(tmp_path, example))
    assert [order.number for order in shop.orders] == ["W2611340"]
