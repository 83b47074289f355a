"""What was sent, paid or promised: the corners that no backend has to share."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from change_builders import ADA, HERE, RESERVED, changed, parcel, part, reason, world

from voicebot.oms.actions import ActionKind as Kind
from voicebot.oms.demo.changes import CHANGES, World


def test_a_return_of_everything_less_a_fee() -> None:
    order, preview, change = changed(world(shipments=[HERE]), Kind.RETURN, fee_minor=595, method="qr")
    assert (preview["refund_minor"], preview["fee_minor"], preview["send_back_by"]) == (2305, 595, "2026-12-05")
    assert (order.returns[0].status, order.returns[0].fee) == ("label_issued", 595)
    assert change.private["link"].endswith("/qr/R-1234567-1")
    drop, _, off = changed(world(shipments=[HERE]), Kind.RETURN, method="drop_off", resolution="store_credit")
    assert (drop.returns[0].status, drop.returns[0].resolution, dict(off.private)) == ("approved", "store_credit", {})


@pytest.mark.parametrize(
    ("changes", "args", "expected"),
    [
        ({}, {}, "not_delivered"),
        ({"shipments": [parcel("delivered", ("l1", 2))]}, {"lines": part("l2")}, "not_delivered"),
        ({"shipments": [HERE]}, {"lines": part("l1", 3)}, "more_than_ordered"),
        ({"shipments": [HERE]}, {"method": "pigeon"}, "other"),
        ({"shipments": [HERE]}, {"resolution": "exchange"}, "other"),
        ({"shipments": [HERE]}, {"fee_minor": -1}, "other"),
        ({"shipments": [HERE]}, {"fee_minor": 1.5}, "other"),
    ],
)
def test_refused_returns(changes: dict[str, Any], args: dict[str, Any], expected: str) -> None:
    assert reason(world(**changes), Kind.RETURN, **args) == expected


def test_what_has_come_back_is_not_returned_again() -> None:
    back = {"id": "r", "status": "received", "requested_at": "2026-11-20T10:00:00Z", "lines": part("l1", 2)}
    here = world(shipments=[HERE], returns=[back])
    assert reason(here, Kind.RETURN, lines=part("l1")) == "nothing_left"
    assert reason(here, Kind.RESEND, lines=part("l1")) == "more_than_ordered"
    declined = world(shipments=[HERE], returns=[{**back, "status": "declined"}])
    assert changed(declined, Kind.RETURN, lines=part("l1"))[1]["refund_minor"] == 900


@pytest.mark.parametrize(
    ("sku", "to_pay", "back", "status"),
    [("BLUE", 0, 0, "confirmed"), ("GOLD", 2100, 0, "awaiting_payment"), ("PLAIN", 0, 500, "confirmed")],
)
def test_price_differences_of_exchanges(sku: str, to_pay: int, back: int, status: str) -> None:
    order, preview, change = changed(world(shipments=[HERE]), Kind.EXCHANGE, lines=part("l1"), sku=sku)
    assert (preview["to_pay_minor"], preview["refund_minor"], order.exchanges[0].status) == (to_pay, back, status)
    assert order.returns[0].resolution == "exchange"
    assert change.taken == {sku: 1}
    assert ("pay_link" in change.private) is (to_pay > 0)


def test_exchanges_are_for_one_line_and_for_what_the_shop_sells() -> None:
    here = world(shipments=[HERE])
    assert reason(here, Kind.EXCHANGE, sku="BLUE") == "other"
    assert reason(here, Kind.EXCHANGE, lines=part("l1"), sku="NONE") == "not_found"
    assert reason(here, Kind.EXCHANGE, lines=part("l1"), sku=7) == "other"


def test_what_is_being_exchanged_is_not_sent_again_as_well() -> None:
    order, _, _ = changed(world(shipments=[HERE]), Kind.EXCHANGE, lines=part("l1", 2), sku="BLUE")
    assert reason(world(**order.model_dump()), Kind.RESEND, lines=part("l1")) == "more_than_ordered"


def test_store_credit_goes_to_the_account_at_once() -> None:
    order, preview, change = changed(world(), Kind.REFUND, amount_minor=1000, method="store_credit")
    assert change.customer is not None
    assert (change.customer.store_credit, order.refunds[0].status, preview["method"]) == (
        1000,
        "succeeded",
        "store_credit",
    )
    assert reason(world(customer=None, customer_id=None), Kind.REFUND, method="store_credit") == "other"
    euros = ADA.model_copy(update={"store_credit": 5, "currency": "EUR"})
    assert reason(world(customer=euros), Kind.REFUND, method="store_credit") == "other"


def test_failed_refunds_can_be_made_again_and_pending_ones_cannot() -> None:
    def refunded(status: str) -> World:
        return world(refunds=[{"id": "r", "amount": 3400, "status": status}])

    assert changed(refunded("failed"), Kind.REFUND)[1]["refund_minor"] == 3400
    assert reason(refunded("pending"), Kind.REFUND) == "nothing_left"


def test_a_payment_link_leaves_the_order_as_it_is() -> None:
    unpaid = world(payment_status="not_paid", payments=[{**RESERVED, "failed": True}])
    order, preview, change = changed(unpaid, Kind.PAYMENT_LINK)
    assert (preview["to_pay_minor"], change.stales, order.payment_status) == (3400, False, "not_paid")
    assert change.private["link"].startswith("https://pay.")
    again = changed(world(**order.model_dump()), Kind.PAYMENT_LINK)[2]
    assert again.reference != change.reference


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"until": "2026-11-21"}, "other"),
        ({"until": "2027-11-21"}, "other"),
        ({"until": "soon"}, "other"),
        ({}, "other"),
        ({"until": "2026-12-24", "subscription": "s-2"}, "closed"),
        ({"until": "2026-12-24", "subscription": "s-9"}, "not_found"),
    ],
)
def test_refused_pauses(args: dict[str, Any], expected: str) -> None:
    assert reason(world(), Kind.SUBSCRIPTION_PAUSE, **args) == expected


def test_the_only_running_subscription_needs_no_name() -> None:
    change = CHANGES[Kind.SUBSCRIPTION_PAUSE](world(), {"until": "2026-12-24"})
    assert change.customer is not None
    paused = change.customer.subscriptions[0]
    assert (paused.status, paused.pause_until, paused.next_charge_on) == (
        "paused",
        date(2026, 12, 24),
        date(2026, 12, 24),
    )
    skipped = CHANGES[Kind.SUBSCRIPTION_SKIP](world(), {})
    assert skipped.preview["next_charge_on"] == "2026-12-28"
    ended = CHANGES[Kind.SUBSCRIPTION_CANCEL](world(), {})
    assert (ended.preview["ends_on"], ended.preview["next_charge_on"]) == ("2026-11-30", None)
    assert reason(world(customer=change.customer), Kind.SUBSCRIPTION_SKIP) == "closed"
    assert reason(world(customer=None, customer_id=None), Kind.SUBSCRIPTION_SKIP) == "not_found"


@pytest.mark.parametrize(("code", "expected"), [("GOOD", "other"), ("NONE", "not_found"), ("", "not_found")])
def test_refused_codes(code: str, expected: str) -> None:
    assert reason(world(), Kind.PROMO_REISSUE, code=code) == expected


@pytest.mark.parametrize("code", ["old", "USED "])
def test_codes_that_are_over_come_back_for_one_use(code: str) -> None:
    (made,) = CHANGES[Kind.PROMO_REISSUE](world(), {"code": code}).promotions
    assert (made.uses_left, made.order_id, made.ends_on) == (1, "o-1", date(2026, 12, 21))
    assert made.code == f"{code.strip().upper()}-1234567"


def test_a_code_is_good_for_as_long_as_the_policy_says() -> None:
    (made,) = CHANGES[Kind.PROMO_REISSUE](world(), {"code": "old", "valid_days": 7}).promotions
    assert made.ends_on == date(2026, 11, 28)
    for days in (0, -1, 367, "7", True, 1.5):
        assert reason(world(), Kind.PROMO_REISSUE, code="old", valid_days=days) == "other"


@pytest.mark.parametrize("text", [None, "", "  ", 7, "x" * 2001])
def test_notes_have_a_text(text: Any) -> None:
    assert reason(world(), Kind.NOTE, text=text) == "other"
