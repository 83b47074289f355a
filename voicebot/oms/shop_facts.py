"""Products, customers' accounts and promotions as facts for the dialogue: plain JSON, nothing personal. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from voicebot.oms.facts import Facts, clean_name
from voicebot.oms.model import Customer, Order
from voicebot.oms.products import Product, Promotion, Variant

_LONGEST_FIT = 200


def product_facts(product: Product) -> Facts:
    """A product with its variants; prices of the product are those of its cheapest variant."""
    variants = [_variant_facts(variant) for variant in product.variants]
    cheapest = min(product.variants, key=lambda variant: variant.price.minor).price
    return {
        "id": product.id,
        "name": clean_name(product.name),
        "product_type": product.product_type,
        "price_minor": cheapest.minor,
        "currency": cheapest.currency,
        "in_stock": _any_in_stock(variant["in_stock"] for variant in variants),
        "fit": " ".join(product.fit.split())[:_LONGEST_FIT],
        "tags": list(product.tags),
        "variants": variants,
    }


def label(options: Mapping[str, str]) -> str:
    """A variant as it is spoken: `size 9, navy`."""
    parts = [f"{name} {value}" if len(value) <= 3 else value for name, value in options.items()]
    return clean_name(", ".join(parts))


def account_facts(customer: Customer) -> Facts:
    """Subscriptions, points and credit; no name and no contact."""
    credit = customer.store_credit
    currencies = [subscription.price.currency for subscription in customer.subscriptions]
    return {
        "id": customer.id,
        "tier": customer.tier,
        "subscriptions": [
            {
                "id": subscription.id,
                "plan": clean_name(subscription.plan),
                "status": subscription.status.value,
                "price_minor": subscription.price.minor,
                "currency": subscription.price.currency,
                "next_charge_on": _iso(subscription.next_charge_on),
                "pause_until": _iso(subscription.pause_until),
            }
            for subscription in customer.subscriptions
        ],
        "points": customer.points,
        "points_expire_on": _iso(customer.points_expire_on),
        "store_credit_minor": credit.minor if credit else None,
        "currency": credit.currency if credit else next(iter(currencies), None),
    }


def promo_facts(promotion: Promotion, order: Order | None, today: date) -> Facts:
    """A promotion and whether it is good today, for `order` when one is given."""
    minimum, amount = promotion.minimum, promotion.amount
    money = minimum or amount
    return {
        "code": promotion.code,
        "state": promo_state(promotion, order, today),
        "starts_on": _iso(promotion.starts_on),
        "ends_on": _iso(promotion.ends_on),
        "percent": promotion.percent,
        "amount_minor": amount.minor if amount else None,
        "minimum_minor": minimum.minor if minimum else None,
        "currency": money.currency if money else None,
        "only": list(promotion.only),
    }


def promo_state(promotion: Promotion, order: Order | None, today: date) -> str:
    """`valid`, `not_started`, `expired`, `used_up`, `minimum_not_met` or `other_products`; the last two need an order.

    A minimum in another currency than the order's is not judged.
    """
    if promotion.starts_on is not None and promotion.starts_on > today:
        return "not_started"
    if not promotion.active or (promotion.ends_on is not None and promotion.ends_on < today):
        return "expired"
    if promotion.uses_left is not None and promotion.uses_left <= 0:
        return "used_up"
    if order is None:
        return "valid"
    if promotion.only and not any(line.product_type in promotion.only for line in order.lines):
        return "other_products"
    least = promotion.minimum
    if least is not None and least.currency == order.currency and order.total.minor < least.minor:
        return "minimum_not_met"
    return "valid"


def _variant_facts(variant: Variant) -> Facts:
    return {
        "sku": variant.sku,
        "label": label(variant.options),
        "options": dict(variant.options),
        "price_minor": variant.price.minor,
        "currency": variant.price.currency,
        "in_stock": None if variant.stock is None else variant.stock > 0,
    }


def _any_in_stock(each: Iterable[Any]) -> bool | None:
    known = [in_stock for in_stock in each if in_stock is not None]
    return any(known) if known else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
