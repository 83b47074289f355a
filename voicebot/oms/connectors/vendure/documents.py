"""Vendure's JSON, as much of it as is read. Money is in units of the shop's own precision (see `Scale`)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel


def _text(value: object) -> object:
    return "" if value is None else value


def _items(value: object) -> object:
    return () if value is None else value


def _identity(value: object) -> object:
    """Ids are strings or whole numbers, as the shop's strategy has them."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_text)]
Id = Annotated[str, BeforeValidator(_identity)]


class Doc(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class IdDoc(Doc):
    id: Id = ""


class NameDoc(Doc):
    name: Text = ""


class CustomerDoc(Doc):
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


class CountryDoc(Doc):
    code: Text = ""


class AddressDoc(Doc):
    full_name: Text = ""
    street_line1: Text = ""
    street_line2: Text = ""
    city: Text = ""
    province: Text = ""
    postal_code: Text = ""
    country_code: Text = ""
    phone_number: Text = ""
    country: CountryDoc | None = None


class CodeDoc(Doc):
    code: Text = ""


class OptionDoc(Doc):
    name: Text = ""
    group: CodeDoc = CodeDoc()


class FacetValueDoc(Doc):
    code: Text = ""
    facet: CodeDoc = CodeDoc()


class LineProductDoc(Doc):
    name: Text = ""
    facet_values: tuple[FacetValueDoc, ...] = ()


class LineVariantDoc(Doc):
    sku: Text = ""
    name: Text = ""
    options: tuple[OptionDoc, ...] = ()
    product: LineProductDoc = LineProductDoc()


class LineDoc(Doc):
    id: Id
    quantity: int
    order_placed_quantity: int = 0
    prorated_unit_price_with_tax: int
    product_variant: LineVariantDoc


class RefundDoc(Doc):
    id: Id
    total: int
    state: str
    reason: Text = ""
    method: Text = ""
    created_at: datetime | None = None


class PaymentDoc(Doc):
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


class ParcelLineDoc(Doc):
    order_line_id: Id
    quantity: int


class FulfillmentDoc(Doc):
    id: Id
    state: str
    method: Text = ""
    tracking_code: Text = ""
    created_at: datetime
    updated_at: datetime
    lines: tuple[ParcelLineDoc, ...] = ()


class DiscountDoc(Doc):
    amount_with_tax: int = 0


class ModificationDoc(Doc):
    id: Id
    note: Text = ""
    price_change: int = 0


class HistoryDoc(Doc):
    type: str
    created_at: datetime
    data: Annotated[dict[str, Any], BeforeValidator(lambda value: value or {})] = {}
    administrator: IdDoc | None = None


class HistoryList(Doc):
    items: tuple[HistoryDoc, ...] = ()


class OrderDoc(Doc):
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


class OrderList(Doc):
    items: tuple[OrderDoc, ...] = ()


class OrderAnswer(Doc):
    order: OrderDoc | None = None


class OrdersAnswer(Doc):
    orders: OrderList


class BuyerDoc(CustomerDoc):
    orders: OrderList = OrderList()


class BuyerList(Doc):
    items: tuple[BuyerDoc, ...] = ()


class BuyersAnswer(Doc):
    customers: BuyerList


class BuyerAnswer(Doc):
    customer: BuyerDoc | None = None


class CustomerList(Doc):
    items: tuple[CustomerDoc, ...] = ()


class CustomersAnswer(Doc):
    customers: CustomerList


class ProfileDoc(CustomerDoc):
    addresses: Annotated[tuple[AddressDoc, ...], BeforeValidator(_items)] = ()


class ProfileAnswer(Doc):
    customer: ProfileDoc | None = None


class CodeList(Doc):
    items: tuple[CodeDoc, ...] = ()


class NumbersAnswer(Doc):
    orders: CodeList


class IdList(Doc):
    items: tuple[IdDoc, ...] = ()


class StatesAnswer(Doc):
    orders: IdList


class ServerConfigDoc(Doc):
    money_strategy_precision: int = 2


class GlobalSettingsDoc(Doc):
    server_config: ServerConfigDoc = ServerConfigDoc()


class ShopAnswer(Doc):
    global_settings: GlobalSettingsDoc
    active_administrator: IdDoc | None = None


class StockDoc(Doc):
    stock_on_hand: int = 0
    stock_allocated: int = 0


class VariantDoc(Doc):
    id: Id
    sku: Text = ""
    name: Text = ""
    enabled: bool = True
    price_with_tax: int = 0
    currency_code: str = ""
    track_inventory: str = "INHERIT"
    stock_levels: tuple[StockDoc, ...] = ()
    options: tuple[OptionDoc, ...] = ()


class ProductDoc(Doc):
    id: Id
    name: Text = ""
    enabled: bool = True
    facet_values: tuple[FacetValueDoc, ...] = ()
    variants: tuple[VariantDoc, ...] = ()


class ProductList(Doc):
    items: tuple[ProductDoc, ...] = ()


class ProductsAnswer(Doc):
    products: ProductList


class FoundVariantDoc(VariantDoc):
    product: ProductDoc


class VariantList(Doc):
    items: tuple[FoundVariantDoc, ...] = ()


class VariantsAnswer(Doc):
    product_variants: VariantList


class ArgDoc(Doc):
    name: str
    value: Text = ""


class OperationDoc(Doc):
    code: str
    args: tuple[ArgDoc, ...] = ()

    def arg(self, name: str) -> str:
        return next((arg.value for arg in self.args if arg.name == name), "")


class PromotionDoc(Doc):
    coupon_code: Text = ""
    enabled: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    usage_limit: int | None = None
    actions: tuple[OperationDoc, ...] = ()
    conditions: tuple[OperationDoc, ...] = ()


class PromotionList(Doc):
    items: tuple[PromotionDoc, ...] = ()


class PromotionsAnswer(Doc):
    promotions: PromotionList


class ChangedDoc(Doc):
    """What a write answers with."""

    id: Id = ""
    state: Text = ""
    total_with_tax: int = 0
