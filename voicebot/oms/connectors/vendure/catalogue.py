"""What the shop sells, and the codes that make it cheaper."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from voicebot.oms.connector import Deadline, NotAllowed, NotFound
from voicebot.oms.connectors.vendure import mapping, queries
from voicebot.oms.connectors.vendure.documents import (
    FoundVariantDoc,
    ProductDoc,
    ProductsAnswer,
    PromotionDoc,
    PromotionsAnswer,
    VariantDoc,
    VariantsAnswer,
)
from voicebot.oms.connectors.vendure.reading import Reader
from voicebot.oms.connectors.vendure.session import Session
from voicebot.oms.products import Product, ProductSearch, Promotion, Variant

_WORDS = 6


class Catalogue:
    """Args:
    zone: the shop's, in which a promotion's days are counted.
    currency: ISO 4217, in which amounts off are told; None takes US dollars, as their documents name none.
    """

    def __init__(self, session: Session, reader: Reader, *, zone: ZoneInfo, currency: str | None) -> None:
        self._session = session
        self._reader = reader
        self._zone = zone
        self._currency = currency or "USD"

    async def products(self, search: ProductSearch, *, limit: int, deadline: Deadline) -> tuple[Product, ...]:
        """By SKU its whole product, else those whose names hold all the words."""
        if search.sku:
            docs = [found.product for found in await self._by_sku(search.sku, deadline)]
        else:
            words = search.text.split()[:_WORDS]
            if not words:
                return ()
            options = {"filter": {"_and": [{"name": {"contains": word}} for word in words]}, "take": limit}
            answer = await self._session.ask(queries.PRODUCTS, ProductsAnswer, deadline, options=options)
            low = [word.casefold() for word in words]
            docs = [doc for doc in answer.products.items if all(word in doc.name.casefold() for word in low)]
        scale = await self._reader.scale(deadline)
        unique = {doc.id: doc for doc in docs if doc.enabled}
        return tuple(_product(doc, scale) for doc in list(unique.values())[:limit])

    async def sold(self, sku: str, pieces: int, deadline: Deadline) -> FoundVariantDoc:
        """The variant with a SKU. Raises `NotAllowed` when it does not exist or there are not enough."""
        found = next((doc for doc in await self._by_sku(sku, deadline) if doc.enabled and doc.product.enabled), None)
        if found is None:
            raise NotAllowed("there is nothing with that SKU", where="the catalogue", reason="not_found")
        stock = _stock(found)
        if stock is not None and stock < pieces:
            raise NotAllowed("there is not enough stock", where="the catalogue", reason="out_of_stock")
        return found

    async def promotion(self, code: str, deadline: Deadline) -> Promotion:
        """Raises `NotFound`."""
        answer = await self._session.ask(queries.PROMOTIONS, PromotionsAnswer, deadline, code=code.strip())
        wanted = code.strip().upper()
        found = next((doc for doc in answer.promotions.items if doc.coupon_code.upper() == wanted), None)
        if found is None:
            raise NotFound("there is no such code", where="Promotions")
        return _promotion(found, await self._reader.scale(deadline), self._zone, self._currency)

    async def _by_sku(self, sku: str, deadline: Deadline) -> list[FoundVariantDoc]:
        answer = await self._session.ask(queries.BY_SKU, VariantsAnswer, deadline, sku=sku)
        return [doc for doc in answer.product_variants.items if doc.sku == sku]


def _product(doc: ProductDoc, scale: mapping.Scale) -> Product:
    return Product(
        id=doc.id,
        name=doc.name,
        product_type=mapping.product_type(doc.facet_values),
        variants=tuple(_variant(variant, scale) for variant in doc.variants if variant.enabled),
        tags=tuple(value.code for value in doc.facet_values if value.code),
    )


def _variant(doc: VariantDoc, scale: mapping.Scale) -> Variant:
    return Variant(
        sku=doc.sku,
        price=scale.money(doc.price_with_tax, doc.currency_code.upper()),
        options=mapping.options(doc.options),
        stock=_stock(doc),
    )


def _stock(doc: VariantDoc) -> int | None:
    """Pieces on the shelves that nobody has ordered; None when the shop does not count them."""
    if doc.track_inventory == "FALSE":
        return None
    return max(0, sum(level.stock_on_hand - level.stock_allocated for level in doc.stock_levels))


def _promotion(doc: PromotionDoc, scale: mapping.Scale, zone: ZoneInfo, currency: str) -> Promotion:
    now = datetime.now(UTC)
    begun = doc.starts_at is None or doc.starts_at <= now
    over = doc.ends_at is not None and doc.ends_at < now
    percent = next((a.arg("discount") for a in doc.actions if a.code == "order_percentage_discount"), "")
    amount = next((a.arg("discount") for a in doc.actions if a.code == "order_fixed_discount"), "")
    least = next((c.arg("amount") for c in doc.conditions if c.code == "minimum_order_amount"), "")
    return Promotion(
        code=doc.coupon_code,
        active=doc.enabled and begun and not over,
        starts_on=doc.starts_at.astimezone(zone).date() if doc.starts_at else None,
        ends_on=doc.ends_at.astimezone(zone).date() if doc.ends_at else None,
        minimum=scale.money(_whole(least), currency) if least else None,
        percent=_whole(percent) if percent else None,
        amount=scale.money(_whole(amount), currency) if amount and not percent else None,
    )


def _whole(value: str) -> int:
    try:
        return round(float(value))
    except (ValueError, OverflowError):
        return 0
