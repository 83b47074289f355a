"""Shopify's JSON, as much of it as is read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

from pydantic import Field

from voicebot.oms.connectors.documents import CamelDoc, Text

T = TypeVar("T")


class Nodes(CamelDoc, Generic[T]):
    nodes: tuple[T, ...] = ()


class AmountDoc(CamelDoc):
    amount: Decimal = Decimal(0)
    currency_code: str = ""


class MoneyDoc(CamelDoc):
    shop_money: AmountDoc = AmountDoc()


class IdDoc(CamelDoc):
    id: str


class OrderCustomerDoc(CamelDoc):
    id: str
    first_name: Text = ""
    last_name: Text = ""
    tags: tuple[str, ...] = ()
    number_of_orders: int | None = None


class EmailDoc(CamelDoc):
    email_address: Text = ""


class PhoneDoc(CamelDoc):
    phone_number: Text = ""


class AddressDoc(CamelDoc):
    name: Text = ""
    address1: Text = ""
    address2: Text = ""
    city: Text = ""
    province_code: Text = ""
    zip: Text = ""
    country_code_v2: Text = Field("", alias="countryCodeV2")
    phone: Text = ""


class CustomerDoc(OrderCustomerDoc):
    state: Text = ""
    default_email_address: EmailDoc | None = None
    default_phone_number: PhoneDoc | None = None
    default_address: AddressDoc | None = None


class ProductDoc(CamelDoc):
    product_type: Text = ""
    tags: tuple[str, ...] = ()


class LineDoc(CamelDoc):
    id: str
    sku: Text = ""
    name: Text = ""
    title: Text = ""
    variant_title: Text = ""
    quantity: int
    current_quantity: int
    discounted_unit_price_after_all_discounts_set: MoneyDoc = MoneyDoc()
    product: ProductDoc | None = None


class TrackingDoc(CamelDoc):
    company: Text = ""
    number: Text = ""
    url: Text = ""


class ParcelLineDoc(CamelDoc):
    id: str
    quantity: int = 0
    line_item: IdDoc


class FulfillmentDoc(CamelDoc):
    id: str
    status: Text = ""
    display_status: Text = ""
    created_at: datetime
    delivered_at: datetime | None = None
    estimated_delivery_at: datetime | None = None
    tracking_info: tuple[TrackingDoc, ...] = ()
    fulfillment_line_items: Nodes[ParcelLineDoc] = Nodes()


class TransactionDoc(CamelDoc):
    id: str
    kind: str
    status: str
    gateway: Text = ""
    error_code: Text = ""
    processed_at: datetime | None = None
    created_at: datetime
    amount_set: MoneyDoc
    parent_transaction: IdDoc | None = None


class StatusDoc(CamelDoc):
    status: str


class GivenBackDoc(CamelDoc):
    """That a refund is there says nothing of the money: its transactions do."""

    id: str
    transactions: Nodes[StatusDoc] = Nodes()


class RefundDoc(GivenBackDoc):
    note: Text = ""
    created_at: datetime | None = None
    total_refunded_set: MoneyDoc


class ReturnLineDoc(CamelDoc):
    quantity: int = 0
    return_reason_note: Text = ""
    fulfillment_line_item: ParcelLineDoc | None = None


class ReturnDoc(CamelDoc):
    id: str
    name: Text = ""
    status: Text = ""
    created_at: datetime
    return_line_items: Nodes[ReturnLineDoc] = Nodes()


class CancellationDoc(CamelDoc):
    staff_note: Text = ""


class OrderDoc(CamelDoc):
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


class OrderAnswer(CamelDoc):
    order: OrderDoc | None = None


class OrdersAnswer(CamelDoc):
    orders: Nodes[IdDoc]


class CustomersAnswer(CamelDoc):
    customers: Nodes[CustomerDoc]


class CustomerAnswer(CamelDoc):
    customer: CustomerDoc | None = None


class ReturnableItemDoc(CamelDoc):
    quantity: int = 0
    fulfillment_line_item: ParcelLineDoc


class ReturnableDoc(CamelDoc):
    returnable_fulfillment_line_items: Nodes[ReturnableItemDoc] = Nodes()


class ReturnableAnswer(CamelDoc):
    returnable_fulfillments: Nodes[ReturnableDoc]


class JobDoc(CamelDoc):
    id: str
    done: bool = False


class JobAnswer(CamelDoc):
    job: JobDoc | None = None


class ShopAnswer(CamelDoc):
    shop: IdDoc


class CancelDoc(CamelDoc):
    job: JobDoc | None = None


class RefundedDoc(CamelDoc):
    refund: GivenBackDoc


class NamedDoc(CamelDoc):
    id: str
    name: Text = ""


class ReturnedDoc(CamelDoc):
    return_: NamedDoc | None = Field(None, alias="return")


class Done(CamelDoc):
    """A write of which only the errors matter."""
