"""What the shop sells and how it sends: products, variants, promotions, shipping options, return reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

from voicebot.oms.connector import Deadline, NotAllowed, NotFound
from voicebot.oms.connectors.documents import Text
from voicebot.oms.connectors.medusa.documents import Doc, Number, TagDoc, some
from voicebot.oms.connectors.medusa.session import Params, Session
from voicebot.oms.money import Money
from voicebot.oms.products import Product, ProductSearch, Promotion, Variant

_PRODUCT_FIELDS = ",".join(
    (
        "id,title,status,metadata,type.value,tags.value",
        "variants.id,variants.sku,variants.title,variants.manage_inventory,variants.allow_backorder",
        "variants.prices.amount,variants.prices.currency_code",
        "variants.options.value,variants.options.option.title",
    )
)


class PriceDoc(Doc):
    amount: Number = Decimal(0)
    currency_code: Text = ""


class OptionTitleDoc(Doc):
    title: Text = ""


class OptionDoc(Doc):
    value: Text = ""
    option: OptionTitleDoc | None = None


class VariantDoc(Doc):
    id: str
    sku: Text = ""
    title: Text = ""
    manage_inventory: bool = True
    allow_backorder: bool = False
    inventory_quantity: int | None = None
    product_id: str | None = None
    prices: Annotated[tuple[PriceDoc, ...], BeforeValidator(some)] = ()
    options: Annotated[tuple[OptionDoc, ...], BeforeValidator(some)] = ()

    @property
    def spoken(self) -> str:
        """Its options as one would say them: "9, black"."""
        return ", ".join(option.value for option in self.options if option.value) or self.title


class TypeDoc(Doc):
    value: Text = ""


class ProductDoc(Doc):
    id: str
    title: Text = ""
    status: Text = ""
    type: TypeDoc | None = None
    tags: Annotated[tuple[TagDoc, ...], BeforeValidator(some)] = ()
    variants: Annotated[tuple[VariantDoc, ...], BeforeValidator(some)] = ()


class _ProductAnswer(Doc):
    product: ProductDoc


class _ProductsAnswer(Doc):
    products: tuple[ProductDoc, ...]


class _VariantsAnswer(Doc):
    variants: tuple[VariantDoc, ...]


class _RuleDoc(Doc):
    attribute: Text = ""
    value: object = None


class _LocationDoc(Doc):
    id: str


class _SetDoc(Doc):
    location: _LocationDoc | None = None


class _ZoneDoc(Doc):
    fulfillment_set: _SetDoc | None = None


class ShippingOptionDoc(Doc):
    id: str
    rules: Annotated[tuple[_RuleDoc, ...], BeforeValidator(some)] = ()
    service_zone: _ZoneDoc | None = None

    @property
    def is_return(self) -> bool:
        return any(rule.attribute == "is_return" and str(rule.value).lower() == "true" for rule in self.rules)

    @property
    def location_id(self) -> str | None:
        zone = self.service_zone
        place = zone.fulfillment_set.location if zone and zone.fulfillment_set else None
        return place.id if place else None


class _OptionsAnswer(Doc):
    shipping_options: tuple[ShippingOptionDoc, ...]


class _ReasonDoc(Doc):
    id: str
    value: Text = ""


class _ReasonsAnswer(Doc):
    return_reasons: tuple[_ReasonDoc, ...]


class _BudgetDoc(Doc):
    type: Text = ""
    limit: int | None = None
    used: int | None = None


class _CampaignDoc(Doc):
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    budget: _BudgetDoc | None = None


class _MethodDoc(Doc):
    type: Text = ""
    value: Number = Decimal(0)
    currency_code: Text = ""


class PromotionDoc(Doc):
    code: Text = ""
    status: Text = ""
    limit: int | None = None
    used: int | None = None
    application_method: _MethodDoc | None = None
    campaign: _CampaignDoc | None = None


class _PromotionsAnswer(Doc):
    promotions: tuple[PromotionDoc, ...]


class Catalogue:
    """Reads, each with the caller's deadline. Raises `OmsError`s.

    Args:
        currency: ISO 4217, in which prices are told; None takes the first that a variant has.
        zone: the shop's, in which days are counted.
    """

    def __init__(self, session: Session, *, zone: ZoneInfo, currency: str | None = None) -> None:
        self._session = session
        self._zone = zone
        self._currency = currency

    async def products(self, search: ProductSearch, *, limit: int, deadline: Deadline) -> tuple[Product, ...]:
        """Published products by words, or the one that has a SKU."""
        if search.sku:
            found = await self.variant(search.sku, deadline)
            return await self._mapped([found[0]] if found else [], deadline)
        params: Params = {"q": search.text, "status[]": ["published"], "limit": str(limit), "fields": _PRODUCT_FIELDS}
        answer = await self._session.get("products", _ProductsAnswer, deadline, params)
        return await self._mapped([doc for doc in answer.products if doc.status == "published"], deadline)

    async def variant(self, sku: str, deadline: Deadline) -> tuple[ProductDoc, VariantDoc] | None:
        """Product and variant of a SKU, in any case; None when the shop does not sell it."""
        rows: tuple[VariantDoc, ...] = ()
        for search in ({"sku": sku}, {"q": sku}):
            params: Params = {**search, "limit": "50", "fields": "id,sku,product_id"}
            answer = await self._session.get("product-variants", _VariantsAnswer, deadline, params)
            rows = tuple(row for row in answer.variants if row.sku.lower() == sku.strip().lower() and row.product_id)
            if rows:
                break
        if not rows:
            return None
        path = f"products/{rows[0].product_id}"
        product = (await self._session.get(path, _ProductAnswer, deadline, {"fields": _PRODUCT_FIELDS})).product
        return next(((product, variant) for variant in product.variants if variant.id == rows[0].id), None)

    async def sold(self, sku: str, pieces: int, deadline: Deadline) -> tuple[ProductDoc, VariantDoc]:
        """Product and variant of a SKU with enough on the shelf. Raises `NotAllowed`."""
        found = await self.variant(sku, deadline)
        if found is None:
            raise NotAllowed(f"there is no {sku}", where="the shop", reason="not_found")
        stock = (await self._stock([found[1]], deadline))[found[1].id]
        if stock is not None and stock < pieces:
            raise NotAllowed(f"only {stock} of {sku} are left", where="the shop", reason="out_of_stock")
        return found

    async def promotion(self, code: str, deadline: Deadline) -> Promotion:
        """Raises `NotFound`."""
        fields = "code,status,limit,used,*application_method,*campaign,*campaign.budget"
        params: Params = {"q": code, "limit": "50", "fields": fields}
        answer = await self._session.get("promotions", _PromotionsAnswer, deadline, params)
        for doc in answer.promotions:
            if doc.code.strip().upper() == code.strip().upper():
                return self._promotion(doc)
        raise NotFound("there is no such code", where="promotions")

    async def way_back(self, location: str | None, deadline: Deadline) -> ShippingOptionDoc | None:
        """How goods come back to a location, or to anywhere; None when the shop has no such option."""
        return _nearest((o for o in await self._options(deadline) if o.is_return), location)

    async def way_out(self, location: str | None, deadline: Deadline) -> ShippingOptionDoc | None:
        return _nearest((o for o in await self._options(deadline) if not o.is_return), location)

    async def reason_id(self, value: str, deadline: Deadline) -> str | None:
        """Id of one of the shop's return reasons; None when it has no such."""
        answer = await self._session.get("return-reasons", _ReasonsAnswer, deadline, {"limit": "100"})
        return next((reason.id for reason in answer.return_reasons if reason.value == value), None)

    async def _options(self, deadline: Deadline) -> tuple[ShippingOptionDoc, ...]:
        params: Params = {
            "limit": "100",
            "fields": "id,rules.attribute,rules.value,*service_zone.fulfillment_set.location",
        }
        return (await self._session.get("shipping-options", _OptionsAnswer, deadline, params)).shipping_options

    async def _mapped(self, docs: list[ProductDoc], deadline: Deadline) -> tuple[Product, ...]:
        stock = await self._stock([row for doc in docs for row in doc.variants], deadline)
        return tuple(self._product(doc, stock) for doc in docs)

    async def _stock(self, rows: list[VariantDoc], deadline: Deadline) -> dict[str, int | None]:
        """Pieces on the shelf by variant id; None when the shop does not count them, or sells more than it has.

        Only the list of variants has the count: products come without it, whatever fields are asked for.
        """
        counted = [row.id for row in rows if row.manage_inventory and not row.allow_backorder]
        stock: dict[str, int | None] = {row.id: None for row in rows}
        if counted:
            params: Params = {"id[]": counted, "limit": str(len(counted)), "fields": "id,inventory_quantity"}
            answer = await self._session.get("product-variants", _VariantsAnswer, deadline, params)
            stock |= {row.id: row.inventory_quantity for row in answer.variants}
        return stock

    def _product(self, doc: ProductDoc, stock: Mapping[str, int | None]) -> Product:
        return Product(
            id=doc.id,
            name=doc.title,
            product_type=doc.type.value if doc.type else "",
            variants=tuple(
                Variant(sku=row.sku, price=price, options=_options_of(row), stock=stock.get(row.id))
                for row in doc.variants
                if row.sku and (price := self._price(row)) is not None
            ),
            tags=tuple(tag.value for tag in doc.tags if tag.value),
        )

    def _price(self, row: VariantDoc) -> Money | None:
        """In the shop's currency, before taxes where the shop counts them on top."""
        prices: Mapping[str, Decimal] = {price.currency_code.upper(): price.amount for price in row.prices}
        if not prices:
            return None
        wanted = self._currency or ""
        currency = wanted if wanted in prices else next(iter(prices))
        return Money.of(prices[currency], currency)

    def _promotion(self, doc: PromotionDoc) -> Promotion:
        method, campaign = doc.application_method, doc.campaign
        budget = campaign.budget if campaign and campaign.budget and campaign.budget.type == "usage" else None
        limits = [(doc.limit, doc.used), (budget.limit, budget.used) if budget else (None, None)]
        left = [max(0, limit - (used or 0)) for limit, used in limits if limit is not None]
        percent = int(method.value) if method and method.type == "percentage" else None
        fixed = method and method.type == "fixed" and method.currency_code
        return Promotion(
            code=doc.code,
            active=doc.status == "active",
            starts_on=self._day(campaign.starts_at if campaign else None),
            ends_on=self._day(campaign.ends_at if campaign else None),
            percent=percent,
            amount=Money.of(method.value, method.currency_code.upper()) if method and fixed else None,
            uses_left=min(left) if left else None,
        )

    def _day(self, at: datetime | None) -> date | None:
        return at.astimezone(self._zone).date() if at else None


def _nearest(options: Iterable[ShippingOptionDoc], location: str | None) -> ShippingOptionDoc | None:
    all_of_them = list(options)
    here = [option for option in all_of_them if location is not None and option.location_id == location]
    return next(iter(here or all_of_them), None)


def _options_of(row: VariantDoc) -> dict[str, str]:
    return {o.option.title.lower(): o.value for o in row.options if o.option and o.option.title}
