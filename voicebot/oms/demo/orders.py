"""Builds one demo order from a scenario. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from voicebot.oms.demo.catalog import Catalog, Country
from voicebot.oms.demo.scenarios import Range, Scenario
from voicebot.oms.demo.schema import (
    AddressDoc,
    CustomerDoc,
    ExchangeDoc,
    LineDoc,
    OrderDoc,
    PaymentDoc,
    RefundDoc,
    ReturnDoc,
    ReturnLineDoc,
    ShipmentDoc,
    ShipmentLineDoc,
)
from voicebot.oms.demo.timeline import Clock, carrier_for, history
from voicebot.oms.status import ShipmentStatus

_REASONS = ("does not fit", "changed my mind", "not as described", "arrived damaged")
_METHODS = ("card", "card", "card", "paypal", "gift_card")


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who an order belongs to; a guest has no customer, but an e-mail and a phone of its own."""

    customer: CustomerDoc | None
    country: Country
    ship_to: AddressDoc
    email: str | None = None
    phone: str | None = None


class OrderMaker:
    """Makes orders for one shop: `rng` decides whatever a caller of `order` leaves open."""

    def __init__(self, rng: Random, catalog: Catalog, clock: Clock) -> None:
        self._rng = rng
        self._catalog = catalog
        self._clock = clock

    def order(
        self,
        number: str,
        buyer: Buyer,
        scenario: Scenario,
        *,
        lines: tuple[LineDoc, ...] | None = None,
        transit: Range = (1, 4),
    ) -> OrderDoc:
        """An order whose every date, quantity and sum fits its scenario."""
        rng, clock = self._rng, self._clock
        scanned = rng.randint(*scenario.scan)
        shipped = scanned + (0 if scenario.parcel is ShipmentStatus.LABEL_CREATED else rng.randint(*transit))
        prepared = shipped + rng.randint(1, 2)
        placed = scanned if scenario.parcel is None else prepared + (3 if scenario.split == "two" else 0)
        if lines is None:
            lines = self.lines(buyer.country, at_least=2 if scenario.split else 1)
        promised = (
            clock.day(-scanned + rng.choice((-1, 0, 0, 1, 2)))
            if scenario.promise is None
            else clock.day(max(rng.randint(*scenario.promise), -placed + 1))
        )
        shipping = 0 if rng.random() < 0.5 else buyer.country.price(500)
        total = sum(line.unit_price * line.quantity for line in lines) + shipping
        cancelled = scenario.status == "cancelled"
        placed_at = clock.at(placed, rng.randint(8, 9), rng.randint(0, 59))
        paid = scenario.payment not in ("not_paid", "voided", "authorized")
        returns = self._returns(number, scenario, lines, scanned)
        return OrderDoc(
            id=f"o-{number}",
            number=number,
            placed_at=placed_at,
            currency=buyer.country.currency,
            total=total,
            status=scenario.status,
            payment_status=scenario.payment,
            lines=lines,
            shipments=self._shipments(number, buyer, scenario, lines, shipped=shipped, scanned=scanned),
            payments=(
                PaymentDoc(
                    reference=f"PAY-{rng.randrange(10**8):08d}",
                    method=rng.choice(_METHODS),
                    amount=total,
                    captured_at=placed_at if paid else None,
                ),
            ),
            refunds=self._refunds(number, scenario, lines, total, scanned),
            returns=returns,
            exchanges=self._exchanges(number, scenario, lines, returns),
            customer_id=buyer.customer.id if buyer.customer else None,
            email=buyer.email,
            phone=buyer.phone,
            ship_to=buyer.ship_to,
            tier=buyer.customer.tier if buyer.customer else "standard",
            promised_by=promised,
            hold_reason=scenario.hold,
            cancelled_at=clock.at(max(1, scanned - 1), 12) if cancelled else None,
            shipping=shipping,
        )

    def lines(self, country: Country, *, at_least: int = 1) -> tuple[LineDoc, ...]:
        rng = self._rng
        products = rng.sample(self._catalog.products, max(at_least, rng.choice((1, 1, 1, 2, 2, 3, 4))))
        made = []
        for index, product in enumerate(products, 1):
            variant = rng.choice(product.variants)
            made.append(
                LineDoc(
                    id=f"l{index}",
                    sku=variant.sku,
                    name=product.name,
                    variant=", ".join(variant.options.values()),
                    product_type=product.product_type,
                    quantity=rng.choice((1, 1, 1, 1, 2, 3)) if variant.price < 6000 else 1,
                    unit_price=country.price(variant.price),
                )
            )
        return tuple(made)

    def _shipments(
        self,
        number: str,
        buyer: Buyer,
        scenario: Scenario,
        lines: tuple[LineDoc, ...],
        *,
        shipped: int,
        scanned: int,
    ) -> tuple[ShipmentDoc, ...]:
        if scenario.parcel is None:
            return (self._collection(number, scenario, lines, scanned),) if scenario.pickup else ()
        whole = tuple(ShipmentLineDoc(line=line.id, quantity=line.quantity) for line in lines)
        parts = {"two": whole[1:], "rest": whole[:1]}.get(scenario.split, whole)
        parcel = self._parcel(number, 1, buyer, scenario.parcel, scenario, parts, shipped, scanned)
        if scenario.split != "two":
            return (parcel,)
        first = self._parcel(
            number, 2, buyer, ShipmentStatus.DELIVERED, scenario, whole[:1], shipped + 3, max(1, scanned)
        )
        return (first.model_copy(update={"promised_by": None, "eta": None}), parcel)

    def _parcel(
        self,
        number: str,
        index: int,
        buyer: Buyer,
        last: ShipmentStatus,
        scenario: Scenario,
        parts: tuple[ShipmentLineDoc, ...],
        shipped: int,
        scanned: int,
    ) -> ShipmentDoc:
        rng, clock = self._rng, self._clock
        reason = scenario.reason if last is scenario.parcel else None
        raw = scenario.raw_code if last is scenario.parcel else ""
        carrier = carrier_for(rng, self._catalog.carriers, last, reason, raw)
        minute = rng.randint(0, 59)
        return ShipmentDoc(
            id=f"sh-{number}-{index}",
            lines=parts,
            carrier=carrier.name,
            vocabulary=carrier.vocabulary,  # type: ignore[arg-type]  # checked by the model
            tracking_number=f"{carrier.prefix}{rng.randrange(10**10):010d}",
            tracking_url=f"https://track.example.com/{carrier.prefix.lower()}",
            shipped_at=None if last is ShipmentStatus.LABEL_CREATED else clock.at(shipped, 12, minute),
            eta=clock.day(rng.randint(*scenario.eta)) if scenario.eta else None,
            pickup_point=rng.choice(self._catalog.stores) if scenario.pickup else None,
            events=history(
                carrier,
                last,
                reason,
                shipped=shipped,
                scanned=scanned,
                clock=clock,
                minute=minute,
                city=buyer.ship_to.city,
                raw=raw,
            ),
        )

    def _collection(self, number: str, scenario: Scenario, lines: tuple[LineDoc, ...], ready: int) -> ShipmentDoc:
        """Click and collect: the store itself reports, in the first carrier's words."""
        code = history(
            self._catalog.carriers[0],
            ShipmentStatus.AVAILABLE_FOR_PICKUP,
            None,
            shipped=ready,
            scanned=max(1, ready - 1),
            clock=self._clock,
            minute=0,
            city="",
        )[-1]
        return ShipmentDoc(
            id=f"sh-{number}-1",
            lines=tuple(ShipmentLineDoc(line=line.id, quantity=line.quantity) for line in lines),
            vocabulary=self._catalog.carriers[0].vocabulary,  # type: ignore[arg-type]  # checked by the model
            pickup_point=self._rng.choice(self._catalog.stores),
            events=(code,),
        )

    def _returns(
        self, number: str, scenario: Scenario, lines: tuple[LineDoc, ...], delivered: int
    ) -> tuple[ReturnDoc, ...]:
        if not scenario.back:
            return ()
        asked = max(1, delivered - self._rng.randint(1, 3))
        return (
            ReturnDoc(
                id=f"r-{number}",
                status=scenario.back,
                lines=(ReturnLineDoc(line=lines[0].id, quantity=1, reason=self._rng.choice(_REASONS)),),
                requested_at=self._clock.at(asked, 11),
                resolution="exchange" if scenario.exchange else "refund",
                send_back_by=self._clock.day(14 - asked),
            ),
        )

    def _refunds(
        self, number: str, scenario: Scenario, lines: tuple[LineDoc, ...], total: int, scanned: int
    ) -> tuple[RefundDoc, ...]:
        if not scenario.refund:
            return ()
        whole = scenario.refund == "all"
        return (
            RefundDoc(
                id=f"rf-{number}",
                amount=total if whole else lines[0].unit_price,
                status="succeeded" if whole else scenario.refund,
                reason="cancelled" if whole else "returned",
                at=self._clock.at(max(1, scanned // 2), 13),
            ),
        )

    def _exchanges(
        self, number: str, scenario: Scenario, lines: tuple[LineDoc, ...], returns: tuple[ReturnDoc, ...]
    ) -> tuple[ExchangeDoc, ...]:
        if not scenario.exchange or not returns:
            return ()
        product = self._catalog.product(lines[0].name)
        other = next((v for v in product.variants if v.sku != lines[0].sku), product.variants[0])
        name = f"{product.name}, {', '.join(other.options.values())}".rstrip(", ")
        return (
            ExchangeDoc(
                id=f"x-{number}",
                status=scenario.exchange,
                return_id=returns[0].id,
                sku=other.sku,
                name=name,
                quantity=1,
            ),
        )
