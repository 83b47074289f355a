from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from medusa_fake import FakeShop, Json

from voicebot.oms.connector import Deadline, NotAllowed, NotFound
from voicebot.oms.connectors.medusa.catalogue import Catalogue
from voicebot.oms.money import Money
from voicebot.oms.products import ProductSearch

TEE: Json = {
    "id": "prod_1",
    "title": "Everyday cotton tee",
    "status": "published",
    "type": {"value": "apparel"},
    "tags": [{"value": "bestseller"}],
    "variants": [
        {
            "id": "variant_m",
            "sku": "TEE-M",
            "manage_inventory": True,
            "prices": [{"amount": 22.5, "currency_code": "eur"}, {"amount": 24.995, "currency_code": "usd"}],
            "options": [{"value": "M", "option": {"title": "Size"}}],
        },
        {"id": "variant_x", "sku": "TEE-X", "manage_inventory": False, "prices": []},
    ],
}


def variants(request: httpx.Request) -> Json:
    """The list of variants: counts by id, and SKUs by substring."""
    rows = [
        {"id": "variant_m", "sku": "TEE-M", "product_id": "prod_1", "inventory_quantity": 3},
        {"id": "variant_l", "sku": "TEE-ML", "product_id": "prod_2", "inventory_quantity": 9},
    ]
    params = request.url.params
    wanted, words = params.get_list("id[]"), params.get("q") or params.get("sku") or ""
    return {"variants": [r for r in rows if (r["id"] in wanted if wanted else words in str(r["sku"]))]}


def catalogue(answers: Mapping[str, Any] | None = None, currency: str | None = None) -> tuple[Catalogue, FakeShop]:
    shop = FakeShop(
        {
            "GET products": {"products": [TEE, {**TEE, "id": "prod_3", "status": "draft"}]},
            "GET products/prod_1": {"product": TEE},
            "GET product-variants": variants,
            **(answers or {}),
        }
    )
    return Catalogue(shop.session(), zone=ZoneInfo("America/New_York"), currency=currency), shop


def soon() -> Deadline:
    return Deadline.after(5)


async def test_products_come_with_stock_and_without_drafts() -> None:
    shelf, _ = catalogue(currency="USD")
    (tee,) = await shelf.products(ProductSearch(text="tee"), limit=5, deadline=soon())
    assert (tee.name, tee.product_type, tee.tags) == ("Everyday cotton tee", "apparel", ("bestseller",))
    (variant,) = tee.variants  # the other one has no price
    assert (variant.sku, variant.options, variant.stock) == ("TEE-M", {"size": "M"}, 3)
    assert variant.price == Money(2500, "USD")


async def test_a_sku_is_not_found_in_a_longer_one() -> None:
    shelf, _ = catalogue()
    found = await shelf.products(ProductSearch(sku="tee-m"), limit=5, deadline=soon())
    assert found == ()  # the fake's search minds capitals, as a database does
    found = await shelf.products(ProductSearch(sku="TEE-M"), limit=5, deadline=soon())
    assert [product.id for product in found] == ["prod_1"]
    assert await shelf.products(ProductSearch(sku="TEE"), limit=5, deadline=soon()) == ()


@pytest.mark.parametrize(("sku", "pieces", "reason"), [("TEE-M", 4, "out_of_stock"), ("NONE", 1, "not_found")])
async def test_what_is_not_there_is_not_promised(sku: str, pieces: int, reason: str) -> None:
    shelf, _ = catalogue()
    with pytest.raises(NotAllowed) as caught:
        await shelf.sold(sku, pieces, soon())
    assert caught.value.reason == reason
    assert (await shelf.sold("TEE-M", 3, soon()))[1].id == "variant_m"


def promotion(**more: Any) -> Json:
    method = {"type": "percentage", "value": 10, "currency_code": "usd"}
    return {"code": "WELCOME10", "status": "active", "application_method": method, **more}


async def test_a_promotion_is_found_in_any_case_and_not_in_a_longer_one() -> None:
    longer = promotion(code="WELCOME100")
    shelf, _ = catalogue({"GET promotions": {"promotions": [longer, promotion()]}})
    found = await shelf.promotion("welcome10", soon())
    assert (found.code, found.percent, found.amount, found.uses_left) == ("WELCOME10", 10, None, None)
    with pytest.raises(NotFound):
        await shelf.promotion("WELCOME", soon())


async def test_a_promotions_days_are_the_shops_and_its_uses_the_fewer() -> None:
    campaign = {"ends_at": "2026-12-01T03:00:00Z", "budget": {"type": "usage", "limit": 100, "used": 98}}
    method = {"type": "fixed", "value": 5, "currency_code": "usd"}
    doc = promotion(campaign=campaign, application_method=method, limit=10, used=1, status="inactive")
    shelf, _ = catalogue({"GET promotions": {"promotions": [doc]}})
    found = await shelf.promotion("WELCOME10", soon())
    assert (found.ends_on, found.uses_left, found.active) == (date(2026, 11, 30), 2, False)
    assert (found.percent, found.amount) == (None, Money(500, "USD"))


def option(name: str, location: str, *, back: str) -> Json:
    zone = {"fulfillment_set": {"location": {"id": location}}}
    return {"id": name, "rules": [{"attribute": "is_return", "value": back}], "service_zone": zone}


async def test_goods_come_back_to_where_they_were_sent_from() -> None:
    options = [
        option("so_out", "sloc_1", back="false"),
        option("so_back_1", "sloc_1", back="true"),
        option("so_back_2", "sloc_2", back="true"),
    ]
    shelf, shop = catalogue({"GET shipping-options": {"shipping_options": options}})
    for location, expected in (
        ("sloc_2", "so_back_2"),
        ("sloc_1", "so_back_1"),
        ("sloc_9", "so_back_1"),
        (None, "so_back_1"),
    ):
        found = await shelf.way_back(location, soon())
        assert found is not None
        assert found.id == expected
    shop.answers["GET shipping-options"] = {"shipping_options": options[:1]}
    assert await shelf.way_back("sloc_1", soon()) is None
