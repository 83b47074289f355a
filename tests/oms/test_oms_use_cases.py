"""The demo shop has a caller for everything that people call about."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from voicebot.oms.demo import mapping
from voicebot.oms.demo.schema import ShopFile
from voicebot.oms.demo.seed import SHOWCASE_NUMBERS, generate, moved
from voicebot.oms.demo.slips import one_edit, two_edits
from voicebot.oms.demo.use_cases import cases, numbers
from voicebot.oms.facts import Facts, View, order_facts
from voicebot.oms.shop_facts import promo_state

DAY = date(2026, 11, 21)
ZONE = ZoneInfo("America/New_York")
NOON = datetime.combine(DAY, time(12), ZONE).astimezone(UTC)


@pytest.fixture(scope="module")
def shop() -> ShopFile:
    return generate(7, DAY)


@pytest.fixture(scope="module")
def facts(shop: ShopFile) -> dict[str, Facts]:
    orders = [order for order in shop.orders if order.number in numbers()]
    return {o.number: order_facts(mapping.order(o, NOON), View(now=NOON, zone=ZONE)) for o in orders}


def test_the_seeded_shop_before_them_is_untouched(shop: ShopFile) -> None:
    assert [order.number for order in shop.orders[2000:]] == [case["number"] for case in cases()]
    assert shop.orders[0].number == "4481207"
    assert [customer.id for customer in shop.customers[300:302]] == ["c-0101", "c-0102"]


def test_numbers_are_kept_clear(shop: ShopFile) -> None:
    others = {order.number for order in shop.orders}
    assert len(numbers()) == len(cases())
    for number in numbers():
        assert not one_edit(number) & others, number
        assert not any(number in one_edit(shown) | two_edits(shown) for shown in SHOWCASE_NUMBERS)


def test_each_is_documented(shop: ShopFile) -> None:
    page = (Path(__file__).parents[2] / "docs" / "oms-import.md").read_text(encoding="utf-8")
    for case in cases():
        assert f"| {case['who']} | {case['number']} | {case['about']} |" in page
    for promotion in shop.promotions:
        assert f"`{promotion.code}`" in page


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("3310460", {"payment_status": "paid", "fulfillment_status": "unfulfilled", "paid_minor": 14200}),
        ("3324918", {"days_since_delivery": 10}),
        ("3331274", {"days_since_delivery": 71, "open": False}),
        ("3426097", {"payment_failed": True, "decline_reason": "insufficient_funds", "order_status": "on_hold"}),
        ("3454920", {"pickup": {"store": "Canal Street store", "status": "ready"}}),
        ("3461106", {"pickup": {"store": "Harbour Way store", "status": "preparing"}}),
        ("3478738", {"marketplace": True, "sellers": ["Riverbend Crafts"]}),
        ("3485295", {"gift": True}),
        ("3492063", {"vip": True}),
        ("3507417", {"promo_codes": ["WELCOME10"], "discount_minor": 890}),
        ("3583057", {"region": "UK", "currency": "GBP", "days_since_delivery": 12}),
        ("3590684", {"region": "EU", "currency": "EUR"}),
    ],
)
def test_what_the_cases_promise(facts: dict[str, Facts], number: str, expected: Facts) -> None:
    for name, value in expected.items():
        got = facts[number][name]
        assert (got if not isinstance(value, dict) else {k: got[k] for k in value}) == value


def test_pieces_that_can_be_acted_on(facts: dict[str, Facts]) -> None:
    assert [item["cancellable"] for item in facts["3310460"]["items"]] == [1, 1]
    assert [item["returnable"] for item in facts["3324918"]["items"]] == [1]
    assert facts["3348603"]["items"][0]["final_sale"] is True
    assert facts["3552178"]["items"][0]["custom_made"] is True
    traits = [{t for t in ("perishable", "hygiene", "digital") if item[t]} for item in facts["3569961"]["items"]]
    assert traits == [{"perishable"}, {"hygiene"}, {"digital"}]
    assert facts["3393761"]["refunds"][0]["status"] == "pending"
    assert facts["3402288"]["refunds"][0]["status"] == "succeeded"
    assert facts["3419654"]["returns"][0]["status"] == "in_transit"
    assert facts["3545602"]["paid_minor"] == 2 * facts["3545602"]["total_minor"]
    assert (facts["3538749"]["delivery"]["stale_days"], facts["3605213"]["delivery"]["state"]) == (8, "lost")


def test_an_exchange_that_is_sold_out_and_one_that_is_not(shop: ShopFile) -> None:
    sneakers = next(p for p in shop.products if p.name == "Harbour canvas sneakers")
    stock = {tuple(v.options.values()): v.stock for v in sneakers.variants}
    assert stock["9", "white"] == 0
    assert stock["9", "black"] > 0


def test_accounts(shop: ShopFile) -> None:
    by_name = {f"{c.first_name} {c.last_name}": c for c in shop.customers[300:]}
    subscribers = ("Anneke Jansen", "Malik Thornbury", "Lior Zeller")
    assert [by_name[who].subscriptions[0].status for who in subscribers] == ["active", "paused", "past_due"]
    assert (by_name["Priya Eastwick"].points, by_name["Priya Eastwick"].store_credit) == (2450, 1500)
    changed = by_name["Olive Nakata"].contact_changed_at
    assert changed is not None
    assert (NOON - changed).days == 2


def test_codes_of_each_kind(shop: ShopFile) -> None:
    states = {promo.code: promo_state(mapping.promotion(promo), None, DAY) for promo in shop.promotions}
    assert states == {
        "WELCOME10": "valid",
        "SHOES15": "valid",
        "TAKE20": "valid",
        "SUMMER20": "expired",
        "GARDEN20": "expired",
        "THANKS25": "used_up",
        "WINTER30": "not_started",
    }
    later = moved(shop.promotions[3].model_dump_json(), 3, ZONE)
    assert '"ends_on": "2026-10-10"' in later


def test_stores_collect(shop: ShopFile) -> None:
    names = {store.name for store in shop.stores if store.click_and_collect}
    rows = yaml.safe_dump([case["pickup"]["store"] for case in cases() if "pickup" in case])
    assert names == {"Canal Street store", "Harbour Way store"}
    assert all(name in rows for name in names)
