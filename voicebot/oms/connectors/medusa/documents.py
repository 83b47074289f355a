"""Medusa's JSON, as much of it as is read. What is missing has a default where its absence means something."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from voicebot.oms.connectors.documents import Text

Number = Annotated[Decimal, BeforeValidator(lambda value: 0 if value is None else value)]
Count = Annotated[int, BeforeValidator(lambda value: 0 if value is None else value)]
Metadata = Annotated[dict[str, Any], BeforeValidator(lambda value: value or {})]


def some(value: Any) -> Any:
    """A validator: lists come as null, and their members as null when a link leads nowhere."""
    return [member for member in value or () if member is not None]


class Doc(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Nothing(Doc):
    """An answer of which nothing is needed."""


class AddressDoc(Doc):
    first_name: Text = ""
    last_name: Text = ""
    address_1: Text = ""
    address_2: Text = ""
    city: Text = ""
    province: Text = ""
    postal_code: Text = ""
    country_code: Text = ""
    phone: Text = ""
    is_default_shipping: bool | None = None


class GroupDoc(Doc):
    name: Text = ""


class CustomerDoc(Doc):
    id: str
    email: Text = ""
    phone: Text = ""
    first_name: Text = ""
    last_name: Text = ""
    has_account: bool = False
    groups: Annotated[tuple[GroupDoc, ...], BeforeValidator(some)] = ()
    addresses: Annotated[tuple[AddressDoc, ...], BeforeValidator(some)] = ()
    metadata: Metadata = {}
    deleted_at: datetime | None = None


class TagDoc(Doc):
    value: Text = ""


class ItemProductDoc(Doc):
    tags: Annotated[tuple[TagDoc, ...], BeforeValidator(some)] = ()


class ItemVariantDoc(Doc):
    product: ItemProductDoc | None = None


class DetailDoc(Doc):
    """Pieces, at each point of their life."""

    quantity: Count = 0
    fulfilled_quantity: Count = 0
    shipped_quantity: Count = 0
    delivered_quantity: Count = 0
    return_requested_quantity: Count = 0
    return_received_quantity: Count = 0
    return_dismissed_quantity: Count = 0
    written_off_quantity: Count = 0


class ItemDoc(Doc):
    """`total` is what all its pieces cost, discounts off and taxes in."""

    id: str
    title: Text = ""
    product_title: Text = ""
    variant_title: Text = ""
    variant_id: str | None = None
    variant_sku: Text = ""
    product_type: Text = ""
    created_at: datetime | None = None
    total: Number = Decimal(0)
    detail: DetailDoc
    variant: ItemVariantDoc | None = None


class FulfilledDoc(Doc):
    line_item_id: str | None = None
    quantity: Count = 0


class LabelDoc(Doc):
    tracking_number: Text = ""
    tracking_url: Text = ""


class FulfillmentDoc(Doc):
    id: str
    location_id: str | None = None
    created_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    canceled_at: datetime | None = None
    items: Annotated[tuple[FulfilledDoc, ...], BeforeValidator(some)] = ()
    labels: Annotated[tuple[LabelDoc, ...], BeforeValidator(some)] = ()


class RefundReasonDoc(Doc):
    label: Text = ""


class RefundDoc(Doc):
    id: str
    amount: Number = Decimal(0)
    note: Text = ""
    created_at: datetime | None = None
    refund_reason: RefundReasonDoc | None = None


class CaptureDoc(Doc):
    amount: Number = Decimal(0)


class PaymentDoc(Doc):
    id: str
    amount: Number = Decimal(0)
    provider_id: Text = ""
    captured_at: datetime | None = None
    canceled_at: datetime | None = None
    captures: Annotated[tuple[CaptureDoc, ...], BeforeValidator(some)] = ()
    refunds: Annotated[tuple[RefundDoc, ...], BeforeValidator(some)] = ()

    @property
    def left(self) -> Decimal:
        """Captured and not yet given back, with all of Medusa's decimals."""
        return sum((c.amount for c in self.captures), Decimal(0)) - sum((r.amount for r in self.refunds), Decimal(0))


class PaymentCollectionDoc(Doc):
    payments: Annotated[tuple[PaymentDoc, ...], BeforeValidator(some)] = ()


class ReturnItemDoc(Doc):
    """`note` has the reason in words: of the shop's own list of reasons an order brings only ids."""

    item_id: str
    quantity: Count = 0
    note: Text = ""


class LinkedDoc(Doc):
    id: str
    display_id: Count = 0


class ReturnDoc(Doc):
    id: str
    display_id: Count = 0
    status: Text = ""
    created_at: datetime
    requested_at: datetime | None = None
    canceled_at: datetime | None = None
    exchange: LinkedDoc | None = None
    metadata: Metadata = {}
    items: Annotated[tuple[ReturnItemDoc, ...], BeforeValidator(some)] = ()


class AddedDoc(Doc):
    item_id: str | None = None
    quantity: Count = 0
    reason: Text = ""


class SwapDoc(Doc):
    """An exchange or a claim: what is sent in addition."""

    id: str
    order_id: str
    display_id: Count = 0
    return_id: str | None = None
    created_at: datetime
    canceled_at: datetime | None = None
    additional_items: Annotated[tuple[AddedDoc, ...], BeforeValidator(some)] = ()
    claim_items: Annotated[tuple[AddedDoc, ...], BeforeValidator(some)] = ()


class OrderDoc(Doc):
    id: str
    display_id: int
    custom_display_id: str | None = None
    status: Text = ""
    payment_status: Text = ""
    currency_code: str
    created_at: datetime
    canceled_at: datetime | None = None
    email: Text = ""
    total: Number = Decimal(0)
    credit_line_total: Number = Decimal(0)
    discount_total: Number = Decimal(0)
    shipping_total: Number = Decimal(0)
    customer_id: str | None = None
    customer: CustomerDoc | None = None
    metadata: Metadata = {}
    shipping_address: AddressDoc | None = None
    items: Annotated[tuple[ItemDoc, ...], BeforeValidator(some)] = ()
    fulfillments: Annotated[tuple[FulfillmentDoc, ...], BeforeValidator(some)] = ()
    payment_collections: Annotated[tuple[PaymentCollectionDoc, ...], BeforeValidator(some)] = ()
    returns: Annotated[tuple[ReturnDoc, ...], BeforeValidator(some)] = ()

    @property
    def number(self) -> str:
        """What is printed for the customer."""
        return self.custom_display_id or str(self.display_id)

    @property
    def payments(self) -> tuple[PaymentDoc, ...]:
        return tuple(p for collection in self.payment_collections for p in collection.payments if not p.canceled_at)


#: Asked for with every order. Items, totals and payment collections come along whether asked for or not.
ORDER_FIELDS = ",".join(
    (
        "id,display_id,custom_display_id,status,payment_status,currency_code,created_at,canceled_at,email,metadata",
        "total,credit_line_total,discount_total,shipping_total,customer_id",
        "customer.id,customer.first_name,customer.has_account,customer.metadata,customer.groups.name",
        "*shipping_address,*items,*items.detail,items.variant.product.tags.value",
        "*fulfillments,*fulfillments.items,*fulfillments.labels",
        "*payment_collections.payments,*payment_collections.payments.captures",
        "*payment_collections.payments.refunds,payment_collections.payments.refunds.refund_reason.label",
        "*returns,*returns.items,returns.exchange.id",
    )
)
CUSTOMER_FIELDS = "id,email,phone,first_name,last_name,has_account,metadata,groups.name,*addresses"
EXCHANGE_FIELDS = "id,order_id,display_id,return_id,created_at,canceled_at,*additional_items"
CLAIM_FIELDS = f"{EXCHANGE_FIELDS},*claim_items"


class OrderAnswer(Doc):
    order: OrderDoc


class OrdersAnswer(Doc):
    orders: tuple[OrderDoc, ...]
    count: int = 0


class NumberDoc(Doc):
    display_id: int
    custom_display_id: str | None = None


class NumbersAnswer(Doc):
    orders: tuple[NumberDoc, ...]
    count: int = 0


class CustomerAnswer(Doc):
    customer: CustomerDoc


class CustomersAnswer(Doc):
    customers: tuple[CustomerDoc, ...]


class ExchangesAnswer(Doc):
    exchanges: tuple[SwapDoc, ...] = ()


class ClaimsAnswer(Doc):
    claims: tuple[SwapDoc, ...] = ()


class ChangeDoc(Doc):
    """An order change: pending while it is a draft, then confirmed; `internal_note` carries our mark."""

    id: str
    change_type: Text = ""
    status: Text = ""
    internal_note: Text = ""
    return_id: str | None = None
    claim_id: str | None = None
    exchange_id: str | None = None
    created_at: datetime
    confirmed_at: datetime | None = None


class ChangesAnswer(Doc):
    order_changes: tuple[ChangeDoc, ...]


class OpenedAnswer(Doc):
    """Of the call that opens a draft; exactly one of the four is there."""

    returned: LinkedDoc | None = Field(default=None, alias="return")
    exchange: LinkedDoc | None = None
    claim: LinkedDoc | None = None
    order_change: LinkedDoc | None = None

    @property
    def id(self) -> str:
        return self._opened.id if self._opened else ""

    @property
    def number(self) -> str:
        """What the back office shows for it; an edit has none."""
        return str(self._opened.display_id) if self._opened and self._opened.display_id else ""

    @property
    def _opened(self) -> LinkedDoc | None:
        return self.returned or self.exchange or self.claim or self.order_change


class PreviewDoc(Doc):
    """The order as it would be. `total` is compared with the order's own: the `summary` beside it is not kept up to
    date before an order is packed for the first time."""

    total: Number = Decimal(0)


class PreviewAnswer(Doc):
    """Of every call that builds or confirms a draft."""

    order_preview: PreviewDoc = PreviewDoc()
    returned: ReturnDoc | None = Field(default=None, alias="return")
    exchange: SwapDoc | None = None
    claim: SwapDoc | None = None
