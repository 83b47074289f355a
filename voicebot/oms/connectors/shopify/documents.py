"""Shopify's JSON, as much of it as is read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

T = TypeVar("T")
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


class Doc(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class Nodes(Doc, Generic[T]):
    nodes: tuple[T, ...] = ()


class AmountDoc(Doc):
    amount: Decimal = Decimal(0)
    currency_code: str = ""


class MoneyDoc(Doc):
    shop_money: AmountDoc = AmountDoc()


class IdDoc(Doc):
    id: str


class OrderCustomerDoc(Doc):
    id: str
    first_name: Text = ""
    last_name: Text = ""
    tags: tuple[str, ...] = ()
    number_of_orders: int | None = None


class EmailDoc(Doc):
    email_address: Text = ""


class PhoneDoc(Doc):
    phone_number: Text = ""


class CustomerDoc(OrderCustomerDoc):
    state: Text = ""
    default_email_address: EmailDoc | None = None
    default_phone_number: PhoneDoc | None = None


class AddressDoc(Doc):
    name: Text = ""
    address1: Text = ""
    address2: Text = ""
    city: Text = ""
    province_code: Text = ""
    zip: Text = ""
    country_code_v2: Text = Field("", alias="countryCodeV2")
    phone: Text = ""


class ProductDoc(Doc):
    product_type: Text = ""
    tags: tuple[str, ...] = ()


class LineDoc(Doc):
    id: str
    sku: Text = ""
    name: Text = ""
    title: Text = ""
    variant_title: Text = ""
    quantity: int
    current_quantity: int
    discounted_unit_price_after_all_discounts_set: MoneyDoc = MoneyDoc()
    product: ProductDoc | None = None


class TrackingDoc(Doc):
    company: Text = ""
    number: Text = ""
    url: Text = ""


class ParcelLineDoc(Doc):
    id: str
    quantity: int = 0
    line_item: IdDoc


class FulfillmentDoc(Doc):
    id: str
    status: Text = ""
    display_status: Text = ""
    created_at: datetime
    delivered_at: datetime | None = None
    estimated_delivery_at: datetime | None = None
    tracking_info: tuple[TrackingDoc, ...] = ()
    fulfillment_line_items: Nodes[ParcelLineDoc] = Nodes()


class TransactionDoc(Doc):
    id: str
    kind: str
    status: str
    gateway: Text = ""
    error_code: Text = ""
    processed_at: datetime | None = None
    created_at: datetime
    amount_set: MoneyDoc
    parent_transaction: IdDoc | None = None


class StatusDoc(Doc):
    status: str


class RefundDoc(Doc):
    id: str
    note: Text = ""
    created_at: datetime | None = None
    total_refunded_set: MoneyDoc
    transactions: Nodes[StatusDoc] = Nodes()


class ReturnLineDoc(Doc):
    quantity: int = 0
    return_reason_note: Text = ""
    fulfillment_line_item: ParcelLineDoc | None = None


class ReturnDoc(Doc):
    id: str
    name: Text = ""
    status: Text = ""
    created_at: datetime
    return_line_items: Nodes[ReturnLineDoc] = Nodes()


class CancellationDoc(Doc):
    staff_note: Text = ""


class OrderDoc(Doc):
    id: str
    name: str
    created_at: datetime
    processed_at: datetime | None = None
    cancelled_at: datetime | None = None
    closed_at: datetime | None = None
    currency_code: str
    display_financial_status: Text = ""
    display_fulfillment_status: Text = ""
    email: Text = ""
    phone: Text = ""
    note: Text = ""
    tags: tuple[str, ...] = ()
    discount_codes: tuple[str, ...] = ()
    cancellation: CancellationDoc | None = None
    total_price_set: MoneyDoc
    current_total_price_set: MoneyDoc
    total_discounts_set: MoneyDoc | None = None
    total_shipping_price_set: MoneyDoc | None = None
    customer: OrderCustomerDoc | None = None
    shipping_address: AddressDoc | None = None
    line_items: Nodes[LineDoc] = Nodes()
    fulfillments: tuple[FulfillmentDoc, ...] = ()
    transactions: tuple[TransactionDoc, ...] = ()
    refunds: tuple[RefundDoc, ...] = ()
    returns: Nodes[ReturnDoc] = Nodes()


class OrderAnswer(Doc):
    order: OrderDoc | None = None


class OrdersAnswer(Doc):
    orders: Nodes[IdDoc]


class CustomersAnswer(Doc):
    customers: Nodes[CustomerDoc]


class CustomerAnswer(Doc):
    customer: CustomerDoc | None = None


class ReturnableItemDoc(Doc):
    quantity: int = 0
    fulfillment_line_item: ParcelLineDoc


class ReturnableDoc(Doc):
    returnable_fulfillment_line_items: Nodes[ReturnableItemDoc] = Nodes()


class ReturnableAnswer(Doc):
    returnable_fulfillments: Nodes[ReturnableDoc]


class JobDoc(Doc):
    id: str
    done: bool = False


class JobAnswer(Doc):
    job: JobDoc | None = None


class ShopAnswer(Doc):
    shop: IdDoc


class CancelDoc(Doc):
    job: JobDoc | None = None


class NamedDoc(Doc):
    id: str
    name: Text = ""


class ReturnedDoc(Doc):
    return_: NamedDoc | None = Field(None, alias="return")


class Done(Doc):
    """A write of which only the errors matter."""
