from __future__ import annotations

import json
from dataclasses import replace

import pytest
from oms_builders import TODAY, days, line, order

from voicebot.oms.model import Customer, Subscription
from voicebot.oms.money import Money
from voicebot.oms.products import Product, Promotion, Variant
from voicebot.oms.shop_facts import account_facts, label, product_facts, promo_facts, promo_state
from voicebot.oms.status import SubscriptionStatus


def shoe(sku: str, stock: int | None, price: int = 12900, **options: str) -> Variant:
    return Variant(sku=sku, price=Money(price, "USD"), options=options, stock=stock)


def shoes(*variants: Variant) -> Product:
    return Product(id="p-1", name="Trail\u202e Runner", product_type="shoes", variants=variants, fit="Runs\nsmall.")


def test_a_product_with_its_variants() -> None:
    sizes = (shoe("A", 0, size="9", colour="navy"), shoe("B", 3, 11900, size="10", colour="navy"))
    facts = product_facts(shoes(*sizes))
    assert json.loads(json.dumps(facts)) == facts
    assert (facts["name"], facts["fit"]) == ("Trail Runner", "Runs small.")
    assert (facts["price_minor"], facts["currency"], facts["in_stock"]) == (11900, "USD", True)
    assert facts["variants"][0] == {
        "sku": "A",
        "label": "size 9, navy",
        "options": {"size": "9", "colour": "navy"},
        "price_minor": 12900,
        "currency": "USD",
        "in_stock": False,
    }


@pytest.mark.parametrize(
    ("stocks", "known"), [((0, 0), False), ((None, None), None), ((None, 0), False), ((0, 2), True)]
)
def test_stock_that_is_not_told_is_not_promised(stocks: tuple[int | None, ...], known: bool | None) -> None:
    assert product_facts(shoes(*(shoe(f"S{i}", stock) for i, stock in enumerate(stocks))))["in_stock"] is known


@pytest.mark.parametrize(
    ("options", "spoken"),
    [
        ({}, ""),
        ({"size": "XL", "colour": "moss"}, "size XL, moss"),
        ({"capacity": "500 ml"}, "500 ml"),
        ({"length": "2 m"}, "length 2 m"),
        ({"size": "king"}, "king"),
    ],
)
def test_labels_as_they_are_spoken(options: dict[str, str], spoken: str) -> None:
    assert label(options) == spoken


def test_an_account_without_the_person() -> None:
    coffee = Subscription(
        id="s-1",
        plan="Coffee, every 4 weeks",
        status=SubscriptionStatus.PAUSED,
        raw_status="paused",
        price=Money(1700, "USD"),
        pause_until=days(20),
    )
    ada = Customer(
        id="c-1",
        first_name="Ada",
        last_name="Lovelace",
        emails=("ada@example.com",),
        phones=("+14155550100",),
        subscriptions=(coffee,),
        points=2450,
        points_expire_on=days(9),
        store_credit=Money(1500, "EUR"),
    )
    facts = account_facts(ada)
    assert facts["subscriptions"][0] == {
        "id": "s-1",
        "plan": "Coffee, every 4 weeks",
        "status": "paused",
        "price_minor": 1700,
        "currency": "USD",
        "next_charge_on": None,
        "pause_until": days(20).isoformat(),
    }
    assert (facts["points"], facts["points_expire_on"]) == (2450, days(9).isoformat())
    assert (facts["store_credit_minor"], facts["currency"]) == (1500, "EUR")
    assert not any(word in json.dumps(facts) for word in ("Ada", "Lovelace", "example", "+1415"))
    assert account_facts(replace(ada, store_credit=None))["currency"] == "USD"
    none = account_facts(Customer(id="c-2", first_name="Ada", last_name=""))
    assert (none["points"], none["store_credit_minor"], none["currency"]) == (None, None, None)


CODE = Promotion(code="X", active=True, percent=10)
MINIMUM = Money(20000, "USD")


@pytest.mark.parametrize(
    ("promotion", "state"),
    [
        (CODE, "valid"),
        (replace(CODE, ends_on=TODAY), "valid"),
        (replace(CODE, ends_on=days(-1)), "expired"),
        (replace(CODE, active=False), "expired"),
        (replace(CODE, starts_on=days(1)), "not_started"),
        (replace(CODE, starts_on=days(1), active=False), "not_started"),
        (replace(CODE, uses_left=0), "used_up"),
        (replace(CODE, uses_left=1), "valid"),
        (replace(CODE, minimum=MINIMUM), "minimum_not_met"),
        (replace(CODE, minimum=Money(12900, "USD")), "valid"),
        (replace(CODE, minimum=Money(20000, "EUR")), "valid"),
        (replace(CODE, only=("home",)), "other_products"),
        (replace(CODE, only=("home", "shoes")), "valid"),
    ],
)
def test_state_of_a_code_for_an_order(promotion: Promotion, state: str) -> None:
    assert promo_state(promotion, order(lines=(line(),)), TODAY) == state


def test_a_code_without_an_order_is_judged_by_its_dates_alone() -> None:
    picky = replace(CODE, minimum=MINIMUM, only=("home",), percent=None, amount=Money(500, "USD"))
    facts = promo_facts(picky, None, TODAY)
    assert (facts["state"], facts["percent"], facts["amount_minor"]) == ("valid", None, 500)
    assert (facts["minimum_minor"], facts["currency"], facts["only"]) == (20000, "USD", ["home"])
    assert promo_facts(CODE, None, TODAY)["currency"] is None
