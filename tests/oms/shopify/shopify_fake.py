"""Documents in the shapes that Shopify's reference gives for version 2026-10, written by hand, and a shop of canned
answers that remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from voicebot.oms.actions import Action, ActionKind, ActionPlan
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.marks import stamp
from voicebot.oms.connectors.shopify import ShopifyConnector
from voicebot.oms.connectors.shopify.session import Session

Json = dict[str, Any]
#: The `data` of an answer, a whole HTTP response, or what makes one out of the variables.
Answer = Json | httpx.Response | Callable[[Json], "Json | httpx.Response"]
TOKEN = "shpat_test"
ID = "gid://shopify/Order/1001"
CUSTOMER = "gid://shopify/Customer/77"
LINE = "gid://shopify/LineItem/11"
PLACED = "2026-11-02T10:00:00Z"
#: What a write with the key `k` leaves behind.
MARK = stamp("k")


def money(amount: str, currency: str = "USD") -> Json:
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def line(quantity: int = 1, *, current: int | None = None, line_id: str = LINE) -> Json:
    return {
        "id": line_id,
        "sku": "TEE-M",
        "name": "Everyday cotton tee - M",
        "title": "Everyday cotton tee",
        "variantTitle": "M",
        "quantity": quantity,
        "currentQuantity": quantity if current is None else current,
        "discountedUnitPriceAfterAllDiscountsSet": money("24.00"),
        "product": {"productType": "Apparel", "tags": ["summer"]},
    }


def parcel(quantity: int = 1, *, display: str = "IN_TRANSIT", status: str = "SUCCESS") -> Json:
    return {
        "id": "gid://shopify/Fulfillment/5",
        "status": status,
        "displayStatus": display,
        "createdAt": "2026-11-03T10:00:00Z",
        "deliveredAt": "2026-11-05T10:00:00Z" if display == "DELIVERED" else None,
        "estimatedDeliveryAt": "2026-11-06T10:00:00Z",
        "trackingInfo": [{"company": "UPS", "number": "1Z1", "url": "https://track.example/1Z1"}],
        "fulfillmentLineItems": {
            "nodes": [{"id": "gid://shopify/FulfillmentLineItem/9", "quantity": quantity, "lineItem": {"id": LINE}}]
        },
    }


def transaction(kind: str = "SALE", amount: str = "29.00", *, status: str = "SUCCESS", **more: Any) -> Json:
    return {
        "id": f"gid://shopify/OrderTransaction/{kind}",
        "kind": kind,
        "status": status,
        "gateway": "shopify_payments",
        "errorCode": None,
        "processedAt": PLACED,
        "createdAt": PLACED,
        "amountSet": money(amount),
        "parentTransaction": None,
        **more,
    }


def refund(amount: str, note: str = "", status: str = "SUCCESS") -> Json:
    return {
        "id": "gid://shopify/Refund/3",
        "note": note,
        "createdAt": PLACED,
        "totalRefundedSet": money(amount),
        "transactions": {"nodes": [{"status": status}]},
    }


def returned(status: str = "OPEN", quantity: int = 1, note: str = "") -> Json:
    item = {"id": "gid://shopify/FulfillmentLineItem/9", "lineItem": {"id": LINE}}
    part = {"quantity": quantity, "returnReasonNote": note, "fulfillmentLineItem": item}
    return {
        "id": "gid://shopify/Return/4",
        "name": "#1042-R1",
        "status": status,
        "createdAt": PLACED,
        "returnLineItems": {"nodes": [part]},
    }


def order(**more: Any) -> Json:
    return {
        "id": ID,
        "name": "#1042",
        "createdAt": PLACED,
        "processedAt": PLACED,
        "cancelledAt": None,
        "closedAt": None,
        "currencyCode": "USD",
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "UNFULFILLED",
        "email": "Nora@Example.com",
        "phone": None,
        "note": None,
        "tags": [],
        "discountCodes": [],
        "cancellation": None,
        "totalPriceSet": money("29.00"),
        "currentTotalPriceSet": money("29.00"),
        "totalDiscountsSet": money("0.00"),
        "totalShippingPriceSet": money("5.00"),
        "customer": {"id": CUSTOMER, "firstName": "Nora", "lastName": "W", "tags": ["VIP"], "numberOfOrders": "3"},
        "shippingAddress": {
            "name": "Nora Whitfield",
            "address1": "12 Alder Street",
            "address2": None,
            "city": "Albany",
            "provinceCode": "NY",
            "zip": "12207",
            "countryCodeV2": "US",
            "phone": "+15185550100",
        },
        "lineItems": {"nodes": [line()]},
        "fulfillments": [],
        "transactions": [transaction()],
        "refunds": [],
        "returns": {"nodes": []},
        **more,
    }


def person(**more: Any) -> Json:
    return {
        "id": CUSTOMER,
        "firstName": "Nora",
        "lastName": "Whitfield",
        "tags": [],
        "state": "ENABLED",
        "defaultEmailAddress": {"emailAddress": "nora@example.com"},
        "defaultPhoneNumber": {"phoneNumber": "+15185550100"},
        **more,
    }


def failed(code: str, message: str = "no") -> httpx.Response:
    """Top-level `errors`, under HTTP 200 as well."""
    return httpx.Response(200, json={"errors": [{"message": message, "extensions": {"code": code}}]})


@dataclass
class FakeShop:
    """Answers operations by their names. `left` are the points that its answers tell."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, Json]] = field(default_factory=list)
    left: float = 2000.0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/admin/api/2026-10/graphql.json"
        if request.headers.get("x-shopify-access-token") != TOKEN:
            return httpx.Response(401, json={"errors": "[API] Invalid API key or access token"})
        document = json.loads(request.content)
        name, variables = document["operationName"], document["variables"]
        self.asked.append((name, variables))
        answer = self.answers.get(name, {})
        if callable(answer):
            answer = answer(variables)
        if isinstance(answer, httpx.Response):
            return answer
        status = {"maximumAvailable": 2000.0, "currentlyAvailable": self.left, "restoreRate": 100.0}
        cost = {"requestedQueryCost": 100, "actualQueryCost": 40, "throttleStatus": status}
        return httpx.Response(200, json={"data": answer, "extensions": {"cost": cost}})

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.asked]

    def session(self, token: str = TOKEN) -> Session:
        return Session("https://shop.test", token, transport=httpx.MockTransport(self))

    def connector(self, **more: Any) -> ShopifyConnector:
        transport = httpx.MockTransport(self)
        return ShopifyConnector("https://shop.test", TOKEN, transport=transport, job_pause_s=0, **more)


def soon() -> Deadline:
    return Deadline.after(5)


class Shop(FakeShop):
    """One order, and a cancellation that takes three looks."""

    def __init__(self, **more: Any) -> None:
        super().__init__()
        self.order = order(**more)
        self.looks = 0
        part = {
            "quantity": 2,
            "fulfillmentLineItem": {"id": "gid://shopify/FulfillmentLineItem/9", "lineItem": {"id": LINE}},
        }
        self.answers = {
            "Order": lambda given: {"order": self.order if given["id"] == ID else None},
            "Orders": {"orders": {"nodes": [{"id": ID}]}},
            "Customers": {"customers": {"nodes": [person()]}},
            "Customer": {"customer": person()},
            "Cancel": {
                "orderCancel": {"job": {"id": "gid://shopify/Job/1", "done": False}, "orderCancelUserErrors": []}
            },
            "Job": self.job,
            "Refund": refunding("SUCCESS"),
            "Returnable": {
                "returnableFulfillments": {"nodes": [{"returnableFulfillmentLineItems": {"nodes": [part]}}]}
            },
            "Return": {"returnCreate": {"return": {"id": "r", "name": "#1042-R1", "status": "OPEN"}, "userErrors": []}},
            "Update": {"orderUpdate": {"order": {"id": ID}, "userErrors": []}},
        }

    def job(self, _: Json) -> Json:
        self.looks += 1
        if self.looks == 3:
            self.order |= {"cancelledAt": PLACED, "cancellation": {"staffNote": self.sent("Cancel")["staffNote"]}}
        return {"job": {"id": "gid://shopify/Job/1", "done": self.looks >= 3}}

    def sent(self, name: str) -> Json:
        return next(given for asked, given in self.asked if asked == name)


def refunding(*statuses: str) -> Json:
    """The answer to a refund that is there, whatever became of its money."""
    transactions = {"nodes": [{"status": status} for status in statuses]}
    return {
        "refundCreate": {"refund": {"id": "gid://shopify/Refund/3", "transactions": transactions}, "userErrors": []}
    }


def delivered() -> Shop:
    return Shop(lineItems={"nodes": [line(2)]}, fulfillments=[parcel(2, display="DELIVERED")])


async def plan(connector: ShopifyConnector, kind: ActionKind, **args: Any) -> ActionPlan:
    now = await connector.get_order(ID, deadline=soon())
    return await connector.plan(Action(kind=kind, target=ID, args=args), now, plan_id="p", deadline=soon())
