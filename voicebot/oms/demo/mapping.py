"""Shop documents -> domain model."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from voicebot.oms import carriers
from voicebot.oms.demo.schema import (
    AddressDoc,
    CustomerDoc,
    OrderDoc,
    ProductDoc,
    PromotionDoc,
    ReturnDoc,
    ReturnLineDoc,
    ScanDoc,
    ShipmentDoc,
)
from voicebot.oms.demo.wire import OwnerDoc
from voicebot.oms.model import (
    Address,
    Customer,
    CustomerRef,
    Exchange,
    Order,
    OrderLine,
    Payment,
    Pickup,
    Refund,
    Replacement,
    Return,
    ReturnLine,
    Subscription,
)
from voicebot.oms.money import Money
from voicebot.oms.products import Product, Promotion, Variant
from voicebot.oms.shipment import Shipment, ShipmentLine, TrackingEvent
from voicebot.oms.status import (
    CustomerStatus,
    ExchangeStatus,
    OrderStatus,
    PaymentStatus,
    PickupStatus,
    RefundStatus,
    ReturnStatus,
    ShipmentStatus,
    SubscriptionStatus,
    normalised,
)

#: Returns whose goods are back, and those that are still on their way.
_RETURNED = frozenset({ReturnStatus.RECEIVED, ReturnStatus.INSPECTED, ReturnStatus.RESOLVED})
_ENDED = frozenset({ReturnStatus.DECLINED, ReturnStatus.CANCELLED, ReturnStatus.EXPIRED, ReturnStatus.DRAFT})
_NOT_SHIPPED = frozenset({ShipmentStatus.LABEL_CREATED, ShipmentStatus.CANCELLED})


def customer_ref(doc: CustomerDoc) -> CustomerRef:
    return CustomerRef(
        id=doc.id, first_name=doc.first_name, tier=doc.tier, status=normalised(CustomerStatus, doc.status)
    )


def customer(doc: CustomerDoc) -> Customer:
    return Customer(
        id=doc.id,
        first_name=doc.first_name,
        last_name=doc.last_name,
        emails=doc.emails,
        phones=doc.phones,
        addresses=tuple(_address(a) for a in doc.addresses),
        tier=doc.tier,
        locale=doc.locale,
        status=normalised(CustomerStatus, doc.status),
        consents=doc.consents,
        contact_changed_at=doc.contact_changed_at,
        subscriptions=tuple(
            Subscription(
                id=s.id,
                plan=s.plan,
                status=normalised(SubscriptionStatus, s.status),
                raw_status=s.status,
                price=Money(s.price, s.currency),
                next_charge_on=s.next_charge_on,
                pause_until=s.pause_until,
            )
            for s in doc.subscriptions
        ),
        points=doc.points,
        points_expire_on=doc.points_expire_on,
        store_credit=None if doc.store_credit is None else Money(doc.store_credit, doc.currency),
    )


def product(doc: ProductDoc) -> Product:
    return Product(
        id=doc.id,
        name=doc.name,
        product_type=doc.product_type,
        variants=tuple(
            Variant(sku=v.sku, price=Money(v.price, doc.currency), options=v.options, stock=v.stock)
            for v in doc.variants
        ),
        tags=doc.tags,
        fit=doc.fit,
    )


def promotion(doc: PromotionDoc) -> Promotion:
    return Promotion(
        code=doc.code,
        active=doc.active,
        starts_on=doc.starts_on,
        ends_on=doc.ends_on,
        minimum=None if doc.minimum is None else Money(doc.minimum, doc.currency),
        percent=doc.percent,
        amount=None if doc.amount is None else Money(doc.amount, doc.currency),
        uses_left=doc.uses_left,
        only=doc.only,
    )


def order(doc: OrderDoc, fetched_at: datetime, owner: OwnerDoc | None = None) -> Order:
    """Map one order; line quantities are counted from its shipments and returns.

    Args:
        owner: what the shop tells about its customer, when it does.
    """
    shipments = tuple(_shipment(s) for s in doc.shipments)
    returns = tuple(_return(r, doc.currency) for r in doc.returns)

    def money(minor: int) -> Money:
        return Money(minor, doc.currency)

    return Order(
        id=doc.id,
        number=doc.number,
        placed_at=doc.placed_at.astimezone(UTC),
        currency=doc.currency,
        total=money(doc.total),
        status=normalised(OrderStatus, doc.status),
        raw_status=doc.status,
        payment_status=normalised(PaymentStatus, doc.payment_status),
        raw_payment_status=doc.payment_status,
        fetched_at=fetched_at,
        lines=_lines(doc, shipments, returns),
        shipments=shipments,
        payments=tuple(
            Payment(
                reference=p.reference,
                method=p.method,
                amount=money(p.amount),
                captured_at=p.captured_at,
                failed=p.failed,
                decline_reason=p.decline_reason,
            )
            for p in doc.payments
        ),
        refunds=tuple(
            Refund(
                id=r.id,
                amount=money(r.amount),
                status=normalised(RefundStatus, r.status),
                raw_status=r.status,
                method=r.method,
                reason=r.reason,
                at=r.at,
            )
            for r in doc.refunds
        ),
        returns=returns,
        exchanges=tuple(
            Exchange(
                id=e.id,
                status=normalised(ExchangeStatus, e.status),
                raw_status=e.status,
                return_id=e.return_id,
                sku=e.sku,
                name=e.name,
                quantity=e.quantity,
                difference=money(e.difference),
            )
            for e in doc.exchanges
        ),
        customer_id=doc.customer_id,
        email=doc.email,
        phone=doc.phone,
        ship_to=_address(doc.ship_to),
        channel=doc.channel,
        tier=doc.tier,
        promised_by=doc.promised_by,
        hold_reason=doc.hold_reason,
        cancelled_at=doc.cancelled_at,
        discount=None if doc.discount is None else money(doc.discount),
        shipping=None if doc.shipping is None else money(doc.shipping),
        version=doc.version,
        replacements=tuple(
            Replacement(
                id=r.id,
                status=normalised(ExchangeStatus, r.status),
                raw_status=r.status,
                lines=_return_lines(r.lines),
                requested_at=r.requested_at.astimezone(UTC),
                reason=r.reason,
            )
            for r in doc.replacements
        ),
        pickup=None
        if doc.pickup is None
        else Pickup(
            store=doc.pickup.store,
            status=normalised(PickupStatus, doc.pickup.status),
            raw_status=doc.pickup.status,
            ready_on=doc.pickup.ready_on,
            until=doc.pickup.until,
        ),
        gift=doc.gift,
        promo_codes=doc.promo_codes,
        order_count=owner.order_count if owner else None,
        contact_changed_at=owner.contact_changed_at if owner else None,
    )


def _return_lines(docs: tuple[ReturnLineDoc, ...]) -> tuple[ReturnLine, ...]:
    return tuple(
        ReturnLine(line_id=part.line, quantity=part.quantity, reason=part.reason, condition=part.condition)
        for part in docs
    )


def _address(doc: AddressDoc) -> Address:
    return Address(**doc.model_dump())


def _shipment(doc: ShipmentDoc) -> Shipment:
    events = sorted((_scan(scan, doc.vocabulary) for scan in doc.events), key=lambda event: event.at)
    return Shipment(
        id=doc.id,
        lines=tuple(ShipmentLine(line_id=part.line, quantity=part.quantity) for part in doc.lines),
        carrier=doc.carrier,
        tracking_number=doc.tracking_number,
        tracking_url=doc.tracking_url,
        shipped_at=doc.shipped_at,
        promised_by=doc.promised_by,
        eta=doc.eta,
        pickup_point=doc.pickup_point,
        events=tuple(events),
    )


def _scan(doc: ScanDoc, vocabulary: str) -> TrackingEvent:
    meaning = carriers.normalise(vocabulary, doc.code)
    return TrackingEvent(
        at=doc.at.astimezone(UTC),
        status=meaning.status,
        raw=doc.code,
        reason=meaning.reason,
        action_required=meaning.action_required,
        text=doc.text,
        place=doc.place,
    )


def _return(doc: ReturnDoc, currency: str) -> Return:
    return Return(
        id=doc.id,
        status=normalised(ReturnStatus, doc.status),
        raw_status=doc.status,
        lines=_return_lines(doc.lines),
        requested_at=doc.requested_at.astimezone(UTC),
        resolution=doc.resolution,
        fee=None if doc.fee is None else Money(doc.fee, currency),
        send_back_by=doc.send_back_by,
    )


def _lines(doc: OrderDoc, shipments: tuple[Shipment, ...], returns: tuple[Return, ...]) -> tuple[OrderLine, ...]:
    fulfilled: Counter[str] = Counter()
    shipped: Counter[str] = Counter()
    delivered: Counter[str] = Counter()
    everything = tuple(ShipmentLine(line_id=line.id, quantity=line.quantity - line.written_off) for line in doc.lines)
    for shipment in shipments:
        # The only parcel of an order holds all of it, whether it says so or not.
        for part in shipment.lines or (everything if len(shipments) == 1 else ()):
            fulfilled[part.line_id] += part.quantity
            shipped[part.line_id] += part.quantity * (shipment.status not in _NOT_SHIPPED)
            delivered[part.line_id] += part.quantity * (shipment.status is ShipmentStatus.DELIVERED)
    requested: Counter[str] = Counter()
    returned: Counter[str] = Counter()
    for back in returns:
        for line in back.lines:
            if back.status in _RETURNED:
                returned[line.line_id] += line.quantity
            elif back.status not in _ENDED:
                requested[line.line_id] += line.quantity
    return tuple(
        OrderLine(
            id=line.id,
            sku=line.sku,
            name=line.name,
            product_type=line.product_type,
            unit_price=Money(line.unit_price, doc.currency),
            quantity=line.quantity,
            variant=line.variant,
            tags=line.tags,
            fulfilled=fulfilled[line.id],
            shipped=shipped[line.id],
            delivered=delivered[line.id],
            return_requested=requested[line.id],
            returned=returned[line.id],
            written_off=line.written_off,
            seller=line.seller,
        )
        for line in doc.lines
    )
