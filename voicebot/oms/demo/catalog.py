"""Reads `catalog.yaml`: products, names, places and carriers of the demo shop."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from voicebot.oms.demo.schema import AddressDoc, ProductDoc, StoreDoc, VariantDoc


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    code: str
    share: int
    currency: str
    factor: float
    phones: tuple[str, ...]
    digits: str
    cities: tuple[tuple[str, str, str], ...]

    def price(self, usd_minor: int) -> int:
        """A catalogue price in this country's minor units."""
        scaled = usd_minor * self.factor
        return round(scaled) if self.currency == "JPY" else max(50, round(scaled / 50) * 50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    name: str
    vocabulary: str
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    products: tuple[ProductDoc, ...]
    special: tuple[ProductDoc, ...]
    """Sold as well, but never in randomly made orders."""
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    streets: tuple[str, ...]
    countries: tuple[Country, ...]
    carriers: tuple[Carrier, ...]
    stores: tuple[str, ...]
    shops: tuple[StoreDoc, ...]
    promotions: tuple[Mapping[str, Any], ...]
    """Rows of the file, dates in days from today."""

    def product(self, name: str) -> ProductDoc:
        return next(product for product in (*self.products, *self.special) if product.name == name)


@cache
def load() -> Catalog:
    raw = yaml.safe_load(Path(__file__).with_name("catalog.yaml").read_text(encoding="utf-8"))
    countries = tuple(
        Country(
            code=code,
            share=c["share"],
            currency=c["currency"],
            factor=c["factor"],
            phones=tuple(c["phones"]),
            digits=c["digits"],
            cities=tuple((city, region, postcode) for city, region, postcode in c["cities"]),
        )
        for code, c in raw["countries"].items()
    )
    abroad = {country.currency: country for country in countries if country.currency != "USD"}
    usual = [(kind, name, price, [], *axes) for kind, some in raw["products"].items() for name, price, *axes in some]
    products = [_product(raw, index, *row, abroad=abroad) for index, row in enumerate((*usual, *raw["special"]), 1)]
    return Catalog(
        products=tuple(products[: len(usual)]),
        special=tuple(products[len(usual) :]),
        first_names=tuple(raw["first_names"]),
        last_names=tuple(raw["last_names"]),
        streets=tuple(raw["streets"]),
        countries=countries,
        carriers=tuple(Carrier(**carrier) for carrier in raw["carriers"]),
        stores=tuple(raw["stores"]),
        shops=tuple(
            StoreDoc(
                id=shop["id"],
                name=shop["name"],
                address=AddressDoc(street=shop["street"], city="New York", region="NY", country="US"),
                hours=shop["hours"],
                click_and_collect=shop["collect"],
            )
            for shop in raw["shops"]
        ),
        promotions=tuple(raw["promotions"]),
    )


def _product(
    raw: Mapping[str, Any],
    index: int,
    kind: str,
    name: str,
    price: int,
    tags: Sequence[str],
    *axes: str,
    abroad: Mapping[str, Country],
) -> ProductDoc:
    names = [raw["axes"][axis][0] for axis in axes]
    choices = itertools.product(*(raw["axes"][axis][1:] for axis in axes))
    variants = tuple(
        VariantDoc(
            sku=f"LL{index:03d}-{number:02d}",
            options=dict(zip(names, choice, strict=True)),
            price=price,
            prices={currency: country.price(price) for currency, country in abroad.items()},
            # Believable and repeatable: some variants are sold out.
            stock=(index * 7 + number * 5) % 23,
        )
        for number, choice in enumerate(choices, 1)
    )
    return ProductDoc(
        id=f"p-{index:03d}",
        name=name,
        product_type=kind,
        currency="USD",
        tags=tuple(tags),
        fit=raw["fit"].get(name, ""),
        variants=variants,
    )
