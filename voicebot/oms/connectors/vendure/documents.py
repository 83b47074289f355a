"""Vendure's JSON, as much of it as is read. Money is in units of the shop's own precision (see `Scale`)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from voicebot.oms.connectors.documents import CamelDoc, Text


def _items(value: object) -> object:
    return () if value is None else value


def _identity(value: object) -> object:
    """Ids are strings or whole numbers, as the shop's strategy has them."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Id = Annotated[str, BeforeValidator(_identity)]


class IdDoc(CamelDoc):
    id: Id = ""


class NameDoc(CamelDoc):
    name: Text = ""


class CustomerDoc(CamelDoc):
    id: Id
    first_name: Text = ""
    last_name: Text = ""
    email_address: Text = ""
    phone_number: Text = ""
    user: IdDoc | None = None
    groups: Annotated[tuple[NameDoc, ...], BeforeValidator(_items)] = ()

    @property
    def has_account(self) -> bool:
        """Guests are customers without a user."""
        return self.user is not None


class CountryDoc(CamelDoc):
    code: Text = ""


class AddressDoc(CamelDoc):
    full_name: Text = ""
    street_line1: Text = ""
    street_line2: Text = ""
    city: Text = ""
    province: Text = ""
    postal_code: Text = ""
    country_code: Text = ""
    phone_number: Text = ""
    country: CountryDoc | None = None
    default_shipping_address: bool | None = None


class CodeDoc(CamelDoc):
    code: Text = ""


class OptionDoc(CamelDoc):
    name: Text = ""
    group: CodeDoc = CodeDoc()


class FacetValueDoc(CamelDoc):
    code: Text = ""
    facet: CodeDoc = CodeDoc()


class LineProductDoc(CamelDoc):
    name: Text = ""
    facet_values: tuple[FacetValueDoc, ...] = ()


class LineVariantDoc(CamelDoc):
    sku: Text = ""
    name: Text = ""
    options: tuple[OptionDoc, ...] = ()
    product: LineProductDoc = LineProductDoc()


class LineDoc(CamelDoc):
    id: Id
    quantity: int
    order_placed_quantity: int = 0
    prorated_unit_price_with_tax: int
    product_variant: LineVariantDoc


class RefundDoc(CamelDoc):
    id: Id
    total: int
    state: str
    reason: Text = ""
    method: Text = ""
    created_at: datetime | None = None


class PaymentDoc(CamelDoc):
    id: Id
    state: str
    amount: int
    method: Text = ""
    transaction_id: Text = ""
    created_at: datetime
    error_message: Text = ""
    refunds: Annotated[tuple[RefundDoc, ...], BeforeValidator(_items)] = ()

    @property
    def left(self) -> int:
        """Captured, and not promised back."""
        if self.state != "Settled":
            return 0
        return max(0, self.amount - sum(refund.total for refund in self.refunds if refund.state != "Failed"))


class ParcelLineDoc(CamelDoc):
    order_line_id: Id
    quantity: int


class FulfillmentDoc(CamelDoc):
    id: Id
    state: str
    method: Text = ""
    tracking_code: Text = ""
    created_at: datetime
    updated_at: datetime
    lines: tuple[ParcelLineDoc, ...] = ()


class DiscountDoc(CamelDoc):
    amount_with_tax: int = 0


class ModificationDoc(CamelDoc):
    id: Id
    note: Text = ""
    price_change: int = 0


class HistoryDoc(CamelDoc):
    type: str
    created_at: datetime
    data: Annotated[dict[str, Any], BeforeValidator(lambda value: value or {})] = Field(default_factory=dict)
    administrator: IdDoc | None = None


class HistoryList(CamelDoc):
    items: tuple[HistoryDoc, ...] = ()


class OrderDoc(CamelDoc):
    id: Id
    code: str
    state: str
    active: bool = False
    created_at: datetime
    order_placed_at: datetime | None = None
    currency_code: str
    total_with_tax: int
    shipping_with_tax: int = 0
    coupon_codes: tuple[str, ...] = ()
    discounts: tuple[DiscountDoc, ...] = ()
    customer: CustomerDoc | None = None
    shipping_address: AddressDoc | None = None
    lines: tuple[LineDoc, ...] = ()
    payments: Annotated[tuple[PaymentDoc, ...], BeforeValidator(_items)] = ()
    fulfillments: Annotated[tuple[FulfillmentDoc, ...], BeforeValidator(_items)] = ()
    modifications: Annotated[tuple[ModificationDoc, ...], BeforeValidator(_items)] = ()
    history: HistoryList = HistoryList()
    """Newest first."""

    def events(self, kind: str) -> list[HistoryDoc]:
        """Entries of the history of one type, newest first."""
        return [entry for entry in self.history.items if entry.type == kind]


class OrderList(CamelDoc):
    items: tuple[OrderDoc, ...] = ()


class OrderAnswer(CamelDoc):
    order: OrderDoc | None = None


class OrdersAnswer(CamelDoc):
    orders: OrderList


class BuyerDoc(CustomerDoc):
    orders: OrderList = OrderList()


class BuyerList(CamelDoc):
    items: tuple[BuyerDoc, ...] = ()


class BuyersAnswer(CamelDoc):
    customers: BuyerList


class BuyerAnswer(CamelDoc):
    customer: BuyerDoc | None = None


class CustomerList(CamelDoc):
    items: tuple[CustomerDoc, ...] = ()


class CustomersAnswer(CamelDoc):
    customers: CustomerList


class ProfileDoc(CustomerDoc):
    addresses: Annotated[tuple[AddressDoc, ...], BeforeValidator(_items)] = ()


class ProfileAnswer(CamelDoc):
    customer: ProfileDoc | None = None


class CodeList(CamelDoc):
    items: tuple[CodeDoc, ...] = ()


class NumbersAnswer(CamelDoc):
    orders: CodeList


class IdList(CamelDoc):
    items: tuple[IdDoc, ...] = ()


class StatesAnswer(CamelDoc):
    orders: IdList


class ServerConfigDoc(CamelDoc):
    money_strategy_precision: int = 2


class GlobalSettingsDoc(CamelDoc):
    server_config: ServerConfigDoc = ServerConfigDoc()


class ShopAnswer(CamelDoc):
    global_settings: GlobalSettingsDoc
    active_administrator: IdDoc | None = None


class StockDoc(CamelDoc):
    stock_on_hand: int = 0
    stock_allocated: int = 0


class VariantDoc(CamelDoc):
    id: Id
    sku: Text = ""
    name: Text = ""
    enabled: bool = True
    price_with_tax: int = 0
    currency_code: str = ""
    track_inventory: str = "INHERIT"
    stock_levels: tuple[StockDoc, ...] = ()
    options: tuple[OptionDoc, ...] = ()


class ProductDoc(CamelDoc):
    id: Id
    name: Text = ""
    enabled: bool = True
    facet_values: tuple[FacetValueDoc, ...] = ()
    variants: tuple[VariantDoc, ...] = ()


class ProductList(CamelDoc):
    items: tuple[ProductDoc, ...] = ()


class ProductsAnswer(CamelDoc):
    products: ProductList


class FoundVariantDoc(VariantDoc):
    product: ProductDoc


class VariantList(CamelDoc):
    items: tuple[FoundVariantDoc, ...] = ()


class VariantsAnswer(CamelDoc):
    product_variants: VariantList


class ArgDoc(CamelDoc):
    name: str
    value: Text = ""


class OperationDoc(CamelDoc):
    code: str
    args: tuple[ArgDoc, ...] = ()

    def arg(self, name: str) -> str:
        return next((arg.value for arg in self.args if arg.name == name), "")


class PromotionDoc(CamelDoc):
    coupon_code: Text = ""
    enabled: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    usage_limit: int | None = None
    actions: tuple[OperationDoc, ...] = ()
    conditions: tuple[OperationDoc, ...] = ()


class PromotionList(CamelDoc):
    items: tuple[PromotionDoc, ...] = ()


class PromotionsAnswer(CamelDoc):
    promotions: PromotionList


class ChangedDoc(CamelDoc):
    """What a write answers with."""

    id: Id = ""
    state: Text = ""
    total_with_tax: int = 0
