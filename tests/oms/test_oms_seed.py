"""The demo shop: repeatable, consistent, and believable on any day."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from voicebot.oms.demo import mapping
from voicebot.oms.demo.catalog import load
from voicebot.oms.demo.scenarios import SCENARIOS
from voicebot.oms.demo.schema import OrderDoc, ShopFile, compact
from voicebot.oms.demo.seed import GUEST_EMAIL, ORDERS, SHOWCASE_NUMBERS, generate, moved
from voicebot.oms.demo.slips import one_edit
from voicebot.oms.demo.transfer import _contradictions
from voicebot.oms.demo.use_cases import cases
from voicebot.oms.facts import Facts, View, order_facts
from voicebot.oms.status import OrderStatus, PaymentStatus, RefundStatus, ReturnStatus

ZONE = ZoneInfo("America/New_York")
#: An ordinary day, a leap day, both changes of the clock, and a year's first day.
TODAYS = (date(2026, 11, 21), date(2028, 2, 29), date(2027, 3, 14), date(2026, 11, 1), date(2027, 1, 1))
PHONES = (
    r"\+1(415|212|312|206|617|503|646)55501\d\d",
    r"\+447700900\d{3}",
    r"\+493023125\d{3}",
    r"\+494066969\d{3}",
    r"\+3363998\d{4}",
    r"\+442079460\d{3}",
    r"\+498999998\d{3}",
)


@pytest.fixture(scope="module")
def shop() -> ShopFile:
    return generate(7, TODAYS[0])


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), ZONE).astimezone(UTC)


def facts_on(day: date, doc: OrderDoc) -> Facts:
    return order_facts(mapping.order(doc, noon(day)), View(now=noon(day), zone=ZONE))


def facts_of(shop: ShopFile, number: str) -> Facts:
    return facts_on(TODAYS[0], next(order for order in shop.orders if order.number == number))


def test_same_number_same_day_same_shop(shop: ShopFile) -> None:
    assert generate(7, TODAYS[0]) == shop
    assert generate(8, TODAYS[0]).orders != shop.orders


def test_it_is_big_enough(shop: ShopFile) -> None:
    assert len(shop.products) >= 50
    assert sum(len(product.variants) > 1 for product in shop.products) >= 30
    assert len(shop.customers) == 300 + len(cases())
    assert len(shop.orders) == ORDERS + len(cases()) == 2032
    assert all(re.fullmatch(r"[1-9]\d{6}", order.number) for order in shop.orders)


def test_it_contradicts_itself_nowhere(shop: ShopFile) -> None:
    assert list(_contradictions(shop)) == []


def test_people_are_fictional(shop: ShopFile) -> None:
    for customer in shop.customers:
        assert all(any(re.fullmatch(p, phone) for p in PHONES) for phone in customer.phones), customer.phones
        assert all(re.search(r"@example\.(com|net|org)$", email) for email in customer.emails)
    shared = Counter(phone for customer in shop.customers for phone in customer.phones)
    assert [phone for phone, count in shared.items() if count > 1] == ["+14155550155"]
    assert any(not customer.phones for customer in shop.customers)


def test_every_state_is_there(shop: ShopFile) -> None:
    facts = [facts_on(TODAYS[0], order) for order in shop.orders]
    states = Counter(f["delivery"]["state"] for f in facts)
    assert set(states) == {
        "not_shipped",
        "in_transit",
        "delayed",
        "out_for_delivery",
        "available_for_pickup",
        "delivered",
        "exception",
        "returning",
        "lost",
        "cancelled",
        "unknown",
    }
    assert {f["delivery"]["reason"] for f in facts} >= {
        "weather",
        "customs",
        "carrier_fault",
        "address_problem",
        "nobody_home",
        "damaged",
        "refused",
        "lost",
        None,
    }
    assert any(f["split"] for f in facts)
    assert any(f["delivery"]["stale_days"] for f in facts)
    assert any(f["delivery"]["pickup_point"] for f in facts)
    assert {f["order_status"] for f in facts} == {"open", "completed", "cancelled", "on_hold"}
    assert {f["region"] for f in facts} == {"US", "UK", "EU", "JP"}
    orders = [mapping.order(doc, noon(TODAYS[0])) for doc in shop.orders]
    assert {o.payment_status for o in orders} == set(PaymentStatus) - {
        PaymentStatus.PARTIALLY_PAID,
        PaymentStatus.UNKNOWN,
    }
    assert any(r.status is ReturnStatus.IN_TRANSIT for o in orders for r in o.returns)
    assert any(r.status is RefundStatus.PENDING for o in orders for r in o.refunds)
    assert any(o.exchanges for o in orders)
    assert all(o.status is not OrderStatus.UNKNOWN for o in orders)


@pytest.mark.parametrize("today", TODAYS)
def test_dates_are_sane_on_any_day(today: date) -> None:
    made = generate(7, today, orders=150)
    now = noon(today)
    for order in made.orders:
        where = (order.number, today)
        assert order.placed_at < now, where
        for shipment in order.shipments:
            times = [event.at for event in shipment.events]
            assert times == sorted(times), where
            assert times[-1] <= now, where
            assert times[0] > order.placed_at, where
            assert shipment.shipped_at is None or order.placed_at < shipment.shipped_at <= now, where
            assert shipment.eta is None or shipment.eta >= today, where
        for back in order.returns:
            assert order.placed_at < back.requested_at <= now, where
        assert order.cancelled_at is None or order.placed_at < order.cancelled_at <= now, where
        facts = facts_on(today, order)
        assert (
            facts["placed_on"] <= (facts["delivery"]["shipped_on"] or "9") <= (facts["delivery"]["delivered_on"] or "9")
        )


def test_sums_and_quantities_agree(shop: ShopFile) -> None:
    for doc in shop.orders:
        paid = sum(line.unit_price * line.quantity for line in doc.lines) + (doc.shipping or 0)
        assert doc.total == paid == doc.payments[0].amount
        assert sum(refund.amount for refund in doc.refunds) <= doc.total
        for line in mapping.order(doc, noon(TODAYS[0])).lines:
            assert 0 <= line.returned + line.return_requested <= line.delivered <= line.shipped <= line.quantity


def test_showcase(shop: ShopFile) -> None:
    mine = [o for o in shop.orders if o.customer_id == "c-0001"]
    assert sorted(o.number for o in mine) == ["4480022", "4481207"]
    late = facts_of(shop, "4481207")
    assert late["headline"].startswith("the Trail Runner shoes and 2 other items")
    delivery = late["delivery"]
    assert (delivery["state"], delivery["reason"], delivery["days_late"]) == ("delayed", "weather", 3)
    assert delivery["promised_by"] == "2026-11-18"
    assert delivery["eta"] == "2026-11-23"
    done = facts_of(shop, "4480022")
    assert (done["delivery"]["state"], done["delivery"]["delivered_on"]) == ("delivered", "2026-11-16")
    taken = {order.number for order in shop.orders}
    for number in SHOWCASE_NUMBERS:
        assert not one_edit(number) & taken


def test_rest_of_the_cast(shop: ShopFile) -> None:
    def numbers(customer: str) -> list[Facts]:
        return [facts_on(TODAYS[0], o) for o in shop.orders if o.customer_id == customer]

    assert [f["open"] for f in numbers("c-0002")] == [True, True]
    assert [f["open"] for f in numbers("c-0003")] == [False]
    assert len(numbers("c-0007")) == 40
    assert numbers("c-0006") == []
    assert [f["headline"] for f in numbers("c-0008")] == ["order 5563028"]
    guests = [o for o in shop.orders if o.customer_id is None]
    assert [o.email for o in guests] == [GUEST_EMAIL]


def test_each_scenario_happens(shop: ShopFile) -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)
    raw_codes = {event.code for o in shop.orders for s in o.shipments for event in s.events}
    assert "held_for_inventory_audit" in raw_codes


@pytest.mark.parametrize(
    ("start", "to"), [(date(2026, 10, 30), date(2026, 11, 3)), (date(2027, 3, 12), date(2027, 3, 16))]
)
def test_moved_shop_tells_the_same_story_later(start: date, to: date) -> None:
    """Across both changes of the clock, too."""
    days = (to - start).days
    for order in generate(7, start, orders=120).orders:
        later = OrderDoc.model_validate_json(moved(compact(order), days, ZONE))
        before, after = facts_on(start, order), facts_on(to, later)
        assert before["delivery"]["state"] == after["delivery"]["state"]
        assert before["delivery"]["days_late"] == after["delivery"]["days_late"]
        for name in ("promised_by", "eta", "shipped_on", "delivered_on", "last_scan_on"):
            was, now = before["delivery"][name], after["delivery"][name]
            assert (was is None) == (now is None)
            if was is not None:
                assert date.fromisoformat(now) - date.fromisoformat(was) == timedelta(days=days)


def test_catalogue_skus_are_unique() -> None:
    skus = [variant.sku for product in load().products for variant in product.variants]
    assert len(skus) == len(set(skus))
