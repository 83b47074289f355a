"""What the shop sells, and the codes that make it cheaper, in normal form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from voicebot.oms.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """`stock` counts pieces that can be sold now; None when the backend does not say."""

    sku: str
    price: Money
    options: Mapping[str, str] = field(default_factory=dict)
    stock: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    id: str
    name: str
    product_type: str
    variants: tuple[Variant, ...]
    tags: tuple[str, ...] = ()
    fit: str = ""
    """What the fit guide says, one short sentence: "runs small, take one size up"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSearch:
    """By exactly one of: words of the name, or the SKU of one of its variants."""

    text: str = ""
    sku: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """`ends_on` and `starts_on` are the shop's dates; `percent` or `amount`, the other one None."""

    code: str
    active: bool
    starts_on: date | None = None
    ends_on: date | None = None
    minimum: Money | None = None
    percent: int | None = None
    amount: Money | None = None
    uses_left: int | None = None
    only: tuple[str, ...] = ()
    """Product types that it is for; empty for all."""
