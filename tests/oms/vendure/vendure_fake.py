"""Small documents as Vendure sends them, and a shop of canned answers that remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from voicebot.oms.connectors.vendure import Credentials, VendureConnector
from voicebot.oms.connectors.vendure.documents import OrderDoc
from voicebot.oms.connectors.vendure.session import Session

Json = dict[str, Any]
#: The `data` of an answer, a whole HTTP response, or what makes one out of the variables.
Answer = Json | httpx.Response | Callable[[Json], "Json | httpx.Response"]
CREDENTIALS = Credentials("bot@shop.test", "pass word")
PLACED = "2026-11-02T10:00:00.123Z"
US = "9"


def line(line_id: str = "1", quantity: int = 1, *, placed: int | None = None, unit: int = 2613) -> Json:
    return {
        "id": line_id,
        "quantity": quantity,
        "orderPlacedQuantity": quantity if placed is None else placed,
        "proratedUnitPriceWithTax": unit,
        "productVariant": {
            "sku": "TEE-M",
            "name": "Everyday cotton tee M",
            "options": [{"name": "M", "group": {"code": "size"}}],
            "product": {
                "name": "Everyday cotton tee",
                "facetValues": [
                    {"code": "summer", "facet": {"code": "season"}},
                    {"code": "apparel", "facet": {"code": "category"}},
                ],
            },
        },
    }


def refund(total: int, *, state: str = "Pending", reason: str = "") -> Json:
    return {"id": "7", "total": total, "state": state, "reason": reason, "method": "card", "createdAt": PLACED}


def payment(amount: int = 3146, *, state: str = "Settled", refunds: list[Json] | None = None) -> Json:
    return {
        "id": "5",
        "state": state,
        "amount": amount,
        "method": "card",
        "transactionId": "T1",
        "createdAt": PLACED,
        "errorMessage": None,
        "refunds": refunds or [],
    }


def parcel(state: str, *parts: tuple[str, int]) -> Json:
    return {
        "id": "3",
        "state": state,
        "method": "DHL",
        "trackingCode": "JD1",
        "createdAt": PLACED,
        "updatedAt": "2026-11-05T10:00:00Z",
        "lines": [{"orderLineId": line_id, "quantity": quantity} for line_id, quantity in parts],
    }


def entry(kind: str, *, at: str = PLACED, by: str = US, **data: Any) -> Json:
    return {"type": kind, "createdAt": at, "data": data, "administrator": {"id": by}}


def order(order_id: str = "1", code: str = "41207", **more: Any) -> Json:
    return {
        "id": order_id,
        "code": code,
        "state": "PaymentSettled",
        "active": False,
        "createdAt": "2026-11-02T09:59:00Z",
        "orderPlacedAt": PLACED,
        "currencyCode": "USD",
        "totalWithTax": 3146,
        "shippingWithTax": 533,
        "couponCodes": [],
        "discounts": [],
        "customer": {
            "id": "4",
            "firstName": "Nora",
            "lastName": "Whitfield",
            "emailAddress": "Nora@Example.com",
            "phoneNumber": "+15185550100",
            "user": {"id": "8"},
            "groups": [],
        },
        "shippingAddress": {
            "fullName": "Nora Whitfield",
            "streetLine1": "12 Alder Street",
            "streetLine2": None,
            "city": "Albany",
            "province": "ny",
            "postalCode": "12207",
            "countryCode": "US",
            "phoneNumber": None,
        },
        "lines": [line()],
        "payments": [payment()],
        "fulfillments": [],
        "modifications": [],
        "history": {"items": []},
        **more,
    }


def doc(**more: Any) -> OrderDoc:
    return OrderDoc.model_validate(order(**more))


def shop_answer(precision: int = 2) -> Json:
    return {
        "globalSettings": {"serverConfig": {"moneyStrategyPrecision": precision}},
        "activeAdministrator": {"id": US},
    }


def refused(code: str) -> Json:
    """A union member under HTTP 200."""
    return {"field": {"__typename": "SomeError", "errorCode": code}}


def failed(code: str, status: int = 200) -> httpx.Response:
    """An entry of `errors`."""
    document = {"errors": [{"message": "no", "extensions": {"code": code}}], "data": None}
    return httpx.Response(status, json=document)


@dataclass
class FakeShop:
    """Answers operations by their names; `asked` are names and variables in order, sign-ins left out."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, Json]] = field(default_factory=list)
    signed_in: int = 0
    ended: set[str] = field(default_factory=set)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        document = json.loads(request.content)
        name, variables = document["operationName"], document["variables"]
        if name == "Login":
            if variables != {"username": CREDENTIALS.username, "password": CREDENTIALS.password}:
                wrong = {"__typename": "InvalidCredentialsError", "errorCode": "INVALID_CREDENTIALS_ERROR"}
                return httpx.Response(200, json={"data": {"login": wrong}})
            self.signed_in += 1
            headers = {"vendure-auth-token": f"token-{self.signed_in}"}
            return httpx.Response(200, json={"data": {"login": {"__typename": "CurrentUser"}}}, headers=headers)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not token or token in self.ended:
            return failed("FORBIDDEN")
        self.asked.append((name, variables))
        answer = self.answers.get(name, shop_answer() if name == "Shop" else failed("GRAPHQL_VALIDATION_FAILED", 400))
        if callable(answer):
            answer = answer(variables)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json={"data": answer})

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.asked if name != "Shop"]

    def session(self) -> Session:
        return Session("http://shop.test", CREDENTIALS, transport=httpx.MockTransport(self))

    def connector(self, **more: Any) -> VendureConnector:
        options: Mapping[str, Any] = {"number_cap": 0, **more}
        return VendureConnector("http://shop.test", CREDENTIALS, transport=httpx.MockTransport(self), **options)


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


class Shop(FakeShop):
    """One order, which changes its state and keeps modifications as Vendure's does."""

    def __init__(self, **more: Any) -> None:
        super().__init__()
        self.order = order(**more)
        self.total = self.order["totalWithTax"]
        self.answers = {
            "Order": lambda _: {"order": self.order},
            "Transition": self.move,
            "Modify": self.modify,
            "Cancel": {"cancelOrder": {"id": "1", "state": "Cancelled"}},
            "Refund": {"refundOrder": {"id": "7", "state": "Pending"}},
            "Release": {"cancelPayment": {"id": "5", "state": "Cancelled"}},
            "States": lambda _: {"orders": {"items": [{"id": "1"}]}},
        }

    def move(self, given: Json) -> Json:
        if self.order["state"] == given["state"]:
            return refused("ORDER_STATE_TRANSITION_ERROR")
        items = self.order["history"]["items"]
        was = self.order["state"]
        self.order["state"] = given["state"]
        items.insert(0, entry("ORDER_STATE_TRANSITION", at=ago(0), **{"from": was, "to": given["state"]}))
        return {"transitionOrderToState": {"id": "1", "state": given["state"]}}

    def modify(self, variables: Json) -> Json:
        given = variables["input"]
        if self.order["state"] != "Modifying":
            return refused("ORDER_MODIFICATION_STATE_ERROR")
        if not given["dryRun"]:
            self.order["modifications"].append({"id": "1", "note": given["note"], "priceChange": 0})
        return {"modifyOrder": {"id": "1", "totalWithTax": self.total}}

    def states(self) -> list[str]:
        return [given["state"] for name, given in self.asked if name == "Transition"]
