"""Medusa's documents -> the domain model. Pure.

Money comes as decimals with more places than the currency has. It is rounded once, here, after all calculation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from voicebot.oms.connectors.medusa.documents import (
    AddressDoc,
    CustomerDoc,
    FulfillmentDoc,
    ItemDoc,
    OrderDoc,
    ReturnDoc,
    SwapDoc,
)
from voicebot.oms.connectors.orders import versioned
from voicebot.oms.model import (
    Address,
    Customer,
    CustomerRef,
    Exchange,
    Order,
    OrderLine,
    Payment,
    Refund,
    Replacement,
    Return,
    ReturnLine,
)
from voicebot.oms.money import Money
from voicebot.oms.shipment import Shipment, ShipmentLine, TrackingEvent
from voicebot.oms.status import (
    CustomerStatus,
    ExchangeStatus,
    OrderStatus,
    PaymentStatus,
    RefundStatus,
    ReturnStatus,
    ShipmentStatus,
)

_ORDER: Mapping[str, OrderStatus] = {
    "pending": OrderStatus.OPEN,
    "completed": OrderStatus.COMPLETED,
    "canceled": OrderStatus.CANCELLED,
    "archived": OrderStatus.ARCHIVED,
    "requires_action": OrderStatus.ON_HOLD,
}
_PAYMENT: Mapping[str, PaymentStatus] = {
    "not_paid": PaymentStatus.NOT_PAID,
    "awaiting": PaymentStatus.NOT_PAID,
    "requires_action": PaymentStatus.NOT_PAID,
    "authorized": PaymentStatus.AUTHORIZED,
    "partially_authorized": PaymentStatus.AUTHORIZED,
    "captured": PaymentStatus.PAID,
    "partially_captured": PaymentStatus.PARTIALLY_PAID,
    "partially_refunded": PaymentStatus.PARTIALLY_REFUNDED,
    "refunded": PaymentStatus.REFUNDED,
    "canceled": PaymentStatus.VOIDED,
}
_RETURN: Mapping[str, ReturnStatus] = {
    "open": ReturnStatus.DRAFT,
    "requested": ReturnStatus.REQUESTED,
    "partially_received": ReturnStatus.REQUESTED,
    "received": ReturnStatus.RECEIVED,
    "canceled": ReturnStatus.CANCELLED,
}


def order(
    doc: OrderDoc, fetched_at: datetime, exchanges: Iterable[SwapDoc] = (), claims: Iterable[SwapDoc] = ()
) -> Order:
    """One order, with the exchanges and claims that were read beside it."""
    currency = doc.currency_code.upper()
    address = doc.shipping_address or AddressDoc()
    returns = tuple(back for back in doc.returns if _RETURN.get(back.status) is not ReturnStatus.DRAFT)
    items = {item.id: item for item in doc.items}
    mapped = Order(
        id=doc.id,
        number=doc.number,
        placed_at=doc.created_at.astimezone(UTC),
        currency=currency,
        # Refunds are credited, which lowers the total; what was ordered is told, and refunds apart.
        total=Money.of(doc.total + doc.credit_line_total, currency),
        status=_ORDER.get(doc.status, OrderStatus.UNKNOWN),
        raw_status=doc.status,
        payment_status=_PAYMENT.get(doc.payment_status, PaymentStatus.UNKNOWN),
        raw_payment_status=doc.payment_status,
        fetched_at=fetched_at,
        lines=tuple(_line(item, currency) for item in doc.items if item.detail.quantity > 0),
        shipments=tuple(_shipment(parcel) for parcel in doc.fulfillments if parcel.canceled_at is None),
        payments=tuple(
            Payment(
                reference=payment.id,
                method=payment.provider_id,
                amount=Money.of(payment.amount, currency),
                captured_at=payment.captured_at,
            )
            for payment in doc.payments
        ),
        refunds=tuple(_refunds(doc, currency)),
        returns=tuple(_return(back) for back in returns),
        exchanges=tuple(each for swap in exchanges for each in _exchanges(swap, returns, items, currency)),
        replacements=tuple(_replacement(claim, items) for claim in claims),
        # Whoever orders as a guest gets a record each time, which is no customer's account.
        customer_id=doc.customer_id if doc.customer is None or doc.customer.has_account else None,
        email=doc.email.lower() or None,
        phone=address.phone or None,
        ship_to=_address(address),
        tier=_tier(doc.customer) if doc.customer else "standard",
        cancelled_at=doc.canceled_at,
        discount=Money.of(doc.discount_total, currency),
        shipping=Money.of(doc.shipping_total, currency),
    )
    # Medusa's own version counts neither payments nor addresses.
    return versioned(mapped)


def unit_total(item: ItemDoc) -> Decimal:
    """What one piece cost, unrounded."""
    return item.total / max(1, item.detail.quantity)


def accounts(docs: Iterable[CustomerDoc | None]) -> list[CustomerDoc]:
    """Those that are customers' accounts, each once; not the records that guests leave."""
    return list({doc.id: doc for doc in docs if doc is not None and doc.has_account}.values())


def customer_ref(doc: CustomerDoc) -> CustomerRef:
    return CustomerRef(id=doc.id, first_name=doc.first_name, tier=_tier(doc), status=_customer_status(doc))


def customer(doc: CustomerDoc) -> Customer:
    return Customer(
        id=doc.id,
        first_name=doc.first_name,
        last_name=doc.last_name,
        emails=(doc.email.lower(),) if doc.email else (),
        phones=(doc.phone,) if doc.phone else (),
        addresses=tuple(_address(address) for address in doc.addresses),
        tier=_tier(doc),
        status=_customer_status(doc),
    )


def account_address(doc: CustomerDoc) -> Address | None:
    """The one that parcels go to by default, or the only one."""
    chosen = [address for address in doc.addresses if address.is_default_shipping] or list(doc.addresses)
    return _address(chosen[0]) if len(chosen) == 1 else None


def number_of(name: str) -> str:
    """The digits and letters that a caller would say of a printed number."""
    return "".join(c for c in name.upper() if c.isascii() and c.isalnum())


def _line(item: ItemDoc, currency: str) -> OrderLine:
    pieces = item.detail
    product = item.variant.product if item.variant else None
    return OrderLine(
        id=item.id,
        sku=item.variant_sku,
        name=item.product_title or item.title,
        product_type=item.product_type,
        unit_price=Money.of(unit_total(item), currency),
        quantity=pieces.quantity,
        variant=item.variant_title,
        tags=tuple(tag.value for tag in product.tags if tag.value) if product else (),
        fulfilled=pieces.fulfilled_quantity,
        shipped=pieces.shipped_quantity,
        delivered=pieces.delivered_quantity,
        return_requested=pieces.return_requested_quantity,
        returned=pieces.return_received_quantity + pieces.return_dismissed_quantity,
        written_off=pieces.written_off_quantity,
    )


def _shipment(parcel: FulfillmentDoc) -> Shipment:
    """Medusa hears nothing from carriers: the shop's own mark of delivery is the only event there is."""
    delivered = parcel.delivered_at
    label = parcel.labels[0] if parcel.labels else None
    return Shipment(
        id=parcel.id,
        lines=tuple(ShipmentLine(line_id=p.line_item_id, quantity=p.quantity) for p in parcel.items if p.line_item_id),
        tracking_number=(label.tracking_number or None) if label else None,
        tracking_url=(label.tracking_url or None) if label else None,
        shipped_at=parcel.shipped_at,
        events=(
            (TrackingEvent(at=delivered.astimezone(UTC), status=ShipmentStatus.DELIVERED, raw="delivered"),)
            if delivered
            else ()
        ),
    )


def _refunds(doc: OrderDoc, currency: str) -> Iterable[Refund]:
    for payment in doc.payments:
        for refund in payment.refunds:
            yield Refund(
                id=refund.id,
                amount=Money.of(refund.amount, currency),
                # Medusa keeps a refund only after the payment provider has taken it.
                status=RefundStatus.SUCCEEDED,
                raw_status="refunded",
                reason=refund.refund_reason.label if refund.refund_reason else "",
                at=refund.created_at,
            )


def _return(back: ReturnDoc) -> Return:
    return Return(
        id=back.id,
        status=_RETURN.get(back.status, ReturnStatus.UNKNOWN),
        raw_status=back.status,
        lines=tuple(ReturnLine(line_id=part.item_id, quantity=part.quantity, reason=part.note) for part in back.items),
        requested_at=(back.requested_at or back.created_at).astimezone(UTC),
        resolution="exchange" if back.exchange else str(back.metadata.get("resolution", "refund")),
    )


def _exchanges(
    swap: SwapDoc, returns: tuple[ReturnDoc, ...], items: Mapping[str, ItemDoc], currency: str
) -> Iterable[Exchange]:
    """One for each product that is sent. Medusa does not say what it takes the place of: the difference in price is of
    all together, and stands at the first."""
    sent = _sent(swap, items)
    coming = [part for back in returns if back.id == swap.return_id for part in back.items]
    worth = sum((unit_total(items[p.item_id]) * p.quantity for p in coming if p.item_id in items), Decimal(0))
    difference = Money.of(sum((item.total for _, item in sent), Decimal(0)) - worth, currency)
    unknown = [(sum(added.quantity for added in swap.additional_items), None)]
    for place, (quantity, item) in enumerate(sent or unknown):
        yield Exchange(
            id=f"{swap.id}-{place + 1}" if place else swap.id,
            status=_swap_status(swap, [item] if item else []),
            raw_status="canceled" if swap.canceled_at else "requested",
            return_id=swap.return_id or "",
            sku=item.variant_sku if item else "",
            name=(item.product_title or item.title) if item else "",
            quantity=quantity,
            difference=Money(0, currency) if place else difference,
        )


def _replacement(claim: SwapDoc, items: Mapping[str, ItemDoc]) -> Replacement:
    return Replacement(
        id=claim.id,
        status=_swap_status(claim, [item for _, item in _sent(claim, items)]),
        raw_status="canceled" if claim.canceled_at else "requested",
        lines=tuple(
            ReturnLine(line_id=part.item_id, quantity=part.quantity, reason=part.reason)
            for part in claim.claim_items
            if part.item_id
        ),
        requested_at=claim.created_at.astimezone(UTC),
        reason=next((part.reason for part in claim.claim_items if part.reason), ""),
    )


def _sent(swap: SwapDoc, items: Mapping[str, ItemDoc]) -> list[tuple[int, ItemDoc]]:
    """Pieces, and what they are of."""
    added = [(each.quantity, items.get(each.item_id or "")) for each in swap.additional_items]
    return [(quantity, item) for quantity, item in added if item is not None]


def _swap_status(swap: SwapDoc, sent: list[ItemDoc]) -> ExchangeStatus:
    if swap.canceled_at:
        return ExchangeStatus.CANCELLED
    shipped = bool(sent) and all(item.detail.shipped_quantity >= item.detail.quantity for item in sent)
    return ExchangeStatus.SHIPPED if shipped else ExchangeStatus.REQUESTED


def _address(doc: AddressDoc) -> Address:
    return Address(
        name=f"{doc.first_name} {doc.last_name}".strip(),
        street=", ".join(part for part in (doc.address_1, doc.address_2) if part),
        city=doc.city,
        region=doc.province.upper() if len(doc.province) == 2 else doc.province,
        postcode=doc.postal_code,
        country=doc.country_code.upper(),
    )


def _tier(doc: CustomerDoc) -> str:
    """The first customer group's name: Medusa has no tiers of its own."""
    return next((group.name.lower() for group in doc.groups if group.name), "standard")


def _customer_status(doc: CustomerDoc) -> CustomerStatus:
    if doc.deleted_at is not None:
        return CustomerStatus.ERASED
    return CustomerStatus.ACTIVE if doc.has_account else CustomerStatus.GUEST
