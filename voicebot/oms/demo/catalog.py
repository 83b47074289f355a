"""Reads `catalog.yaml`: products, names, places and carriers of the demo shop."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from voicebot.oms.demo.schema import ProductDoc, VariantDoc


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
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    streets: tuple[str, ...]
    countries: tuple[Country, ...]
    carriers: tuple[Carrier, ...]
    stores: tuple[str, ...]

    def product(self, name: str) -> ProductDoc:
        return next(product for product in self.products if product.name == name)


@cache
def load() -> Catalog:
    raw = yaml.safe_load(Path(__file__).with_name("catalog.yaml").read_text(encoding="utf-8"))
    countries = raw["countries"].items()
    return Catalog(
        products=tuple(_products(raw)),
        first_names=tuple(raw["first_names"]),
        last_names=tuple(raw["last_names"]),
        streets=tuple(raw["streets"]),
        countries=tuple(
            Country(
                code=code,
                share=c["share"],
                currency=c["currency"],
                factor=c["factor"],
                phones=tuple(c["phones"]),
                digits=c["digits"],
                cities=tuple((city, region, postcode) for city, region, postcode in c["cities"]),
            )
            for code, c in countries
        ),
        carriers=tuple(Carrier(**carrier) for carrier in raw["carriers"]),
        stores=tuple(raw["stores"]),
    )


def _products(raw: Mapping[str, Any]) -> list[ProductDoc]:
    rows = [(kind, *row) for kind, products in raw["products"].items() for row in products]
    products = []
    for index, (kind, name, price, *axes) in enumerate(rows, 1):
        names = [raw["axes"][axis][0] for axis in axes]
        choices = itertools.product(*(raw["axes"][axis][1:] for axis in axes))
        variants = tuple(
            VariantDoc(
                sku=f"LL{index:03d}-{number:02d}",
                options=dict(zip(names, choice, strict=True)),
                price=price,
                # Believable and repeatable: some variants are sold out.
                stock=(index * 7 + number * 5) % 23,
            )
            for number, choice in enumerate(choices, 1)
        )
        products.append(
            ProductDoc(id=f"p-{index:03d}", name=name, product_type=kind, currency="USD", variants=variants)
        )
    return products
