"""Vendure's documents -> the domain model. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from voicebot.oms.connectors.orders import versioned
from voicebot.oms.connectors.vendure.documents import (
    AddressDoc,
    CustomerDoc,
    FacetValueDoc,
    FulfillmentDoc,
    LineDoc,
    OptionDoc,
    OrderDoc,
    ProfileDoc,
)
from voicebot.oms.model import Address, Customer, CustomerRef, Order, OrderLine, Payment, Refund
from voicebot.oms.money import Money
from voicebot.oms.shipment import Shipment, ShipmentLine, TrackingEvent
from voicebot.oms.status import CustomerStatus, OrderStatus, PaymentStatus, RefundStatus, ShipmentStatus

_ORDER: Mapping[str, OrderStatus] = {
    "ArrangingPayment": OrderStatus.OPEN,
    "PaymentAuthorized": OrderStatus.OPEN,
    "PaymentSettled": OrderStatus.OPEN,
    "PartiallyShipped": OrderStatus.OPEN,
    "Shipped": OrderStatus.OPEN,
    "PartiallyDelivered": OrderStatus.OPEN,
    "Delivered": OrderStatus.COMPLETED,
    "Modifying": OrderStatus.ON_HOLD,
    "ArrangingAdditionalPayment": OrderStatus.ON_HOLD,
    "Cancelled": OrderStatus.CANCELLED,
}
_REFUND: Mapping[str, RefundStatus] = {
    "Pending": RefundStatus.PENDING,
    "Settled": RefundStatus.SUCCEEDED,
    "Failed": RefundStatus.FAILED,
}
#: States in which it is still a cart, which is nobody's business on the phone.
CARTS = ("Created", "Draft", "AddingItems")
_FAILED = frozenset({"Declined", "Error"})
_SENT = frozenset({"Shipped", "Delivered"})
#: Facets whose values are told as a product's type.
_TYPE_FACETS = ("product-type", "type", "category")


@dataclass(frozen=True, slots=True)
class Scale:
    """Vendure keeps money as whole numbers of 1 / 10^precision, of yen as well as of dollars; we in minor units."""

    precision: int = 2

    def money(self, raw: int, currency: str) -> Money:
        return Money.of(Decimal(raw).scaleb(-self.precision), currency)

    def raw(self, minor: int, currency: str) -> int:
        """The other way round, for amounts that are sent."""
        return int(Money(minor, currency).amount.scaleb(self.precision))


def order(doc: OrderDoc, fetched_at: datetime, scale: Scale) -> Order:
    currency = doc.currency_code.upper()
    address = doc.shipping_address or AddressDoc()
    customer = doc.customer
    cancelled = doc.state == "Cancelled"
    stages = _stages(doc)
    settled = [payment for payment in doc.payments if payment.state == "Settled"]
    # Cancelling takes everything off an order, its total as well; what was ordered and paid is told.
    total = sum(payment.amount for payment in settled) if cancelled and settled else doc.total_with_tax
    mapped = Order(
        id=doc.id,
        number=doc.code,
        # To the second, as Vendure keeps all other times: a parcel never arrives before its order.
        placed_at=(doc.order_placed_at or doc.created_at).astimezone(UTC).replace(microsecond=0),
        currency=currency,
        total=scale.money(total, currency),
        status=_ORDER.get(doc.state, OrderStatus.UNKNOWN),
        raw_status=doc.state,
        payment_status=_payment_status(doc),
        raw_payment_status=", ".join(payment.state for payment in doc.payments) or "none",
        fetched_at=fetched_at,
        lines=tuple(
            _line(line, stages, currency, scale, cancelled=cancelled)
            for line in doc.lines
            if line.quantity > 0 or cancelled
        ),
        shipments=tuple(_shipment(parcel, doc) for parcel in doc.fulfillments if parcel.state != "Cancelled"),
        payments=tuple(
            Payment(
                reference=payment.transaction_id or payment.id,
                method=payment.method,
                amount=scale.money(payment.amount, currency),
                captured_at=payment.created_at.astimezone(UTC) if payment.state == "Settled" else None,
                failed=payment.state in _FAILED or payment.state == "Cancelled",
            )
            for payment in doc.payments
        ),
        refunds=tuple(
            Refund(
                id=refund.id,
                amount=scale.money(refund.total, currency),
                status=_REFUND.get(refund.state, RefundStatus.UNKNOWN),
                raw_status=refund.state,
                reason=refund.reason,
                at=refund.created_at,
            )
            for payment in doc.payments
            for refund in payment.refunds
        ),
        # Guests are customers without an account: the next guest with that e-mail would share the record.
        customer_id=customer.id if customer is not None and customer.has_account else None,
        email=(customer.email_address.lower() or None) if customer else None,
        phone=address.phone_number or (customer.phone_number if customer else "") or None,
        ship_to=_address(address),
        tier=_tier(customer) if customer else "standard",
        cancelled_at=_cancelled_at(doc) if cancelled else None,
        discount=scale.money(-sum(discount.amount_with_tax for discount in doc.discounts), currency),
        shipping=scale.money(doc.shipping_with_tax, currency),
        promo_codes=doc.coupon_codes,
    )
    return versioned(mapped, mapped.raw_status, mapped.customer_id, mapped.email)


def customer_ref(doc: CustomerDoc) -> CustomerRef:
    return CustomerRef(id=doc.id, first_name=doc.first_name, tier=_tier(doc), status=_customer_status(doc))


def customer(doc: ProfileDoc) -> Customer:
    return Customer(
        id=doc.id,
        first_name=doc.first_name,
        last_name=doc.last_name,
        emails=(doc.email_address.lower(),) if doc.email_address else (),
        phones=(doc.phone_number,) if doc.phone_number else (),
        addresses=tuple(_address(address) for address in doc.addresses),
        tier=_tier(doc),
        status=_customer_status(doc),
    )


def account_address(doc: ProfileDoc) -> Address | None:
    """The one that parcels go to by default, or the only one."""
    chosen = [address for address in doc.addresses if address.default_shipping_address] or list(doc.addresses)
    return _address(chosen[0]) if len(chosen) == 1 else None


def accounts(docs: Iterable[CustomerDoc | None]) -> list[CustomerDoc]:
    """Those that are customers' accounts, each once; not the records that guests leave."""
    return list({doc.id: doc for doc in docs if doc is not None and doc.has_account}.values())


def product_type(values: Iterable[FacetValueDoc]) -> str:
    """Vendure has no product types; a facet with such a name stands for it, empty when there is none."""
    return next((value.code for value in values if value.facet.code in _TYPE_FACETS), "")


def options(docs: Iterable[OptionDoc]) -> dict[str, str]:
    return {option.group.code: option.name for option in docs if option.name}


def _stages(doc: OrderDoc) -> dict[str, tuple[int, int, int]]:
    """Line -> pieces packed, shipped, delivered."""
    counted: dict[str, tuple[int, int, int]] = {}
    for parcel in doc.fulfillments:
        if parcel.state == "Cancelled":
            continue
        for part in parcel.lines:
            packed, sent, there = counted.get(part.order_line_id, (0, 0, 0))
            counted[part.order_line_id] = (
                packed + part.quantity,
                sent + (part.quantity if parcel.state in _SENT else 0),
                there + (part.quantity if parcel.state == "Delivered" else 0),
            )
    return counted


def _line(
    line: LineDoc, stages: Mapping[str, tuple[int, int, int]], currency: str, scale: Scale, *, cancelled: bool
) -> OrderLine:
    packed, sent, there = stages.get(line.id, (0, 0, 0))
    variant = line.product_variant
    quantity = max(line.quantity, line.order_placed_quantity) if cancelled else line.quantity
    chosen = ", ".join(options(variant.options).values())
    return OrderLine(
        id=line.id,
        sku=variant.sku,
        name=variant.product.name or variant.name,
        product_type=product_type(variant.product.facet_values),
        unit_price=scale.money(line.prorated_unit_price_with_tax, currency),
        quantity=quantity,
        variant=chosen,
        tags=tuple(value.code for value in variant.product.facet_values if value.code),
        # Pieces that came back and were cancelled stay in their parcel.
        fulfilled=min(packed, quantity),
        shipped=min(sent, quantity),
        delivered=min(there, quantity),
        written_off=quantity if cancelled else 0,
    )


def _shipment(parcel: FulfillmentDoc, doc: OrderDoc) -> Shipment:
    """Vendure hears nothing from carriers: the shop's own mark of delivery is the only event there is."""
    sent, there = (_moved(doc, parcel, to) for to in ("Shipped", "Delivered"))
    return Shipment(
        id=parcel.id,
        lines=tuple(ShipmentLine(line_id=part.order_line_id, quantity=part.quantity) for part in parcel.lines),
        carrier=parcel.method or None,
        tracking_number=parcel.tracking_code or None,
        shipped_at=sent if parcel.state in _SENT else None,
        events=(
            (TrackingEvent(at=there, status=ShipmentStatus.DELIVERED, raw="Delivered"),)
            if parcel.state == "Delivered"
            else ()
        ),
    )


def _moved(doc: OrderDoc, parcel: FulfillmentDoc, to: str) -> datetime:
    """When a parcel came into a state, as the history has it; its last change when that is too long ago."""
    for entry in doc.events("ORDER_FULFILLMENT_TRANSITION"):
        if str(entry.data.get("fulfillmentId")) == parcel.id and entry.data.get("to") == to:
            return entry.created_at.astimezone(UTC)
    return parcel.updated_at.astimezone(UTC)


def _cancelled_at(doc: OrderDoc) -> datetime | None:
    moves = doc.events("ORDER_STATE_TRANSITION")
    return next((e.created_at.astimezone(UTC) for e in moves if e.data.get("to") == "Cancelled"), None)


def _payment_status(doc: OrderDoc) -> PaymentStatus:
    """Vendure keeps states of payments, not of paying: what they come to is worked out from the amounts."""
    settled = [payment for payment in doc.payments if payment.state == "Settled"]
    paid = sum(payment.amount for payment in settled)
    back = sum(refund.total for payment in settled for refund in payment.refunds if refund.state != "Failed")
    states = {payment.state for payment in doc.payments}
    if not paid:
        if "Authorized" in states:
            return PaymentStatus.VOIDED if doc.state == "Cancelled" else PaymentStatus.AUTHORIZED
        return PaymentStatus.VOIDED if "Cancelled" in states else PaymentStatus.NOT_PAID
    if back:
        return PaymentStatus.REFUNDED if back >= paid else PaymentStatus.PARTIALLY_REFUNDED
    return PaymentStatus.PAID if paid >= doc.total_with_tax else PaymentStatus.PARTIALLY_PAID


def _address(doc: AddressDoc) -> Address:
    country = doc.country_code or (doc.country.code if doc.country else "")
    return Address(
        name=doc.full_name,
        street=", ".join(part for part in (doc.street_line1, doc.street_line2) if part),
        city=doc.city,
        region=doc.province.upper() if len(doc.province) == 2 else doc.province,
        postcode=doc.postal_code,
        country=country.upper(),
    )


def _tier(doc: CustomerDoc) -> str:
    """The first customer group's name: Vendure has no tiers of its own."""
    return next((group.name.lower() for group in doc.groups if group.name), "standard")


def _customer_status(doc: CustomerDoc) -> CustomerStatus:
    return CustomerStatus.ACTIVE if doc.has_account else CustomerStatus.GUEST
