from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from vendure_fake import FakeShop, Json

from voicebot.oms.connector import Deadline, NotAllowed, NotFound
from voicebot.oms.connectors.vendure.catalogue import Catalogue
from voicebot.oms.connectors.vendure.reading import Reader
from voicebot.oms.products import ProductSearch


def soon() -> Deadline:
    return Deadline.after(5)


def variant(sku: str = "TEE-M", *, on_hand: int = 5, allocated: int = 2, **more: Any) -> Json:
    return {
        "id": sku,
        "sku": sku,
        "name": sku,
        "priceWithTax": 2613,
        "currencyCode": "USD",
        "trackInventory": "TRUE",
        "stockLevels": [{"stockOnHand": on_hand, "stockAllocated": allocated}],
        "options": [{"name": sku[-1], "group": {"code": "size"}}],
        **more,
    }


def product(*variants: Json, **more: Any) -> Json:
    return {"id": "1", "name": "Everyday cotton tee", "variants": list(variants), **more}


def promotion(**more: Any) -> Json:
    percent = {"code": "order_percentage_discount", "args": [{"name": "discount", "value": "10"}]}
    return {"couponCode": "WELCOME10", "enabled": True, "actions": [percent], "conditions": [], **more}


def ahead(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


async def test_a_product_with_what_is_left_of_each_variant() -> None:
    made = product(variant(), variant("TEE-L", trackInventory="FALSE"), variant("TEE-S", enabled=False))
    shop = FakeShop({"Products": {"products": {"items": [made, product(enabled=False)]}}})
    (found,) = await shop.connector().find_products(ProductSearch(text="Cotton TEE"), limit=5, deadline=soon())
    assert [(v.sku, v.stock, v.price.minor) for v in found.variants] == [("TEE-M", 3, 2613), ("TEE-L", None, 2613)]
    assert found.variants[0].options == {"size": "M"}
    assert shop.asked[0][1]["options"]["filter"] == {
        "_and": [{"name": {"contains": "Cotton"}}, {"name": {"contains": "TEE"}}]
    }
    assert await shop.connector().find_products(ProductSearch(text=" "), limit=5, deadline=soon()) == ()


async def test_a_sku_brings_its_whole_product_and_only_that() -> None:
    whole = product(variant(), variant("TEE-L"))
    rows = [{**variant(), "product": whole}, {**variant("TEE-MM"), "product": product(id="2")}]
    shop = FakeShop({"BySku": {"productVariants": {"items": rows}}})
    (found,) = await shop.connector().find_products(ProductSearch(sku="TEE-M"), limit=5, deadline=soon())
    assert [v.sku for v in found.variants] == ["TEE-M", "TEE-L"]


@pytest.mark.parametrize(
    ("rows", "pieces", "reason"),
    [([], 1, "not_found"), ([variant(on_hand=0)], 1, "out_of_stock"), ([variant(enabled=False)], 1, "not_found")],
)
async def test_what_cannot_be_sold_is_refused(rows: list[Json], pieces: int, reason: str) -> None:
    found = [{**row, "product": product()} for row in rows]
    session = FakeShop({"BySku": {"productVariants": {"items": found}}}).session()
    catalogue = Catalogue(session, Reader(session), zone=ZoneInfo("UTC"), currency="USD")
    with pytest.raises(NotAllowed) as error:
        await catalogue.sold("TEE-M", pieces, soon())
    assert error.value.reason == reason


@pytest.mark.parametrize(
    ("more", "active"),
    [
        ({}, True),
        ({"enabled": False}, False),
        ({"startsAt": ahead(1)}, False),
        ({"endsAt": ahead(-1)}, False),
        ({"startsAt": ahead(-1), "endsAt": ahead(1)}, True),
    ],
)
async def test_whether_a_promotion_holds(more: Json, active: bool) -> None:
    shop = FakeShop({"Promotions": {"promotions": {"items": [promotion(couponCode="WELCOME100"), promotion(**more)]}}})
    found = await shop.connector().get_promotion("welcome10", deadline=soon())
    assert (found.code, found.percent, found.amount, found.active) == ("WELCOME10", 10, None, active)
    with pytest.raises(NotFound):
        await shop.connector().get_promotion("WELCOME1", deadline=soon())


async def test_an_amount_off_and_a_least_order() -> None:
    off = {"code": "order_fixed_discount", "args": [{"name": "discount", "value": "500"}]}
    least = {"code": "minimum_order_amount", "args": [{"name": "amount", "value": "5000"}]}
    shop = FakeShop({"Promotions": {"promotions": {"items": [promotion(actions=[off], conditions=[least])]}}})
    found = await shop.connector(currency="EUR").get_promotion("WELCOME10", deadline=soon())
    assert found.percent is None
    assert found.amount is not None
    assert found.minimum is not None
    assert (found.amount.minor, found.amount.currency, found.minimum.minor) == (500, "EUR", 5000)
