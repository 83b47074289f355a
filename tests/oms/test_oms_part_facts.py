"""What policies and flows are told about an order's items, money and goods."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from oms_builders import NOW, VIEW, days, line, moment, order, parcel

from voicebot.oms.facts import order_facts
from voicebot.oms.model import (
    Address,
    Exchange,
    Order,
    OrderLine,
    Payment,
    Pickup,
    Refund,
    Replacement,
    Return,
    ReturnLine,
)
from voicebot.oms.money import Money
from voicebot.oms.part_facts import TRAITS, traits
from voicebot.oms.shipment import Shipment
from voicebot.oms.status import (
    ExchangeStatus,
    OrderStatus,
    PaymentStatus,
    PickupStatus,
    RefundStatus,
    ReturnStatus,
    ShipmentStatus,
)

S = ShipmentStatus


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def paid(minor: int, **changes: object) -> Payment:
    return replace(Payment(reference="P", method="card", amount=usd(minor), captured_at=NOW), **changes)  # type: ignore[arg-type]


def arrived(**counts: int) -> OrderLine:
    return replace(line(quantity=3), **{"fulfilled": 3, "shipped": 3, "delivered": 3, **counts})  # type: ignore[arg-type]


def test_items_say_what_can_still_be_done_with_them() -> None:
    back = arrived(return_requested=1, returned=1)
    (item,) = order_facts(order(parcel(S.DELIVERED, lines=(("l1", 3),)), lines=(back,)), VIEW)["items"]
    assert (item["line"], item["unit_minor"], item["currency"]) == ("l1", 12900, "USD")
    assert (item["delivered"], item["returned"], item["return_requested"]) == (3, 1, 1)
    assert (item["returnable"], item["cancellable"]) == (1, 0)
    assert item["seller"] is None


@pytest.mark.parametrize(
    ("status", "shipments", "cancellable"),
    [
        (OrderStatus.OPEN, (), 3),
        (OrderStatus.ON_HOLD, (), 3),
        (OrderStatus.CANCELLED, (), 0),
        (OrderStatus.COMPLETED, (), 0),
        (OrderStatus.UNKNOWN, (), 0),
        (OrderStatus.OPEN, (parcel(S.IN_TRANSIT, lines=()),), 0),
    ],
)
def test_what_can_be_cancelled(status: OrderStatus, shipments: tuple[Shipment, ...], cancellable: int) -> None:
    facts = order_facts(order(*shipments, lines=(line(quantity=3),), status=status), VIEW)
    assert facts["items"][0]["cancellable"] == cancellable


def test_pieces_that_are_packed_or_written_off_cannot_be_cancelled() -> None:
    some = replace(line(quantity=5), fulfilled=2, written_off=1)
    assert some.cancellable == 2
    assert replace(some, fulfilled=9).cancellable == 0


def test_tags_become_traits_however_they_are_written() -> None:
    tagged = replace(line(), tags=("Final-Sale", "custom made", "bestseller"))
    assert traits(tagged) == {**dict.fromkeys(TRAITS, False), "final_sale": True, "custom_made": True}
    (item,) = order_facts(order(lines=(tagged,)), VIEW)["items"]
    assert (item["final_sale"], item["hygiene"], item["tags"][2]) == (True, False, "bestseller")


def test_sellers_are_named_once_and_as_one_short_line() -> None:
    lines = (line("l1"), replace(line("l2"), seller="River\nbend"), replace(line("l3"), seller="River\nbend"))
    facts = order_facts(order(lines=lines), VIEW)
    assert (facts["marketplace"], facts["sellers"]) == (True, ["River bend"])
    assert [item["seller"] for item in facts["items"]] == [None, "River bend", "River bend"]
    assert order_facts(order(), VIEW)["marketplace"] is False


def test_money_that_was_paid_and_went_back() -> None:
    refunds = (
        Refund(id="r1", amount=usd(2000), status=RefundStatus.PENDING, raw_status="pending", at=moment(-1)),
        Refund(id="r2", amount=usd(900), status=RefundStatus.FAILED, raw_status="failed"),
    )
    facts = order_facts(replace(order(), payments=(paid(12900),), refunds=refunds, discount=usd(300)), VIEW)
    assert (facts["paid_minor"], facts["refundable_minor"], facts["open_minor"]) == (12900, 10900, 0)
    assert (facts["payment_method"], facts["discount_minor"], facts["payment_failed"]) == ("card", 300, False)
    assert facts["refunds"][0] == {
        "reference": "r1",
        "amount_minor": 2000,
        "status": "pending",
        "method": "original",
        "on": days(-1).isoformat(),
    }
    assert facts["refunds"][1]["on"] is None


def unpaid(*payments: Payment, status: PaymentStatus = PaymentStatus.NOT_PAID, **changes: object) -> Order:
    return replace(order(), payments=payments, payment_status=status, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "still"),
    [
        (unpaid(), 12900),
        (unpaid(paid(12900, captured_at=None)), 12900),
        (unpaid(paid(12900, captured_at=None, failed=True)), 12900),
        (unpaid(paid(10000), status=PaymentStatus.PARTIALLY_PAID), 2900),
        (unpaid(paid(10000, captured_at=None), status=PaymentStatus.PARTIALLY_PAID), 2900),
        (unpaid(paid(12900, captured_at=None), status=PaymentStatus.AUTHORIZED), 0),
        (unpaid(status=PaymentStatus.UNKNOWN), 0),
        (unpaid(status=PaymentStatus.NOT_PAID, raw_status="x"), 12900),
        (replace(unpaid(), status=OrderStatus.CANCELLED), 0),
    ],
)
def test_what_is_still_to_pay(wanted: Order, still: int) -> None:
    assert order_facts(wanted, VIEW)["open_minor"] == still


def test_failed_payments_tell_why_until_another_one_succeeds() -> None:
    broken = paid(12900, captured_at=None, failed=True, decline_reason="expired_card", method="card")
    facts = order_facts(unpaid(broken), VIEW)
    assert (facts["payment_failed"], facts["decline_reason"], facts["payment_method"]) == (True, "expired_card", "card")
    later = order_facts(unpaid(broken, paid(12900, method="paypal"), status=PaymentStatus.PAID), VIEW)
    assert (later["payment_failed"], later["decline_reason"], later["payment_method"]) == (False, None, "paypal")
    assert order_facts(unpaid(hold_reason="payment failed"), VIEW)["payment_failed"] is True
    assert order_facts(unpaid(), VIEW)["payment_failed"] is False


def test_returns_exchanges_and_what_was_sent_again() -> None:
    back = Return(
        id="R-1",
        status=ReturnStatus.LABEL_ISSUED,
        raw_status="label_issued",
        lines=(ReturnLine(line_id="l1", quantity=1),),
        requested_at=moment(-2),
        send_back_by=days(12),
    )
    swap = Exchange(
        id="X-1",
        status=ExchangeStatus.AWAITING_PAYMENT,
        raw_status="awaiting_payment",
        return_id="R-1",
        sku="S",
        name="Road\u202e shoes",
        quantity=1,
        difference=usd(1500),
    )
    again = Replacement(
        id="S-1", status=ExchangeStatus.CONFIRMED, raw_status="confirmed", lines=back.lines, requested_at=moment(-1)
    )
    facts = order_facts(replace(order(), returns=(back,), exchanges=(swap,), replacements=(again,)), VIEW)
    assert facts["returns"] == [
        {
            "reference": "R-1",
            "status": "label_issued",
            "resolution": "refund",
            "requested_on": days(-2).isoformat(),
            "send_back_by": days(12).isoformat(),
            "fee_minor": 0,
            "headline": "the Trail Runner shoes",
        }
    ]
    assert facts["exchanges"] == [
        {"reference": "X-1", "status": "awaiting_payment", "name": "Road shoes", "difference_minor": 1500}
    ]
    assert facts["replacements"][0]["headline"] == "the Trail Runner shoes"
    assert facts["open_minor"] == 1500


def test_click_and_collect_as_the_shop_says_or_as_its_store_reports() -> None:
    said = Pickup(store="Canal Street", status=PickupStatus.READY, raw_status="ready", ready_on=days(-1), until=days(5))
    facts = order_facts(replace(order(), pickup=said), VIEW)["pickup"]
    assert facts == {
        "store": "Canal Street",
        "status": "ready",
        "ready_on": days(-1).isoformat(),
        "until": days(5).isoformat(),
    }

    def at_store(status: ShipmentStatus, carrier: str | None = None) -> object:
        waiting = replace(parcel(status), carrier=carrier, pickup_point="Mill Road")
        return order_facts(order(waiting), VIEW)["pickup"]

    assert at_store(S.AVAILABLE_FOR_PICKUP) == {
        "store": "Mill Road",
        "status": "ready",
        "ready_on": days(-1).isoformat(),
        "until": None,
    }
    preparing = at_store(S.LABEL_CREATED)
    assert isinstance(preparing, dict)
    assert (preparing["status"], preparing["ready_on"]) == ("preparing", None)
    assert at_store(S.AVAILABLE_FOR_PICKUP, carrier="Swiftway") is None


def test_days_are_the_shops_local_ones() -> None:
    # 02:00 UTC on the 20th is the 19th in New York.
    late = datetime(2026, 11, 20, 2, tzinfo=UTC)
    sent = parcel(S.DELIVERED)
    sent = replace(sent, events=(replace(sent.events[0], at=late),))
    facts = order_facts(replace(order(sent), placed_at=late - timedelta(days=3)), VIEW)
    assert (facts["delivered_on"], facts["days_since_delivery"], facts["days_since_order"]) == ("2026-11-19", 2, 5)
    nothing = order_facts(order(), VIEW)
    assert (nothing["delivered_on"], nothing["days_since_delivery"]) == (None, None)


def test_a_period_begins_with_the_last_parcel() -> None:
    first = replace(parcel(S.DELIVERED, scanned=-9, lines=(("l1", 1),)), id="a")
    last = replace(parcel(S.DELIVERED, scanned=-2, lines=(("l2", 1),)), id="b")
    assert order_facts(order(last, first, lines=(line("l1"), line("l2"))), VIEW)["days_since_delivery"] == 2


def test_who_the_order_belongs_to_without_saying_who_that_is() -> None:
    mine = replace(
        order(), tier="VIP", gift=True, order_count=7, contact_changed_at=moment(-2), promo_codes=("WELCOME10",)
    )
    mine = replace(
        mine, ship_to=Address(name="Ada Lovelace", street="1 Mill", city="Boston", region="MA", country="US")
    )
    mine = replace(mine, email="ada@example.com", phone="+14155550100")
    facts = order_facts(mine, VIEW)
    assert (facts["subject"], facts["vip"], facts["gift"], facts["order_count"]) == ("c-1", True, True, 7)
    assert (facts["contact_changed_days"], facts["promo_codes"]) == (2, ["WELCOME10"])
    assert (facts["country"], facts["state"], facts["channel"]) == ("US", "MA", "web")
    text = json.dumps(facts)
    assert json.loads(text) == facts
    for personal in ("Ada", "Lovelace", "1 Mill", "Boston", "ada@", "+1415"):
        assert personal not in text
    guest = order_facts(order(customer_id=None, country=""), VIEW)
    assert guest["subject"] == "order:o-4481207"
    assert (guest["contact_changed_days"], guest["order_count"], guest["country"]) == (None, None, None)


def test_every_fact_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "order-facts.md").read_text(encoding="utf-8")
    facts = order_facts(order(parcel(S.DELIVERED)), VIEW)
    for name in (*facts, *facts["items"][0], *facts["delivery"]):
        assert f"`{name}`" in page, name
