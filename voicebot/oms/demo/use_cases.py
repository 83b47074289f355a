"""Customers and orders for everything that people call about, from `use_cases.yaml`. Pure but for the file.

They come after the shop that a seed number makes and take no random number of it: that shop stays the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from voicebot.oms.demo import people
from voicebot.oms.demo.catalog import Catalog, Country
from voicebot.oms.demo.orders import Buyer, OrderMaker
from voicebot.oms.demo.scenarios import BY_NAME, Scenario
from voicebot.oms.demo.schema import (
    CustomerDoc,
    LineDoc,
    OrderDoc,
    PickupDoc,
    PromotionDoc,
    SubscriptionDoc,
)
from voicebot.oms.demo.timeline import Clock

Case = Mapping[str, Any]


@cache
def cases() -> tuple[Case, ...]:
    """Rows of the file."""
    return tuple(yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")))


def numbers() -> frozenset[str]:
    """Order numbers that nothing else may take."""
    return frozenset(case["number"] for case in cases())


def customers(catalog: Catalog, clock: Clock) -> tuple[CustomerDoc, ...]:
    """One for each case."""
    return tuple(_customer(catalog, clock, index, case) for index, case in enumerate(cases(), 1))


def orders(catalog: Catalog, clock: Clock) -> Iterator[OrderDoc]:
    """One for each case."""
    for customer, case in zip(customers(catalog, clock), cases(), strict=True):
        # Each case has dice of its own, so that a new one changes no other.
        rng = Random(f"voicebot use case {case['number']}")
        country = _country(catalog, case)
        buyer = Buyer(customer=customer, country=country, ship_to=customer.addresses[0])
        lines = tuple(_line(catalog, country, index, item) for index, item in enumerate(case["items"], 1))
        made = OrderMaker(rng, catalog, clock).order(
            case["number"], buyer, _scenario(case), lines=lines, transit=(3, 3)
        )
        yield _finished(made, catalog, country, clock, case)


def promotions(catalog: Catalog, clock: Clock) -> tuple[PromotionDoc, ...]:
    """The shop's codes: good ones, and one of each kind that is not."""
    return tuple(
        PromotionDoc(
            starts_on=clock.day(row["starts"]) if "starts" in row else None,
            ends_on=clock.day(row["ends"]),
            **{name: value for name, value in row.items() if name not in ("starts", "ends")},
        )
        for row in catalog.promotions
    )


def _customer(catalog: Catalog, clock: Clock, index: int, case: Case) -> CustomerDoc:
    first, _, last = case["who"].partition(" ")
    rng = Random(case["who"])
    country = _country(catalog, case)
    subscription = case.get("subscription")
    return CustomerDoc(
        id=f"c-{100 + index:04d}",
        first_name=first,
        last_name=last,
        emails=(f"{first}.{last}@example.com".lower(),),
        phones=(case.get("phone", f"+16465550{100 + index}"),),
        addresses=(people.address(rng, catalog, country, case["who"]),),
        tier=case.get("tier", "standard"),
        locale=people.locale(country.code),
        contact_changed_at=clock.at(case["contact_changed"], 11) if "contact_changed" in case else None,
        subscriptions=(_subscription(clock, index, subscription),) if subscription else (),
        points=case.get("points"),
        points_expire_on=clock.day(case["points_expire"]) if "points_expire" in case else None,
        store_credit=case.get("credit"),
    )


def _subscription(clock: Clock, index: int, row: Mapping[str, Any]) -> SubscriptionDoc:
    return SubscriptionDoc(
        id=f"s-{100 + index:04d}",
        plan="Daybreak coffee beans, every 4 weeks",
        status=row["status"],
        price=1700,
        currency="USD",
        next_charge_on=clock.day(row["next"]) if "next" in row else None,
        pause_until=clock.day(row["pause"]) if "pause" in row else None,
    )


def _scenario(case: Case) -> Scenario:
    changes: dict[str, Any] = {"scan": (case["days"], case["days"])}
    for name in ("promise", "eta"):
        if name in case:
            changes[name] = (case[name], case[name])
    if "payment" in case:
        changes["payment"] = case["payment"]
    return replace(BY_NAME[case["story"]], **changes)


def _line(catalog: Catalog, country: Country, index: int, item: str | Mapping[str, Any]) -> LineDoc:
    row: Mapping[str, Any] = {"name": item} if isinstance(item, str) else item
    product = catalog.product(row["name"])
    options = row.get("options")
    fits = [v for v in product.variants if v.options == options] if options else product.variants
    variant = fits[len(fits) // 2]
    return LineDoc(
        id=f"l{index}",
        sku=variant.sku,
        name=product.name,
        variant=", ".join(variant.options.values()),
        product_type=product.product_type,
        tags=product.tags,
        seller=row.get("seller", ""),
        quantity=1,
        unit_price=country.price(variant.price) * (100 - row.get("discount", 0)) // 100,
    )


def _finished(made: OrderDoc, catalog: Catalog, country: Country, clock: Clock, case: Case) -> OrderDoc:
    """What no scenario knows of."""
    payment = made.payments[0]
    if "decline" in case:
        payment = payment.model_copy(update={"method": "card", "failed": True, "decline_reason": case["decline"]})
    payments = [payment]
    if case.get("charged_twice"):
        payments.append(payment.model_copy(update={"reference": f"{payment.reference}-B"}))
    listed = sum(country.price(catalog.product(line.name).variants[0].price) * line.quantity for line in made.lines)
    discount = listed - sum(line.unit_price * line.quantity for line in made.lines)
    pickup = case.get("pickup")
    return made.model_copy(
        update={
            "payments": tuple(payments),
            "gift": case.get("gift", False),
            "promo_codes": (case["promo"],) if "promo" in case else (),
            "discount": discount or None,
            "pickup": _pickup(clock, pickup) if pickup else None,
        }
    )


def _pickup(clock: Clock, row: Mapping[str, Any]) -> PickupDoc:
    return PickupDoc(
        store=row["store"],
        status=row["status"],
        ready_on=clock.day(row["ready"]) if "ready" in row else None,
        until=clock.day(row["until"]) if "until" in row else None,
    )


def _country(catalog: Catalog, case: Case) -> Country:
    code = case.get("country", "US")
    return next(country for country in catalog.countries if country.code == code)
