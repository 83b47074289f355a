"""The shop document: what `voicebot oms import` reads, `export` writes, and the demo service answers with.

Its JSON Schema is `shop.schema.json` beside this file; the prose is in `docs/oms-import.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

FORMAT = "voicebot-shop/1"

Id = Annotated[str, Field(min_length=1, max_length=80)]
Text = Annotated[str, Field(max_length=500)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code, as in USD.")]
Minor = Annotated[int, Field(strict=True, ge=0, description="Whole minor units: 12950 is 129.50 USD, and 12,950 JPY.")]
Pieces = Annotated[int, Field(strict=True, ge=1, le=100_000, description="Whole pieces.")]
Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$", description="E.164, as in +14155550134.")]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]
Moment = Annotated[AwareDatetime, Field(description="ISO 8601 with a zone, as in 2026-11-18T15:04:00Z.")]


Tags = Annotated[
    tuple[str, ...],
    Field(description="final_sale, hygiene, custom_made, digital and perishable matter to policies; others are kept."),
]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AddressDoc(_Document):
    name: Text = ""
    street: Text = ""
    city: Text = ""
    region: Text = Field(default="", description="State or province.")
    postcode: Text = ""
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$", description="ISO 3166-1 alpha-2, as in US.")


class VariantDoc(_Document):
    sku: Id
    options: dict[str, str] = Field(default_factory=dict, description='As in {"size": "9", "colour": "navy"}.')
    price: Minor
    prices: dict[Currency, Minor] = Field(default_factory=dict, description="Prices in further currencies.")
    stock: int = Field(default=0, ge=0)


class ProductDoc(_Document):
    id: Id
    name: Annotated[str, Field(min_length=1, max_length=200)]
    product_type: Id
    currency: Currency
    tags: Tags = ()
    fit: Text = Field(default="", description='Fit guide, one short sentence: "Runs small: take one size up."')
    variants: tuple[VariantDoc, ...] = Field(min_length=1)


class SubscriptionDoc(_Document):
    id: Id
    plan: Text
    status: Id = Field(description="active, paused, past_due, cancelled or expired; other words are kept as unknown.")
    price: Minor
    currency: Currency
    next_charge_on: date | None = None
    pause_until: date | None = None
    every_days: Annotated[int, Field(strict=True, ge=1, le=400)] = 28
    ends_on: date | None = Field(default=None, description="Until when a cancelled one still runs.")


class CustomerDoc(_Document):
    id: Id
    first_name: Text
    last_name: Text = ""
    emails: tuple[Email, ...] = ()
    phones: tuple[Phone, ...] = ()
    addresses: tuple[AddressDoc, ...] = ()
    tier: Id = "standard"
    locale: Id = "en-US"
    status: Id = Field(default="active", description="active, guest, blocked or erased.")
    consents: dict[str, bool] = Field(default_factory=dict)
    contact_changed_at: Moment | None = None
    subscriptions: tuple[SubscriptionDoc, ...] = ()
    points: int | None = Field(default=None, strict=True, ge=0, description="Loyalty points; none: not a member.")
    points_expire_on: date | None = None
    store_credit: Minor | None = None
    currency: Currency = Field(default="USD", description="Of the store credit.")


class LineDoc(_Document):
    id: Id
    sku: Id
    name: Annotated[str, Field(min_length=1, max_length=200)]
    variant: Text = ""
    product_type: Id = "other"
    tags: Tags = ()
    seller: Text = Field(
        default="", description="Third party that sells this line on the marketplace; empty: the shop."
    )
    quantity: Pieces
    unit_price: Minor = Field(description="Paid for one piece, discounts taken off, in minor units.")
    written_off: int = Field(default=0, ge=0, description="Pieces that will never ship (cancelled lines).")


class ScanDoc(_Document):
    """One line of a carrier's tracking history."""

    at: Moment
    code: Id = Field(description="The carrier's own word in the shipment's vocabulary, as in in_transit/weather_delay.")
    text: Text = ""
    place: Text = ""


class ShipmentLineDoc(_Document):
    line: Id = Field(description="Id of a line of this order.")
    quantity: Pieces


class ShipmentDoc(_Document):
    id: Id
    lines: tuple[ShipmentLineDoc, ...] = ()
    carrier: Text | None = None
    vocabulary: Literal["aftership", "easypost", "shippo", "17track", "ship24", "karrio"] = Field(
        default="aftership", description="Whose words `events[].code` are."
    )
    tracking_number: Id | None = None
    tracking_url: Text | None = None
    shipped_at: Moment | None = None
    promised_by: date | None = None
    eta: date | None = None
    pickup_point: Text | None = None
    events: tuple[ScanDoc, ...] = Field(default=(), description="Oldest first.")


class PaymentDoc(_Document):
    reference: Id
    method: Text
    amount: Minor
    captured_at: Moment | None = None
    failed: bool = False
    decline_reason: Text = Field(default="", description="insufficient_funds, expired_card, do_not_honor …")


class RefundDoc(_Document):
    id: Id
    amount: Minor
    status: Id = Field(description="pending, processing, succeeded, failed or cancelled.")
    method: Literal["original", "store_credit"] = "original"
    reason: Text = ""
    at: Moment | None = None


class ReturnLineDoc(_Document):
    line: Id
    quantity: Pieces
    reason: Text = ""
    condition: Text = ""


class ReturnDoc(_Document):
    id: Id
    status: Id = Field(description="requested, approved, label_issued, in_transit, received, inspected, resolved …")
    lines: tuple[ReturnLineDoc, ...] = Field(min_length=1)
    requested_at: Moment
    resolution: Literal["refund", "exchange", "store_credit", "replacement"] = "refund"
    fee: Minor | None = None
    send_back_by: date | None = None


class ExchangeDoc(_Document):
    id: Id
    status: Id = Field(description="requested, awaiting_payment, confirmed, shipped, done or cancelled.")
    return_id: Id
    sku: Id
    name: Text
    quantity: Pieces
    difference: int = Field(default=0, strict=True, description="Minor units; above 0 the customer still pays it.")


class ReplacementDoc(_Document):
    """Sent again, free of charge."""

    id: Id
    status: Id = Field(description="requested, confirmed, shipped, done or cancelled.")
    lines: tuple[ReturnLineDoc, ...] = Field(min_length=1)
    requested_at: Moment
    reason: Text = ""


class PickupDoc(_Document):
    """Click and collect."""

    store: Text = Field(description="The store's name as it is spoken.")
    status: Id = Field(description="preparing, ready, collected, expired or cancelled.")
    ready_on: date | None = None
    until: date | None = None


class NoteDoc(_Document):
    at: Moment
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class OrderDoc(_Document):
    id: Id
    number: Id = Field(description="What is printed in the e-mail and spoken on the phone.")
    placed_at: Moment
    currency: Currency
    total: Minor
    status: Id = Field(description="open, completed, cancelled, on_hold or archived; other words are kept as unknown.")
    payment_status: Id = Field(description="not_paid, authorized, partially_paid, paid, partially_refunded …")
    lines: tuple[LineDoc, ...] = ()
    shipments: tuple[ShipmentDoc, ...] = ()
    payments: tuple[PaymentDoc, ...] = ()
    refunds: tuple[RefundDoc, ...] = ()
    returns: tuple[ReturnDoc, ...] = ()
    exchanges: tuple[ExchangeDoc, ...] = ()
    customer_id: Id | None = Field(default=None, description="None for a guest's order.")
    email: Email | None = None
    phone: Phone | None = None
    ship_to: AddressDoc = AddressDoc()
    channel: Id = "web"
    tier: Id = "standard"
    promised_by: date | None = None
    hold_reason: Text | None = None
    cancelled_at: Moment | None = None
    discount: Minor | None = None
    shipping: Minor | None = None
    version: str = Field(default="", description="Another one after every change.")
    replacements: tuple[ReplacementDoc, ...] = ()
    pickup: PickupDoc | None = None
    gift: bool = False
    promo_codes: tuple[Id, ...] = ()
    notes: tuple[NoteDoc, ...] = Field(default=(), description="For colleagues; never read out.")


class PromotionDoc(_Document):
    code: Id
    starts_on: date | None = None
    ends_on: date | None = None
    percent: Annotated[int, Field(strict=True, ge=1, le=100)] | None = None
    amount: Minor | None = None
    currency: Currency = "USD"
    minimum: Minor | None = Field(default=None, description="Order value from which it counts.")
    uses_left: int | None = Field(default=None, strict=True, ge=0, description="None: as often as one likes.")
    active: bool = True
    only: tuple[Id, ...] = Field(default=(), description="Product types that it is for; empty: all.")
    order_id: Id | None = Field(default=None, description="The order that it was issued for, when it was re-issued.")
    replaces: Id | None = Field(default=None, description="The code that it was re-issued for.")


class StoreDoc(_Document):
    id: Id
    name: Text
    address: AddressDoc = AddressDoc()
    phone: Phone | None = None
    hours: Text = Field(default="", description='As it is spoken: "Monday to Saturday, ten to seven".')
    click_and_collect: bool = False


class ShopDoc(_Document):
    name: Text = "Imported shop"
    time_zone: Id = "America/New_York"


class ShopFile(_Document):
    """A whole shop in one file."""

    format: Literal["voicebot-shop/1"]
    shop: ShopDoc = ShopDoc()
    products: tuple[ProductDoc, ...] = ()
    customers: tuple[CustomerDoc, ...] = ()
    orders: tuple[OrderDoc, ...] = ()
    promotions: tuple[PromotionDoc, ...] = ()
    stores: tuple[StoreDoc, ...] = ()


def compact(document: BaseModel) -> str:
    """One line of JSON without the fields that hold their defaults."""
    return document.model_dump_json(exclude_defaults=True)


def json_schema() -> Mapping[str, Any]:
    """JSON Schema (2020-12) of `ShopFile`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **ShopFile.model_json_schema(),
        "title": FORMAT,
    }
