from __future__ import annotations

from datetime import UTC, datetime

import pytest
from medusa_fake import PLACED, item, order, payment, pieces

from voicebot.oms.connectors.medusa import mapping
from voicebot.oms.connectors.medusa.documents import CustomerDoc, OrderDoc, SwapDoc
from voicebot.oms.model import Order
from voicebot.oms.money import Money
from voicebot.oms.status import (
    ExchangeStatus,
    FulfillmentStatus,
    OrderStatus,
    PaymentStatus,
    ReturnStatus,
    ShipmentStatus,
)

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)


def mapped(exchanges: tuple[SwapDoc, ...] = (), claims: tuple[SwapDoc, ...] = (), **more: object) -> Order:
    return mapping.order(OrderDoc.model_validate(order(**more)), NOW, exchanges, claims)  # type: ignore[arg-type]


def test_decimals_are_rounded_once_and_at_the_end() -> None:
    known = mapped(items=[item(total=42.42, detail=pieces(3))])
    assert known.total == Money(3146, "USD")
    assert known.lines[0].unit_price == Money(1414, "USD")
    assert known.shipping == Money(533, "USD")
    assert (known.captured_minor, known.refundable_minor) == (3146, 3146)


def test_yen_are_not_multiplied() -> None:
    assert mapped(currency_code="jpy", total=4100).total == Money(4100, "JPY")


def test_a_refund_lowers_what_can_be_refunded_and_not_the_total() -> None:
    refunds = [{"id": "ref_1", "amount": 5, "created_at": PLACED, "refund_reason": {"label": "Goodwill"}}]
    collections = [{"payments": [payment(refunds=refunds)]}]
    known = mapped(total=26.464875, credit_line_total=5, payment_collections=collections)
    assert known.total == Money(3146, "USD")
    assert known.refundable_minor == 2646
    assert (known.refunds[0].amount, known.refunds[0].reason) == (Money(500, "USD"), "Goodwill")


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("pending", OrderStatus.OPEN),
        ("canceled", OrderStatus.CANCELLED),
        ("requires_action", OrderStatus.ON_HOLD),
        ("awaiting_llama", OrderStatus.UNKNOWN),
    ],
)
def test_statuses(raw: str, status: OrderStatus) -> None:
    known = mapped(status=raw)
    assert (known.status, known.raw_status) == (status, raw)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("captured", PaymentStatus.PAID),
        ("authorized", PaymentStatus.AUTHORIZED),
        ("canceled", PaymentStatus.VOIDED),
        ("partially_refunded", PaymentStatus.PARTIALLY_REFUNDED),
        ("bartered", PaymentStatus.UNKNOWN),
    ],
)
def test_payment_statuses(raw: str, status: PaymentStatus) -> None:
    known = mapped(payment_status=raw)
    assert (known.payment_status, known.raw_payment_status) == (status, raw)


def test_pieces_are_counted_where_medusa_counts_them() -> None:
    detail = pieces(3, fulfilled=3, shipped=3, delivered=2, return_requested=1, return_received=1, return_dismissed=1)
    (line,) = mapped(items=[item(detail=detail)]).lines
    assert (line.quantity, line.fulfilled, line.shipped, line.delivered) == (3, 3, 3, 2)
    assert (line.return_requested, line.returned) == (1, 2)


def test_a_line_that_an_edit_has_emptied_is_gone() -> None:
    known = mapped(items=[item(), item("ordli_2", detail=pieces(0))])
    assert [line.id for line in known.lines] == ["ordli_1"]


def test_a_parcel_is_delivered_by_the_shops_mark_and_has_no_other_event() -> None:
    parcel = {
        "id": "ful_1",
        "shipped_at": "2026-11-03T10:00:00Z",
        "delivered_at": "2026-11-05T10:00:00Z",
        "items": [{"line_item_id": "ordli_1", "quantity": 1}],
        "labels": [{"tracking_number": "SW1", "tracking_url": ""}],
    }
    stopped = {"id": "ful_0", "canceled_at": "2026-11-03T09:00:00Z"}
    detail = pieces(fulfilled=1, shipped=1, delivered=1)
    known = mapped(fulfillments=[stopped, parcel], items=[item(detail=detail)])
    (shipment,) = known.shipments
    assert (shipment.status, shipment.tracking_number, shipment.tracking_url) == (ShipmentStatus.DELIVERED, "SW1", None)
    assert shipment.delivered_at == datetime(2026, 11, 5, 10, 0, tzinfo=UTC)
    assert known.fulfillment_status is FulfillmentStatus.DELIVERED


def test_a_guest_has_no_customer() -> None:
    guest = {"id": "cus_9", "has_account": False}
    assert mapped(customer_id="cus_9", customer=guest).customer_id is None
    assert mapped().customer_id == "cus_1"


def test_a_customer_group_is_the_tier() -> None:
    vip = {"id": "cus_1", "has_account": True, "groups": [{"name": "VIP"}]}
    assert (mapped(customer=vip).tier, mapped().tier) == ("vip", "standard")


def test_contacts_and_address_are_normalised() -> None:
    known = mapped()
    assert (known.email, known.phone) == ("nora@example.com", "+15185550100")
    assert (known.ship_to.name, known.ship_to.region, known.ship_to.country) == ("Nora Whitfield", "NY", "US")


def back(status: str = "requested", **more: object) -> dict[str, object]:
    items = [{"item_id": "ordli_1", "quantity": 1, "note": "too small"}]
    return {"id": "return_1", "status": status, "created_at": PLACED, "items": items, **more}


def test_a_draft_of_a_return_is_no_return() -> None:
    assert mapped(returns=[back("open")]).returns == ()
    (known,) = mapped(returns=[back()]).returns
    assert (known.status, known.lines[0].reason) == (ReturnStatus.REQUESTED, "too small")
    assert mapped(returns=[back("eaten")]).returns[0].status is ReturnStatus.UNKNOWN


def swap(**more: object) -> SwapDoc:
    document = {
        "id": "oexc_1",
        "order_id": "order_1",
        "return_id": "return_1",
        "created_at": PLACED,
        "additional_items": [{"item_id": "ordli_2", "quantity": 1}],
    }
    return SwapDoc.model_validate({**document, **more})


def test_an_exchange_tells_the_difference_before_rounding() -> None:
    new = item("ordli_2", total=146.436875, variant_sku="TRAIL-10")
    old = item(total=281.98625, detail=pieces(2, delivered=2))
    known = mapped((swap(),), items=[old, new], returns=[back(exchange={"id": "oexc_1"})])
    (exchange,) = known.exchanges
    assert (exchange.sku, exchange.difference) == ("TRAIL-10", Money(544, "USD"))
    assert exchange.status is ExchangeStatus.REQUESTED
    assert known.returns[0].resolution == "exchange"


def test_an_exchange_of_several_lines_tells_each_and_the_difference_once() -> None:
    sent = [{"item_id": "ordli_2", "quantity": 1}, {"item_id": "ordli_3", "quantity": 2}]
    new = item("ordli_2", total=30.13, variant_sku="TEE-L")
    packed = item("ordli_3", total=20, variant_sku="MUG-RED", detail=pieces(2, fulfilled=2, shipped=2))
    known = mapped((swap(additional_items=sent),), items=[item(), new, packed], returns=[back()])
    told = [(each.id, each.sku, each.quantity, each.difference.minor, each.status) for each in known.exchanges]
    assert told == [
        ("oexc_1", "TEE-L", 1, 2400, ExchangeStatus.REQUESTED),
        ("oexc_1-2", "MUG-RED", 2, 0, ExchangeStatus.SHIPPED),
    ]


def test_an_exchange_whose_lines_are_gone_is_still_told() -> None:
    (exchange,) = mapped((swap(canceled_at=PLACED),), returns=[back("canceled")]).exchanges
    assert (exchange.status, exchange.sku, exchange.quantity) == (ExchangeStatus.CANCELLED, "", 1)


@pytest.mark.parametrize(
    ("addresses", "street"),
    [
        ([], None),
        ([{"address_1": "1 Old Road"}], "1 Old Road"),
        ([{"address_1": "1 Old Road"}, {"address_1": "2 New Road"}], None),
        ([{"address_1": "1 Old Road"}, {"address_1": "2 New Road", "is_default_shipping": True}], "2 New Road"),
    ],
)
def test_an_accounts_address_is_the_one_that_is_certain(addresses: list[dict[str, object]], street: str | None) -> None:
    found = mapping.account_address(CustomerDoc.model_validate({"id": "cus_1", "addresses": addresses}))
    assert (found.street if found else None) == street


def test_a_claim_is_a_replacement() -> None:
    claim = swap(return_id=None, claim_items=[{"item_id": "ordli_1", "quantity": 1, "reason": "missing_item"}])
    sent = item("ordli_2", total=0, detail=pieces(fulfilled=1, shipped=1))
    (replacement,) = mapped(claims=(claim,), items=[item(), sent]).replacements
    assert (replacement.status, replacement.reason) == (ExchangeStatus.SHIPPED, "missing_item")
    assert [(line.line_id, line.quantity) for line in replacement.lines] == [("ordli_1", 1)]


def test_the_version_moves_with_what_a_plan_rests_upon() -> None:
    address = {"address_1": "2 Elsewhere", "city": "Albany", "country_code": "us"}
    refunded = [{"payments": [payment(refunds=[{"id": "ref_1", "amount": 1}])]}]
    versions = {
        mapped().version,
        mapped(status="canceled").version,
        mapped(shipping_address=address).version,
        mapped(payment_collections=refunded).version,
        mapped(items=[item(detail=pieces(2))]).version,
        mapped(returns=[back()]).version,
    }
    assert len(versions) == 6


def test_a_note_or_a_draft_does_not_move_the_version() -> None:
    assert mapped(metadata={"note": "x"}, returns=[back("open")]).version == mapped().version


def test_a_printed_number_goes_before_the_running_one() -> None:
    assert mapped(custom_display_id="W-2611").number == "W-2611"
    assert mapped().number == "41207"
