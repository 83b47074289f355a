"""Shopify's documents -> the domain model. Pure. Money is in the shop's currency, as decimals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from voicebot.oms.connectors.orders import versioned
from voicebot.oms.connectors.shopify.documents import (
    AddressDoc,
    CustomerDoc,
    FulfillmentDoc,
    GivenBackDoc,
    LineDoc,
    MoneyDoc,
    OrderCustomerDoc,
    OrderDoc,
    RefundDoc,
    TransactionDoc,
)
from voicebot.oms.model import Address, Customer, CustomerRef, Order, OrderLine, Payment, Refund, Return, ReturnLine
from voicebot.oms.money import Money
from voicebot.oms.shipment import Shipment, ShipmentLine, TrackingEvent
from voicebot.oms.status import OrderStatus, PaymentStatus, RefundStatus, ReturnStatus, ShipmentStatus

_PAYMENT: Mapping[str, PaymentStatus] = {
    "PENDING": PaymentStatus.NOT_PAID,
    "EXPIRED": PaymentStatus.VOIDED,
    "AUTHORIZED": PaymentStatus.AUTHORIZED,
    "PARTIALLY_PAID": PaymentStatus.PARTIALLY_PAID,
    "PAID": PaymentStatus.PAID,
    "PARTIALLY_REFUNDED": PaymentStatus.PARTIALLY_REFUNDED,
    "REFUNDED": PaymentStatus.REFUNDED,
    "VOIDED": PaymentStatus.VOIDED,
}
_RETURN: Mapping[str, ReturnStatus] = {
    "REQUESTED": ReturnStatus.REQUESTED,
    "OPEN": ReturnStatus.APPROVED,
    "CLOSED": ReturnStatus.RESOLVED,
    "DECLINED": ReturnStatus.DECLINED,
    "CANCELED": ReturnStatus.CANCELLED,
}
_SHIPMENT: Mapping[str, ShipmentStatus] = {
    "LABEL_PURCHASED": ShipmentStatus.LABEL_CREATED,
    "LABEL_PRINTED": ShipmentStatus.LABEL_CREATED,
    "CONFIRMED": ShipmentStatus.LABEL_CREATED,
    "CARRIER_PICKED_UP": ShipmentStatus.PICKED_UP,
    "IN_TRANSIT": ShipmentStatus.IN_TRANSIT,
    "OUT_FOR_DELIVERY": ShipmentStatus.OUT_FOR_DELIVERY,
    "READY_FOR_PICKUP": ShipmentStatus.AVAILABLE_FOR_PICKUP,
    "ATTEMPTED_DELIVERY": ShipmentStatus.DELIVERY_ATTEMPT_FAILED,
    "DELAYED": ShipmentStatus.DELAYED,
    "FAILURE": ShipmentStatus.EXCEPTION,
    "DELIVERED": ShipmentStatus.DELIVERED,
    "PICKED_UP": ShipmentStatus.DELIVERED,
}
_UNDER_WAY = frozenset({"REQUESTED", "OPEN"})
_PAYS = frozenset({"SALE", "CAPTURE", "AUTHORIZATION"})
#: Parcels that never were.
_VOID = frozenset({"CANCELLED", "ERROR", "FAILURE"})


def order(doc: OrderDoc, fetched_at: datetime, zone: tzinfo) -> Order:
    """`zone`: the shop's, in which days are counted."""
    currency = doc.currency_code
    address = doc.shipping_address or AddressDoc(countryCodeV2="")
    parcels = [parcel for parcel in doc.fulfillments if parcel.status not in _VOID]
    over = doc.cancelled_at is not None
    mapped = Order(
        id=doc.id,
        number=doc.name,
        placed_at=(doc.processed_at or doc.created_at).astimezone(UTC),
        currency=currency,
        total=_money(doc.total_price_set if doc.cancelled_at else doc.current_total_price_set, currency),
        status=_status(doc),
        raw_status="CANCELLED" if doc.cancelled_at else doc.display_fulfillment_status,
        payment_status=_PAYMENT.get(doc.display_financial_status, PaymentStatus.UNKNOWN),
        raw_payment_status=doc.display_financial_status,
        fetched_at=fetched_at,
        lines=tuple(
            _line(line, doc, parcels, currency) for line in doc.line_items.nodes if line.current_quantity or over
        ),
        shipments=tuple(_shipment(parcel, zone) for parcel in parcels),
        payments=tuple(_payment(t, currency) for t in doc.transactions if t.kind in _PAYS and not _captured(t, doc)),
        refunds=tuple(_refund(refund, currency) for refund in doc.refunds),
        returns=tuple(
            Return(
                id=back.id,
                status=_RETURN.get(back.status, ReturnStatus.UNKNOWN),
                raw_status=back.status,
                lines=tuple(
                    ReturnLine(
                        line_id=part.fulfillment_line_item.line_item.id,
                        quantity=part.quantity,
                        reason=part.return_reason_note,
                    )
                    for part in back.return_line_items.nodes
                    if part.fulfillment_line_item
                ),
                requested_at=back.created_at.astimezone(UTC),
            )
            for back in doc.returns.nodes
        ),
        customer_id=doc.customer.id if doc.customer else None,
        email=doc.email.lower() or None,
        phone=doc.phone or address.phone or None,
        ship_to=_address(address),
        tier=tier(doc.customer) if doc.customer else "standard",
        cancelled_at=doc.cancelled_at,
        discount=_money(doc.total_discounts_set, currency) if doc.total_discounts_set else None,
        shipping=_money(doc.total_shipping_price_set, currency) if doc.total_shipping_price_set else None,
        promo_codes=doc.discount_codes,
        order_count=doc.customer.number_of_orders if doc.customer else None,
    )
    # Shopify's `updatedAt` moves with every tag.
    return versioned(mapped, mapped.customer_id)


def customer_ref(doc: OrderCustomerDoc) -> CustomerRef:
    return CustomerRef(id=doc.id, first_name=doc.first_name, tier=tier(doc))


def customer(doc: CustomerDoc) -> Customer:
    email = doc.default_email_address.email_address.lower() if doc.default_email_address else ""
    phone = doc.default_phone_number.phone_number if doc.default_phone_number else ""
    return Customer(
        id=doc.id,
        first_name=doc.first_name,
        last_name=doc.last_name,
        emails=(email,) if email else (),
        phones=(phone,) if phone else (),
        tier=tier(doc),
    )


def account_address(doc: CustomerDoc) -> Address | None:
    """The one that parcels go to by default."""
    return _address(doc.default_address) if doc.default_address else None


def tier(doc: OrderCustomerDoc) -> str:
    """Shopify has no tiers: a tag `vip`, or `tier:gold`, stands for one."""
    tags = [tag.lower() for tag in doc.tags]
    named = next((tag.removeprefix("tier:").strip() for tag in tags if tag.startswith("tier:")), "")
    return named or ("vip" if "vip" in tags else "standard")


def _status(doc: OrderDoc) -> OrderStatus:
    if doc.cancelled_at:
        return OrderStatus.CANCELLED
    if doc.display_fulfillment_status == "ON_HOLD":
        return OrderStatus.ON_HOLD
    # Shopify archives an order when all of it is sent and paid; whoever waits for it calls it open.
    return OrderStatus.COMPLETED if doc.closed_at else OrderStatus.OPEN


def _line(line: LineDoc, doc: OrderDoc, parcels: list[FulfillmentDoc], currency: str) -> OrderLine:
    def pieces(of: list[FulfillmentDoc]) -> int:
        return sum(part.quantity for p in of for part in p.fulfillment_line_items.nodes if part.line_item.id == line.id)

    def coming(statuses: frozenset[str]) -> int:
        backs = (part for back in doc.returns.nodes if back.status in statuses for part in back.return_line_items.nodes)
        items = ((part.fulfillment_line_item, part.quantity) for part in backs)
        return sum(quantity for item, quantity in items if item is not None and item.line_item.id == line.id)

    cancelled = doc.cancelled_at is not None
    sent = pieces(parcels)
    quantity = line.quantity if cancelled else max(line.current_quantity, sent)
    return OrderLine(
        id=line.id,
        sku=line.sku,
        name=line.title or line.name,
        product_type=line.product.product_type.lower() if line.product else "",
        unit_price=_money(line.discounted_unit_price_after_all_discounts_set, currency),
        quantity=quantity,
        variant="" if line.variant_title == "Default Title" else line.variant_title,
        tags=line.product.tags if line.product else (),
        fulfilled=sent,
        shipped=sent,
        delivered=pieces([parcel for parcel in parcels if parcel.delivered_at or parcel.display_status == "DELIVERED"]),
        return_requested=coming(_UNDER_WAY),
        returned=coming(frozenset({"CLOSED"})),
        written_off=quantity if cancelled else 0,
    )


def _shipment(parcel: FulfillmentDoc, zone: tzinfo) -> Shipment:
    tracking = parcel.tracking_info[0] if parcel.tracking_info else None
    status = _SHIPMENT.get(parcel.display_status)
    at = (parcel.delivered_at or parcel.created_at).astimezone(UTC)
    return Shipment(
        id=parcel.id,
        lines=tuple(
            ShipmentLine(line_id=part.line_item.id, quantity=part.quantity)
            for part in parcel.fulfillment_line_items.nodes
        ),
        carrier=(tracking.company or None) if tracking else None,
        tracking_number=(tracking.number or None) if tracking else None,
        tracking_url=(tracking.url or None) if tracking else None,
        shipped_at=parcel.created_at.astimezone(UTC),
        eta=parcel.estimated_delivery_at.astimezone(zone).date() if parcel.estimated_delivery_at else None,
        events=(TrackingEvent(at=at, status=status, raw=parcel.display_status),) if status else (),
    )


def _captured(transaction: TransactionDoc, doc: OrderDoc) -> bool:
    """An authorisation that a capture has taken the place of."""
    return transaction.kind == "AUTHORIZATION" and any(
        other.kind in ("CAPTURE", "VOID")
        and other.status == "SUCCESS"
        and other.parent_transaction is not None
        and other.parent_transaction.id == transaction.id
        for other in doc.transactions
    )


def _payment(transaction: TransactionDoc, currency: str) -> Payment:
    taken = transaction.status == "SUCCESS" and transaction.kind in ("SALE", "CAPTURE")
    at = (transaction.processed_at or transaction.created_at).astimezone(UTC)
    return Payment(
        reference=transaction.id,
        method=transaction.gateway,
        amount=_money(transaction.amount_set, currency),
        captured_at=at if taken else None,
        failed=transaction.status in ("FAILURE", "ERROR"),
        decline_reason=transaction.error_code.lower(),
    )


def refund_status(refund: GivenBackDoc) -> RefundStatus:
    """Whether the money went."""
    words = _statuses(refund)
    if words & {"PENDING", "AWAITING_RESPONSE"}:
        return RefundStatus.PENDING
    if words & {"FAILURE", "ERROR"} and "SUCCESS" not in words:
        return RefundStatus.FAILED
    return RefundStatus.SUCCEEDED


def _statuses(refund: GivenBackDoc) -> set[str]:
    return {transaction.status for transaction in refund.transactions.nodes}


def _refund(refund: RefundDoc, currency: str) -> Refund:
    return Refund(
        id=refund.id,
        amount=_money(refund.total_refunded_set, currency),
        status=refund_status(refund),
        raw_status=", ".join(sorted(_statuses(refund))) or "none",
        reason=refund.note,
        at=refund.created_at,
    )


def _address(doc: AddressDoc) -> Address:
    return Address(
        name=doc.name,
        street=", ".join(part for part in (doc.address1, doc.address2) if part),
        city=doc.city,
        region=doc.province_code,
        postcode=doc.zip,
        country=doc.country_code_v2,
    )


def _money(doc: MoneyDoc, currency: str) -> Money:
    return Money.of(doc.shop_money.amount, doc.shop_money.currency_code or currency)
