"""Fills an empty Medusa over REST as its administrators and its web shop do: a catalogue, customers, and orders at any
point of their life.

    scripts/medusa &
    .venv/bin/python tests/oms/conformance/medusa_seed.py http://127.0.0.1:9310
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

Json = dict[str, Any]
Lines = Sequence[tuple[str, int]]
"""SKU and pieces."""

EMAIL = os.environ.get("VOICEBOT_MEDUSA_EMAIL", "admin@example.com")
PASSWORD = os.environ.get("VOICEBOT_MEDUSA_PASSWORD", "supersecret")
STAGES = ("paid", "packed", "shipped", "delivered")
#: Leaves amounts with more decimals than a cent has.
TAX_PERCENT = 8.875


@dataclass(frozen=True, slots=True)
class Item:
    """A variant on the shelf. Prices before taxes."""

    sku: str
    size: str
    usd: float
    stock: int = 1000
    jpy: float | None = None


#: Title, product type, tag, variants.
CATALOGUE: tuple[tuple[str, str, str, tuple[Item, ...]], ...] = (
    (
        "Everyday cotton tee",
        "apparel",
        "bestseller",
        (
            Item("TEE-M", "M", 24.0, jpy=3600),
            Item("TEE-L", "L", 24.0, jpy=3600),
            Item("TEE-XL", "XL", 24.0, stock=0),
            Item("TEE-LUX", "Silk", 64.0, stock=100),
        ),
    ),
    ("Enamel mug", "kitchen", "gift", (Item("MUG-BLUE", "Blue", 12.99), Item("MUG-RED", "Red", 12.99))),
)
COUNTRIES = {"usd": "us", "jpy": "jp"}
SENDING = {"usd": 4.9, "jpy": 500}
ADDRESS: Json = {
    "first_name": "Nora",
    "last_name": "Whitfield",
    "address_1": "12 Alder Street",
    "city": "Albany",
    "province": "ny",
    "postal_code": "12207",
    "country_code": "us",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Ids of what every order needs; regions and ways of sending by currency."""

    regions: Mapping[str, str]
    location: str
    channel: str
    profile: str
    shipping: str
    return_shipping: str
    key: str
    variants: dict[str, str] = field(default_factory=dict)


class Seeder:
    """One Medusa, as its administrator. Raises `httpx.HTTPStatusError` with Medusa's message."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=60, trust_env=False)
        self._token = str(self.call("POST", "/auth/user/emailpass", {"email": EMAIL, "password": PASSWORD})["token"])
        self.shop = self._open_shop()

    def close(self) -> None:
        self._client.close()

    def call(self, method: str, path: str, body: Json | None = None, **headers: str) -> Json:
        if path.startswith("/admin"):
            headers["authorization"] = f"Bearer {self._token}"
        response = self._client.request(method, path, json=body, headers=headers)
        if response.is_error:
            raise httpx.HTTPStatusError(
                f"{method} {path}: {response.status_code} {response.text[:300]}",
                request=response.request,
                response=response,
            )
        answer: Json = response.json()
        return answer

    def admin(self, path: str, **body: Any) -> Json:
        return self.call("POST", f"/admin/{path}", body)

    def get(self, path: str) -> Json:
        return self.call("GET", f"/admin/{path}")

    # -- the shop

    def _open_shop(self) -> Shop:
        regions = {
            currency: self.admin(
                "regions",
                name=currency.upper(),
                currency_code=currency,
                countries=[country],
                payment_providers=["pp_system_default"],
            )["region"]["id"]
            for currency, country in COUNTRIES.items()
        }
        tax = {"name": "Sales tax", "code": "sales", "rate": TAX_PERCENT}
        self.admin("tax-regions", country_code="us", provider_id="tp_system", default_tax_rate=tax)
        channel = self.admin("sales-channels", name="Web")["sales_channel"]["id"]
        address = {"address_1": "1 Dock Road", "country_code": "us"}
        place = self.admin("stock-locations", name="Warehouse", address=address)["stock_location"]["id"]
        self.admin(f"stock-locations/{place}/fulfillment-providers", add=["manual_manual"])
        self.admin(f"stock-locations/{place}/sales-channels", add=[channel])
        self.admin(f"stock-locations/{place}/fulfillment-sets", name="Parcels", type="shipping")
        location = self.get(f"stock-locations/{place}?fields=*fulfillment_sets")["stock_location"]
        everywhere = [{"type": "country", "country_code": country} for country in COUNTRIES.values()]
        parcels = f"fulfillment-sets/{location['fulfillment_sets'][0]['id']}/service-zones"
        zones = self.admin(parcels, name="Everywhere", geo_zones=everywhere)["fulfillment_set"]["service_zones"]
        profile = self.admin("shipping-profiles", name="Normal", type="default")["shipping_profile"]["id"]
        for value, label in (("too_small", "Too small"), ("damaged", "Damaged"), ("other", "Other")):
            self.admin("return-reasons", value=value, label=label)
        key = self.admin("api-keys", title="Web shop", type="publishable")["api_key"]
        self.admin(f"api-keys/{key['id']}/sales-channels", add=[channel])
        shop = Shop(
            regions=regions,
            location=place,
            channel=channel,
            profile=profile,
            shipping=self._shipping_option("Parcel", zones[0]["id"], profile, SENDING),
            return_shipping=self._shipping_option("Return", zones[0]["id"], profile, {"usd": 0, "jpy": 0}, back=True),
            key=key["token"],
        )
        for title, kind, tag, items in CATALOGUE:
            self.product(shop, title, items, kind=kind, tag=tag)
        return shop

    def _shipping_option(
        self, name: str, zone: str, profile: str, prices: Mapping[str, float], *, back: bool = False
    ) -> str:
        rules = {"is_return": "true" if back else "false", "enabled_in_store": "true"}
        option = self.admin(
            "shipping-options",
            name=name,
            price_type="flat",
            provider_id="manual_manual",
            service_zone_id=zone,
            shipping_profile_id=profile,
            type={"label": name, "description": name, "code": name.lower()},
            prices=[{"currency_code": currency, "amount": amount} for currency, amount in prices.items()],
            rules=[{"attribute": a, "operator": "eq", "value": value} for a, value in rules.items()],
        )
        return str(option["shipping_option"]["id"])

    def product(self, shop: Shop, title: str, items: Sequence[Item], *, kind: str = "", tag: str = "") -> None:
        """Put a product on the shelf."""
        type_id = self.admin("product-types", value=kind)["product_type"]["id"] if kind else None
        tags = [{"id": self.admin("product-tags", value=tag)["product_tag"]["id"]}] if tag else []
        product = self.admin(
            "products",
            title=title,
            handle=f"product-{items[0].sku.lower()}",
            status="published",
            **({"type_id": type_id} if type_id else {}),
            tags=tags,
            shipping_profile_id=shop.profile,
            sales_channels=[{"id": shop.channel}],
            options=[{"title": "Size", "values": [item.size for item in items]}],
            variants=[
                {
                    "title": item.size,
                    "sku": item.sku,
                    "manage_inventory": True,
                    "options": {"Size": item.size},
                    "prices": [
                        {"currency_code": "usd", "amount": item.usd},
                        *([{"currency_code": "jpy", "amount": item.jpy}] if item.jpy else []),
                    ],
                }
                for item in items
            ],
        )["product"]
        for item in items:
            (kept,) = self.get(f"inventory-items?sku={item.sku}&fields=id")["inventory_items"]
            levels = f"inventory-items/{kept['id']}/location-levels"
            self.admin(levels, location_id=shop.location, stocked_quantity=item.stock)
        shop.variants.update({variant["sku"]: variant["id"] for variant in product["variants"]})

    def stock(self, sku: str) -> int:
        """Pieces that can be sold."""
        (row,) = self.get(f"product-variants?sku={sku}&fields=sku,inventory_quantity")["variants"]
        return int(row["inventory_quantity"])

    def promotion(self, code: str, percent: float, *, ends_at: str) -> None:
        method = {"type": "percentage", "target_type": "order", "value": percent, "currency_code": "usd"}
        campaign = {"name": code, "campaign_identifier": code.lower(), "ends_at": ends_at}
        self.admin(
            "promotions",
            code=code,
            type="standard",
            status="active",
            application_method={**method, "allocation": "across"},
            campaign=campaign,
        )

    # -- customers and orders

    def customer(self, email: str, phone: str | None = None, first: str = "Nora", last: str = "Whitfield") -> str:
        """Id of a customer with an account, made as one who signs up in the web shop."""
        registered = self.call("POST", "/auth/customer/emailpass/register", {"email": email, "password": PASSWORD})
        body = {"email": email, "first_name": first, "last_name": last, **({"phone": phone} if phone else {})}
        headers = {"authorization": f"Bearer {registered['token']}", "x-publishable-api-key": self.shop.key}
        return str(self.call("POST", "/store/customers", body, **headers)["customer"]["id"])

    def order(
        self,
        lines: Lines = (("TEE-M", 1),),
        *,
        stage: str = "paid",
        email: str = "nora@example.com",
        phone: str = "",
        customer: str | None = None,
        address: Mapping[str, Any] = ADDRESS,
        currency: str = "usd",
    ) -> Json:
        """An order that a colleague has taken, for a customer or a guest, at a stage of its life: `unpaid`, or one of
        `STAGES`."""
        where = {**address, "phone": phone, "country_code": COUNTRIES[currency]}
        parcel = {"name": "Parcel", "shipping_option_id": self.shop.shipping, "amount": SENDING[currency]}
        order_id = self.admin(
            "draft-orders",
            region_id=self.shop.regions[currency],
            sales_channel_id=self.shop.channel,
            email=email,
            **({"customer_id": customer} if customer else {}),
            items=[{"variant_id": self.shop.variants[sku], "quantity": quantity} for sku, quantity in lines],
            shipping_address=where,
            billing_address=where,
            shipping_methods=[parcel],
        )["draft_order"]["id"]
        self.admin(f"draft-orders/{order_id}/convert-to-order")
        order = self.read(order_id)
        if stage != "unpaid":
            payment = self.admin("payment-collections", order_id=order_id, amount=order["total"])["payment_collection"]
            self.admin(f"payment-collections/{payment['id']}/mark-as-paid", order_id=order_id)
            self._advance(order, stage)
        return order

    def web_order(self, lines: Lines = (("TEE-M", 1),), *, email: str = "web@example.com", phone: str = "") -> Json:
        """One that a guest has placed in the web shop: the money is reserved, and not captured."""
        store = {"x-publishable-api-key": self.shop.key}
        where = {**ADDRESS, "phone": phone}
        items = [{"variant_id": self.shop.variants[sku], "quantity": quantity} for sku, quantity in lines]
        body = {"region_id": self.shop.regions["usd"], "email": email, "items": items, "shipping_address": where}
        cart = self.call("POST", "/store/carts", {**body, "billing_address": where}, **store)["cart"]["id"]
        self.call("POST", f"/store/carts/{cart}/shipping-methods", {"option_id": self.shop.shipping}, **store)
        collection = self.call("POST", "/store/payment-collections", {"cart_id": cart}, **store)
        sessions = f"/store/payment-collections/{collection['payment_collection']['id']}/payment-sessions"
        self.call("POST", sessions, {"provider_id": "pp_system_default"}, **store)
        return self.read(self.call("POST", f"/store/carts/{cart}/complete", {}, **store)["order"]["id"])

    def read(self, order_id: str) -> Json:
        fields = "id,display_id,status,total,currency_code,metadata,*items"
        order: Json = self.get(f"orders/{order_id}?fields={fields}")["order"]
        return order

    def _advance(self, order: Json, stage: str) -> None:
        """From paid on to `packed`, `shipped` or `delivered`."""
        items = [{"id": item["id"], "quantity": item["quantity"]} for item in order["items"]]
        parcels = f"orders/{order['id']}/fulfillments"
        for wanted in STAGES[1 : STAGES.index(stage) + 1]:
            if wanted == "packed":
                answer = self.admin(f"{parcels}?fields=*fulfillments", items=items, location_id=self.shop.location)
                parcels = f"{parcels}/{answer['order']['fulfillments'][0]['id']}"
            elif wanted == "shipped":
                label = {"tracking_number": f"SW{order['display_id']:08d}", "tracking_url": "", "label_url": ""}
                self.admin(f"{parcels}/shipments", items=items, labels=[label])
            else:
                self.admin(f"{parcels}/mark-as-delivered")


def main(url: str) -> None:
    seeder = Seeder(url)
    # A customer for each: a new shop's order numbers are too short to be said.
    for number, stage in enumerate(("unpaid", *STAGES), 100):
        phone, email = f"+15185550{number}", f"nora{number}@example.com"
        lines, customer = (("TEE-M", 1), ("MUG-BLUE", 2)), seeder.customer(email, phone)
        order = seeder.order(lines, stage=stage, email=email, phone=phone, customer=customer)
        sys.stdout.write(f"order {order['display_id']}: {stage}, of {phone}\n")
    seeder.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:9310")
