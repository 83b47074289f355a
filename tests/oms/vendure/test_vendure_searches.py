"""What is found, and what is not, whatever a shop makes of our filters."""

from __future__ import annotations

import pytest
from vendure_fake import FakeShop, Shop

from voicebot.oms.connector import Cap, Deadline, KeyKind, NotFound, OrderKey
from voicebot.oms.products import ProductSearch


def soon() -> Deadline:
    return Deadline.after(5)


async def test_a_shop_that_ignores_filters_finds_nothing_instead_of_everything() -> None:
    shop = Shop()
    buyer = {**shop.order["customer"], "orders": {"items": [shop.order]}}
    shop.answers |= {
        "Orders": {"orders": {"items": [shop.order], "totalItems": 1}},
        "OrdersOf": {"customers": {"items": [buyer]}},
        "Customers": {"customers": {"items": [buyer]}},
        "OrdersOfOne": {"customer": buyer},
        "BySku": {"productVariants": {"items": []}},
        "Products": {"products": {"items": [{"id": "1", "name": "Enamel mug", "variants": []}]}},
    }
    connector = shop.connector()
    for kind, wrong, right in (
        (KeyKind.NUMBER, "4120", "41207"),
        (KeyKind.EMAIL, "ora@example.com", "nora@example.com"),
        (KeyKind.PHONE, "+15185550101", "+15185550100"),
        (KeyKind.CUSTOMER_ID, "5", "4"),
    ):
        nobody = await connector.find_orders(OrderKey(kind, wrong), limit=5, deadline=soon())
        assert (nobody.orders, nobody.customers) == ((), ())
        found = await connector.find_orders(OrderKey(kind, right), limit=5, deadline=soon())
        assert [one.number for one in found.orders] == ["41207"]
        assert [ref.id for ref in found.customers] == ["4"]
    assert await connector.find_customers(phone="+15185550101", deadline=soon()) == ()
    assert await connector.find_products(ProductSearch(text="cotton tee"), limit=5, deadline=soon()) == ()
    with pytest.raises(NotFound):
        await connector.get_order("2", deadline=soon())


async def test_a_phone_is_looked_for_in_the_ways_that_shops_write_it() -> None:
    shop = Shop()
    shop.answers["Customers"] = {"customers": {"items": [{**shop.order["customer"], "phoneNumber": "(518) 555-0100"}]}}
    connector = shop.connector()
    (found,) = await connector.find_customers(phone="+15185550100", deadline=soon())
    assert found.id == "4"
    spellings = shop.asked[0][1]["filter"]["phoneNumber"]["in"]
    assert {"+15185550100", "15185550100", "5185550100", "(518) 555-0100"} <= set(spellings)


async def test_a_cart_is_not_an_order() -> None:
    with pytest.raises(NotFound):
        await Shop(state="AddingItems").connector().get_order("1", deadline=soon())


async def test_numbers_by_sound_come_from_the_newest_orders() -> None:
    shop = FakeShop({"Numbers": {"orders": {"items": [{"code": "41209"}, {"code": "41208"}]}}})
    connector = shop.connector(number_cap=10)
    assert Cap.NEAREST_NUMBERS in connector.caps
    assert (await connector.numbers.refresh(), await connector.numbers.refresh()) == (2, 0)
    assert "41209" in await connector.nearest_numbers("41205", limit=5, deadline=soon())
