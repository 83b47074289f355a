"""A small catalogue, customers and orders in a Vendure shop, over its Admin API.

As a program it fills a shop for trying flows: `python vendure_seed.py http://127.0.0.1:3310`.
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

Json = dict[str, Any]
Lines = Sequence[tuple[str, int]]

SUPERADMIN = os.environ.get("VOICEBOT_VENDURE_SUPERADMIN", "superadmin")
SUPERPASSWORD = os.environ.get("VOICEBOT_VENDURE_SUPERPASSWORD", "supersecret")
#: Of the administrator made for voicebot.
USERNAME = os.environ.get("VOICEBOT_VENDURE_USERNAME", "voicebot@example.com")
PASSWORD = os.environ.get("VOICEBOT_VENDURE_PASSWORD", "supersecret")
#: What voicebot's administrator may do; nothing else is needed.
PERMISSIONS = ("ReadOrder", "UpdateOrder", "ReadCustomer", "ReadCatalog", "ReadPromotion")
ADDRESS = {
    "fullName": "Nora Whitfield",
    "streetLine1": "12 Alder Street",
    "city": "Albany",
    "province": "NY",
    "postalCode": "12207",
    "countryCode": "US",
}
STAGES = ("paid", "packed", "shipped", "delivered")
_ERROR = "... on ErrorResult { errorCode message }"
_ORDER = "... on Order { id code state totalWithTax currencyCode lines { id quantity } payments { id } }"


@dataclass(frozen=True, slots=True)
class Item:
    """A variant; prices in cents, and in hundredths of a yen, as Vendure keeps them."""

    sku: str
    size: str
    usd: int
    jpy: int | None = None
    stock: int = 1000


class Seeder:
    """Args:
    url: of a shop with an empty database; it gets a catalogue at once.
    """

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=30, trust_env=False)
        self._token = ""
        login = "mutation($u: String!, $p: String!) { login(username: $u, password: $p) { __typename } }"
        response = self._client.post(
            "/admin-api", json={"query": login, "variables": {"u": SUPERADMIN, "p": SUPERPASSWORD}}
        )
        self._token = response.headers["vendure-auth-token"]
        self.variants: dict[str, str] = {}
        self._furnish()

    def close(self) -> None:
        self._client.close()

    def admin(self, query: str, currency: str | None = None, **variables: Any) -> Any:
        """The one field that a query or mutation asks for. A refusal is a mistake of the test."""
        response = self._client.post(
            "/admin-api",
            params={"currencyCode": currency} if currency else None,
            json={"query": query, "variables": variables},
            headers={"authorization": f"Bearer {self._token}"},
        )
        answer = response.json()
        assert "errors" not in answer, answer["errors"]
        (value,) = answer["data"].values()
        assert not (isinstance(value, dict) and "errorCode" in value), value
        return value

    def create(self, what: str, given: Json, wanted: str = "id") -> Any:
        """`create("TaxCategory", {...})` is the mutation `createTaxCategory`."""
        kind = f"Create{what}Input!"
        return self.admin(f"mutation($input: {kind}) {{ create{what}(input: $input) {{ {wanted} }} }}", input=given)

    # -- the shop

    def _furnish(self) -> None:
        named = [{"languageCode": "en", "name": "United States"}]
        country = self.create("Country", {"code": "US", "enabled": True, "translations": named})["id"]
        zone = self.create("Zone", {"name": "US", "memberIds": [country]})["id"]
        category = self.create("TaxCategory", {"name": "Standard", "isDefault": True})["id"]
        tax = {"name": "New York", "enabled": True, "value": 8.875, "categoryId": category, "zoneId": zone}
        self.create("TaxRate", tax)
        channel = self.admin("{ activeChannel { id } }")["id"]
        given = {
            "id": channel,
            "defaultTaxZoneId": zone,
            "defaultShippingZoneId": zone,
            "defaultCurrencyCode": "USD",
            "availableCurrencyCodes": ["USD", "JPY"],
            "pricesIncludeTax": False,
        }
        self.admin(
            f"mutation($input: UpdateChannelInput!) {{ updateChannel(input: $input) {{ __typename {_ERROR} }} }}",
            input=given,
        )
        self._ways(category)
        self._ourselves(channel)
        tees = [
            Item("TEE-M", "M", 2400, 360_000),
            Item("TEE-L", "L", 2400, 360_000),
            Item("TEE-XL", "XL", 2400, stock=0),
            Item("TEE-LUX", "M silk", 6400, stock=10),
        ]
        self.product("Everyday cotton tee", tees)
        self.product("Enamel mug, blue", [Item("MUG-BLUE", "one size", 1450, 215_000)])
        self.product("Enamel mug, red", [Item("MUG-RED", "one size", 1450, 215_000)])

    def _ways(self, category: str) -> None:
        """Of sending and of paying."""
        flat = {"code": "default-shipping-eligibility-checker", "arguments": [{"name": "orderMinimum", "value": "0"}]}
        rate = [
            {"name": "rate", "value": "490"},
            {"name": "includesTax", "value": "exclude"},
            {"name": "taxRate", "value": "8.875"},
        ]
        self.shipping = self.create(
            "ShippingMethod",
            {
                "code": "parcel",
                "fulfillmentHandler": "manual-fulfillment",
                "checker": flat,
                "calculator": {"code": "default-shipping-calculator", "arguments": rate},
                "translations": [{"languageCode": "en", "name": "Parcel", "description": ""}],
            },
        )["id"]
        self.create(
            "PaymentMethod",
            {
                "code": "card",
                "enabled": True,
                "handler": {
                    "code": "dummy-payment-handler",
                    "arguments": [{"name": "automaticSettle", "value": "false"}],
                },
                "translations": [{"languageCode": "en", "name": "Card", "description": ""}],
            },
        )

    def _ourselves(self, channel: str) -> None:
        given: Json = {"code": "voicebot", "description": "voicebot", "permissions": PERMISSIONS}
        role = self.create("Role", {**given, "channelIds": [channel]})["id"]
        who = {"firstName": "Voice", "lastName": "Bot", "emailAddress": USERNAME, "password": PASSWORD}
        self.create("Administrator", {**who, "roleIds": [role]})

    def product(self, name: str, items: Sequence[Item]) -> None:
        words = [{"languageCode": "en", "name": name, "slug": f"p-{uuid.uuid4().hex}", "description": ""}]
        product = self.create("Product", {"enabled": True, "translations": words})["id"]
        sizes = [
            {"code": item.sku.lower(), "translations": [{"languageCode": "en", "name": item.size}]} for item in items
        ]
        title = [{"languageCode": "en", "name": "Size"}]
        given = {"code": "size", "translations": title, "options": sizes}
        group = self.create("ProductOptionGroup", given, "id options { id code }")
        options = {option["code"]: option["id"] for option in group["options"]}
        self.admin(
            "mutation($p: ID!, $g: ID!) { addOptionGroupToProduct(productId: $p, optionGroupId: $g) { id } }",
            p=product,
            g=group["id"],
        )
        variants = [
            {
                "productId": product,
                "sku": item.sku,
                "optionIds": [options[item.sku.lower()]],
                "translations": [{"languageCode": "en", "name": f"{name} {item.size}"}],
                "price": item.usd,
                "stockOnHand": item.stock,
                "trackInventory": "TRUE",
            }
            for item in items
        ]
        mutation = "mutation($input: [CreateProductVariantInput!]!) { createProductVariants(input: $input) { id sku } }"
        made = self.admin(mutation, input=variants)
        self.variants.update({variant["sku"]: variant["id"] for variant in made})
        # Making a variant takes one price, and ignores `prices`.
        further = [
            {"id": self.variants[item.sku], "prices": [{"currencyCode": "JPY", "price": item.jpy}]}
            for item in items
            if item.jpy
        ]
        if further:
            mutation = "mutation($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id } }"
            self.admin(mutation, input=further)

    def stock(self, sku: str) -> int:
        """Pieces that can be sold."""
        query = "query($id: ID!) { productVariant(id: $id) { stockLevels { stockOnHand stockAllocated } } }"
        (level,) = self.admin(query, id=self.variants[sku])["stockLevels"]
        return int(level["stockOnHand"] - level["stockAllocated"])

    def promotion(self, code: str, percent: int, *, ends_at: str) -> None:
        action = {"code": "order_percentage_discount", "arguments": [{"name": "discount", "value": str(percent)}]}
        given = {
            "enabled": True,
            "couponCode": code,
            "endsAt": ends_at,
            "conditions": [],
            "actions": [action],
            "translations": [{"languageCode": "en", "name": code, "description": ""}],
        }
        self.create("Promotion", given, f"__typename {_ERROR}")

    # -- customers and orders

    def customer(self, email: str, phone: str | None = None, first: str = "Nora", last: str = "Whitfield") -> str:
        """Id of a customer with an account."""
        given = {"firstName": first, "lastName": last, "emailAddress": email, "phoneNumber": phone}
        made = self.do(
            "createCustomer",
            "... on Customer { id }",
            input=("CreateCustomerInput!", given),
            password=("String", PASSWORD),
        )
        return str(made["id"])

    def order(
        self,
        lines: Lines = (("TEE-M", 1),),
        *,
        stage: str = "paid",
        customer: str | None = None,
        guest: Json | None = None,
        address: Mapping[str, Any] = ADDRESS,
        currency: str = "USD",
    ) -> Json:
        """An order that a colleague has taken on the phone, for a customer or a guest, at a stage of its life:
        `unpaid`, or one of `STAGES`."""
        order = str(self.admin("mutation { createDraftOrder { id } }", currency)["id"])
        here = ("ID!", order)
        for sku, pieces in lines:
            item = {"productVariantId": self.variants[sku], "quantity": pieces}
            self.do("addItemToDraftOrder", currency=currency, orderId=here, input=("AddItemToDraftOrderInput!", item))
        who = {"customerId": ("ID", customer)} if customer else {"input": ("CreateCustomerInput", guest)}
        self.do("setCustomerForDraftOrder", currency=currency, orderId=here, **who)
        where = ("CreateAddressInput!", dict(address))
        self.do("setDraftOrderShippingAddress", "id", currency=currency, orderId=here, input=where)
        way = ("ID!", self.shipping)
        self.do("setDraftOrderShippingMethod", currency=currency, orderId=here, shippingMethodId=way)
        made = self.move(order, "ArrangingPayment")
        if stage == "unpaid":
            return made
        money = {"orderId": order, "method": "card", "transactionId": f"T{uuid.uuid4().hex[:10]}", "metadata": {}}
        made = self.do("addManualPaymentToOrder", _ORDER, input=("ManualPaymentInput!", money))
        parcel = ""
        for wanted in STAGES[1 : STAGES.index(stage) + 1]:
            if wanted == "packed":
                parcel = self._packed(made)
            else:
                there = ("String!", wanted.capitalize())
                self.do("transitionFulfillmentToState", id=("ID!", parcel), state=there)
        return made

    def web_order(self, lines: Lines = (("TEE-M", 1),), *, email: str = "web@example.com") -> Json:
        """One that a guest has placed in the web shop: the money is reserved, and not captured."""
        headers: dict[str, str] = {}

        def shop(query: str, **variables: Any) -> Json:
            document = {"query": query, "variables": variables}
            response = self._client.post("/shop-api", json=document, headers=headers)
            if token := response.headers.get("vendure-auth-token"):
                headers["authorization"] = f"Bearer {token}"
            (value,) = response.json()["data"].values()
            assert "errorCode" not in value, value
            made: Json = value
            return made

        for sku, pieces in lines:
            add = "mutation($v: ID!, $q: Int!) { addItemToOrder(productVariantId: $v, quantity: $q) { __typename %s } }"
            shop(add.replace("%s", _ERROR), v=self.variants[sku], q=pieces)
        who = {"firstName": "Willa", "lastName": "Webb", "emailAddress": email}
        set_customer = "mutation($i: CreateCustomerInput!) { setCustomerForOrder(input: $i) { __typename %s } }"
        shop(set_customer.replace("%s", _ERROR), i=who)
        shop("mutation($i: CreateAddressInput!) { setOrderShippingAddress(input: $i) { __typename } }", i=dict(ADDRESS))
        shop(
            "mutation($id: [ID!]!) { setOrderShippingMethod(shippingMethodId: $id) { __typename } }", id=[self.shipping]
        )
        shop('mutation { transitionOrderToState(state: "ArrangingPayment") { __typename } }')
        pay = "mutation($i: PaymentInput!) { addPaymentToOrder(input: $i) { ... on Order { id code state } %s } }"
        return shop(pay.replace("%s", _ERROR), i={"method": "card", "metadata": {}})

    def move(self, order_id: str, state: str) -> Json:
        return self.do("transitionOrderToState", _ORDER, id=("ID!", order_id), state=("String!", state))

    def modify(self, order_id: str, **change: Any) -> None:
        """As a colleague does; the order is in the state "Modifying"."""
        self.do("modifyOrder", input=("ModifyOrderInput!", {"orderId": order_id, "dryRun": False, **change}))

    def give_to(self, order_id: str, customer: str) -> None:
        """As a colleague does who finds that an order was taken for the wrong customer."""
        given = {"orderId": order_id, "customerId": customer}
        self.do("setOrderCustomer", "id", input=("SetOrderCustomerInput!", given))

    def cancel(self, order_id: str) -> None:
        self.do("cancelOrder", input=("CancelOrderInput!", {"orderId": order_id, "cancelShipping": True}))

    def read(self, order_id: str, fields: str) -> Json:
        answer: Json = self.admin(f"query($id: ID!) {{ order(id: $id) {{ {fields} }} }}", id=order_id)
        return answer

    def do(
        self, name: str, wanted: str = f"__typename {_ERROR}", *, currency: str | None = None, **given: tuple[str, Any]
    ) -> Json:
        """A mutation by its name; arguments are pairs of GraphQL type and value."""
        heads = ", ".join(f"${key}: {kind}" for key, (kind, _) in given.items())
        names = ", ".join(f"{key}: ${key}" for key in given)
        wanted = f"{wanted} {_ERROR}" if "... on" in wanted and _ERROR not in wanted else wanted
        query = f"mutation({heads}) {{ {name}({names}) {{ {wanted} }} }}"
        answer: Json = self.admin(query, currency, **{key: value for key, (_, value) in given.items()})
        return answer

    def _packed(self, order: Json) -> str:
        """Id of a parcel with all of the order in it."""
        words = {"method": "DHL", "trackingCode": f"JD{int(order['code']):014d}"}
        given = {
            "lines": [{"orderLineId": line["id"], "quantity": line["quantity"]} for line in order["lines"]],
            "handler": {
                "code": "manual-fulfillment",
                "arguments": [{"name": name, "value": value} for name, value in words.items()],
            },
        }
        made = self.do("addFulfillmentToOrder", "... on Fulfillment { id state }", input=("FulfillOrderInput!", given))
        if made["state"] == "Created":
            self.do("transitionFulfillmentToState", id=("ID!", made["id"]), state=("String!", "Pending"))
        return str(made["id"])


def main(url: str) -> None:
    seeder = Seeder(url)
    # A customer for each, who is known by the phone.
    for number, stage in enumerate(("unpaid", *STAGES), 100):
        phone = f"+15185550{number}"
        customer = seeder.customer(f"nora{number}@example.com", phone)
        order = seeder.order((("TEE-M", 1), ("MUG-BLUE", 2)), stage=stage, customer=customer)
        sys.stdout.write(f"order {order['code']}: {stage}, of {phone}\n")
    seeder.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:3310")
