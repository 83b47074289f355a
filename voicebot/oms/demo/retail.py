"""A folder with `users.json`, `products.json` and `orders.json`, as the retail shop of tau-bench is published.

It is read as a shop document.

Such a shop says no dates: orders count as placed on one day, and what is delivered as delivered a week later. A gift
card is store credit; its variants are available or not, and counted as many or none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from pydantic import BaseModel, Field, TypeAdapter

from voicebot.oms.demo.schema import (
    AddressDoc,
    CustomerDoc,
    LineDoc,
    OrderDoc,
    PaymentDoc,
    ProductDoc,
    RefundDoc,
    ScanDoc,
    ShipmentDoc,
    ShipmentLineDoc,
    ShopDoc,
    ShopFile,
    VariantDoc,
)

FILES = ("users.json", "products.json", "orders.json")
PLACED = datetime(2024, 5, 1, 16, tzinfo=UTC)
_DELIVERED = PLACED + timedelta(days=7)
_STOCK = 1000
_CURRENCY = "USD"
_COUNTRIES = {"USA": "US"}


class _Address(BaseModel):
    address1: str
    address2: str = ""
    city: str
    state: str
    country: str
    zip: str


class _Name(BaseModel):
    first_name: str
    last_name: str


class _Method(BaseModel):
    source: str
    id: str
    balance: Decimal | None = None


class _User(BaseModel):
    user_id: str
    name: _Name
    address: _Address
    email: str
    payment_methods: Mapping[str, _Method]


class _Variant(BaseModel):
    item_id: str
    options: Mapping[str, str]
    available: bool
    price: Decimal


class _Product(BaseModel):
    name: str
    product_id: str
    variants: Mapping[str, _Variant]


class _Item(BaseModel):
    name: str
    product_id: str
    item_id: str
    price: Decimal
    options: Mapping[str, str]


class _Fulfillment(BaseModel):
    tracking_id: tuple[str, ...]
    item_ids: tuple[str, ...]


class _Transaction(BaseModel):
    transaction_type: str
    amount: Decimal
    payment_method_id: str


class _Order(BaseModel):
    order_id: str
    user_id: str
    address: _Address
    items: tuple[_Item, ...]
    fulfillments: tuple[_Fulfillment, ...]
    status: str
    payment_history: tuple[_Transaction, ...]
    cancel_reason: str = Field(default="")


_USERS = TypeAdapter(dict[str, _User])
_PRODUCTS = TypeAdapter(dict[str, _Product])
_ORDERS = TypeAdapter(dict[str, _Order])


def is_retail(path: Path) -> bool:
    """Whether `path` is a folder of this kind."""
    return path.is_dir() and all((path / name).is_file() for name in FILES)


def read_retail(folder: Path) -> ShopFile:
    """The shop in `folder`.

    Raises:
        pydantic.ValidationError: a file is not of this kind.
        OSError: a file cannot be read.
    """
    users, products, orders = (_read(folder, name) for name in FILES)
    return ShopFile(
        format="voicebot-shop/1",
        shop=ShopDoc(name="Retail shop", time_zone="America/New_York"),
        products=tuple(_product(p) for p in _PRODUCTS.validate_json(products).values()),
        customers=tuple(_customer(u) for u in _USERS.validate_json(users).values()),
        orders=tuple(_order(o) for o in _ORDERS.validate_json(orders).values()),
    )


def product_type(name: str) -> str:
    """`Smart Watch` -> `smart_watch`."""
    return "_".join(name.lower().replace("-", " ").split())


def _read(folder: Path, name: str) -> bytes:
    return (folder / name).read_bytes()


def _minor(amount: Decimal) -> int:
    return int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))


def _address(raw: _Address) -> AddressDoc:
    return AddressDoc(
        street=", ".join(part for part in (raw.address1, raw.address2) if part),
        city=raw.city,
        region=raw.state,
        postcode=raw.zip,
        country=_COUNTRIES.get(raw.country, raw.country),
    )


def _product(raw: _Product) -> ProductDoc:
    return ProductDoc(
        id=raw.product_id,
        name=raw.name,
        product_type=product_type(raw.name),
        currency=_CURRENCY,
        variants=tuple(
            VariantDoc(
                sku=v.item_id, options=dict(v.options), price=_minor(v.price), stock=_STOCK if v.available else 0
            )
            for v in raw.variants.values()
        ),
    )


def _customer(raw: _User) -> CustomerDoc:
    cards = [_minor(m.balance or Decimal(0)) for m in raw.payment_methods.values() if m.source == "gift_card"]
    return CustomerDoc(
        id=raw.user_id,
        first_name=raw.name.first_name,
        last_name=raw.name.last_name,
        emails=(raw.email,),
        addresses=(_address(raw.address),),
        store_credit=sum(cards) if cards else None,
        currency=_CURRENCY,
    )


def _order(raw: _Order) -> OrderDoc:
    lines = tuple(
        LineDoc(
            id=f"l{place}",
            sku=item.item_id,
            name=item.name,
            variant=", ".join(item.options.values()),
            product_type=product_type(item.name),
            quantity=1,
            unit_price=_minor(item.price),
        )
        for place, item in enumerate(raw.items, start=1)
    )
    paid = [t for t in raw.payment_history if t.transaction_type == "payment"]
    back = [t for t in raw.payment_history if t.transaction_type == "refund"]
    cancelled = raw.status == "cancelled"
    return OrderDoc(
        id=raw.order_id,
        number=raw.order_id.removeprefix("#"),
        customer_id=raw.user_id,
        placed_at=PLACED,
        currency=_CURRENCY,
        total=sum(line.unit_price for line in lines),
        status={"delivered": "completed", "cancelled": "cancelled"}.get(raw.status, "open"),
        payment_status="refunded" if back else "paid",
        lines=lines,
        shipments=tuple(_shipments(raw, lines)),
        payments=tuple(
            PaymentDoc(
                reference=t.payment_method_id,
                method=t.payment_method_id.rpartition("_")[0] or t.payment_method_id,
                amount=_minor(t.amount),
                captured_at=PLACED,
            )
            for t in paid
        ),
        refunds=tuple(
            RefundDoc(id=f"RF-{raw.order_id}-{place}", amount=_minor(t.amount), status="succeeded")
            for place, t in enumerate(back, start=1)
        ),
        ship_to=_address(raw.address),
        cancelled_at=_DELIVERED if cancelled else None,
    )


def _shipments(raw: _Order, lines: tuple[LineDoc, ...]) -> Iterator[ShipmentDoc]:
    """A parcel each; what was never delivered has a label only."""
    left = list(lines)
    scan = (
        ScanDoc(at=_DELIVERED, code="Delivered")
        if raw.status == "delivered"
        else ScanDoc(at=PLACED + timedelta(days=1), code="InfoReceived")
    )
    for place, parcel in enumerate(raw.fulfillments, start=1):
        held = []
        for sku in parcel.item_ids:
            line = next((line for line in left if line.sku == sku), None)
            if line is not None:
                left.remove(line)
                held.append(ShipmentLineDoc(line=line.id, quantity=1))
        yield ShipmentDoc(
            id=f"{raw.order_id}-{place}",
            lines=tuple(held),
            tracking_number=parcel.tracking_id[0] if parcel.tracking_id else None,
            shipped_at=PLACED + timedelta(days=2) if raw.status == "delivered" else None,
            events=(scan,),
        )
