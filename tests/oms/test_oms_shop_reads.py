"""Questions about products, accounts and promotions, as a call asks them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from oms_builders import NOW, FakeConnector, FakeLog, days, jumping, order

from voicebot.oms.connector import Cap, Unavailable
from voicebot.oms.desk import OrderDesk
from voicebot.oms.model import Customer
from voicebot.oms.money import Money
from voicebot.oms.products import Product, Promotion, Variant
from voicebot.oms.settings import OmsSettings

SHOES = Product(
    id="p-1",
    name="Trail Runner shoes",
    product_type="shoes",
    variants=(Variant(sku="A", price=Money(12900, "USD"), options={"size": "9"}, stock=2),),
)
ADA = Customer(id="c-1", first_name="Ada", last_name="Lovelace", points=10)
OLD = Promotion(code="OLD", active=True, percent=10, ends_on=days(-3))
CODE = Promotion(code="NEW", active=True, percent=10, minimum=Money(99900, "USD"))


def connector(**changes: Any) -> FakeConnector:
    known: dict[str, Any] = {"orders": [order()], "products": [SHOES], "accounts": [ADA], "promotions": [OLD, CODE]}
    return FakeConnector(**known | changes)


def asked(fake: FakeConnector, op: str, **args: Any) -> dict[str, Any]:
    async def story() -> dict[str, Any]:
        reads = OrderDesk(fake, OmsSettings(), wall=lambda: NOW).for_call(FakeLog())
        return dict(await reads.query(op, args, request="q", deadline_s=1.0))

    return jumping(story)


def test_products_by_words_and_by_sku() -> None:
    by_words = asked(connector(), "find_products", text="  Trail\nRunner ")
    assert (by_words["status"], [p["id"] for p in by_words["products"]]) == ("ok", ["p-1"])
    assert by_words["products"][0]["variants"][0]["label"] == "size 9"
    fake = connector()
    assert asked(fake, "find_products", sku="A", text="ignored")["products"][0]["name"] == "Trail Runner shoes"
    assert fake.asked == ["products A"]
    assert asked(connector(products=[]), "find_products", text="boots")["status"] == "not_found"


@pytest.mark.parametrize("args", [{}, {"text": ""}, {"text": "  "}, {"text": 7}, {"sku": None}])
def test_nothing_to_search_for_is_not_asked(args: dict[str, Any]) -> None:
    fake = connector()
    result = asked(fake, "find_products", **args)
    assert (result, fake.asked) == ({"status": "not_found", "products": []}, [])


def test_an_account_by_customer_or_by_order() -> None:
    result = asked(connector(), "get_customer", customer="c-1")
    assert (result["status"], result["points"], result["subscriptions"]) == ("ok", 10, [])
    assert "Ada" not in str(result)
    fake = connector()
    assert asked(fake, "get_customer", order="o-4481207")["points"] == 10
    assert fake.asked == ["get o-4481207", "customer c-1"]


def test_accounts_that_are_not_there() -> None:
    guest = connector(orders=[replace(order(), customer_id=None)])
    assert asked(guest, "get_customer", order="o-4481207") == {"status": "not_found"}
    assert asked(connector(), "get_customer", order="o-0")["status"] == "not_found"
    assert asked(connector(), "get_customer", customer="c-9") == {"status": "not_found"}
    assert asked(connector(), "get_customer")["status"] == "bad_answer"


def test_codes_with_and_without_an_order() -> None:
    assert asked(connector(), "check_promo", code="old")["promo"]["state"] == "expired"
    assert asked(connector(), "check_promo", code="NEW")["promo"]["state"] == "valid"
    assert asked(connector(), "check_promo", code="NEW", order="o-4481207")["promo"]["state"] == "minimum_not_met"
    assert asked(connector(), "check_promo", code="NEW", order="o-0") == {"status": "not_found", "promo": None}
    assert asked(connector(), "check_promo", code="WHAT") == {"status": "not_found", "promo": None}
    assert asked(connector(), "check_promo", code="-- ") == {"status": "not_found", "promo": None}


def test_what_a_backend_does_not_have_is_not_asked() -> None:
    bare = connector(caps=frozenset({Cap.FIND_BY_NUMBER}))
    for op, args in (
        ("find_products", {"text": "x"}),
        ("get_customer", {"customer": "c"}),
        ("check_promo", {"code": "x"}),
    ):
        assert asked(bare, op, **args)["status"] == "unavailable"
    assert bare.asked == []


def test_trouble_is_a_status() -> None:
    def broken() -> Exception:
        return Unavailable("down")

    for op, args in (
        ("find_products", {"text": "x"}),
        ("get_customer", {"order": "o"}),
        ("check_promo", {"code": "x"}),
    ):
        assert asked(connector(fault=broken), op, **args)["status"] == "unavailable"
