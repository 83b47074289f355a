"""Small documents as Medusa sends them, and a shop of canned answers that remembers what it was asked."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from medusa_seed import ADDRESS

from voicebot.oms.connectors.medusa import Credentials, MedusaConnector
from voicebot.oms.connectors.medusa.session import Session

Json = dict[str, Any]
Answer = Json | tuple[int, Json] | Callable[[httpx.Request], Json | tuple[int, Json]]
CREDENTIALS = Credentials("bot@shop.test", "pass word")
PLACED = "2026-11-02T10:00:00.000Z"


def pieces(quantity: int = 1, **stages: int) -> Json:
    """An item's `detail`: `delivered=1` stands for `delivered_quantity`."""
    return {"quantity": quantity, **{f"{stage}_quantity": count for stage, count in stages.items()}}


def item(line_id: str = "ordli_1", *, total: float = 26.13, detail: Json | None = None, **more: Any) -> Json:
    return {
        "id": line_id,
        "title": "Everyday cotton tee",
        "product_title": "Everyday cotton tee",
        "variant_title": "M",
        "variant_id": "variant_m",
        "variant_sku": "TEE-M",
        "product_type": "apparel",
        "created_at": PLACED,
        "total": total,
        "detail": detail or pieces(),
        **more,
    }


def payment(amount: float = 31.464875, *, captured: bool = True, refunds: list[Json] | None = None) -> Json:
    return {
        "id": "pay_1",
        "amount": amount,
        "provider_id": "pp_system_default",
        "captured_at": PLACED if captured else None,
        "captures": [{"amount": amount}] if captured else [],
        "refunds": refunds or [],
    }


def order(order_id: str = "order_1", number: int = 41207, **more: Any) -> Json:
    return {
        "id": order_id,
        "display_id": number,
        "custom_display_id": None,
        "status": "pending",
        "payment_status": "captured",
        "currency_code": "usd",
        "created_at": PLACED,
        "email": "Nora@Example.com",
        "metadata": None,
        "total": 31.464875,
        "discount_total": 0,
        "shipping_total": 5.334875,
        "credit_line_total": 0,
        "customer_id": "cus_1",
        "customer": {"id": "cus_1", "first_name": "Nora", "has_account": True, "groups": None},
        "shipping_address": {**ADDRESS, "phone": "+15185550100"},
        "items": [item()],
        "fulfillments": [],
        "payment_collections": [{"payments": [payment()]}],
        "returns": [],
        **more,
    }


def token(ends_at: float) -> str:
    """A JSON web token as far as anybody reads it."""
    claims = base64.urlsafe_b64encode(json.dumps({"exp": ends_at}).encode()).decode().rstrip("=")
    return f"head.{claims}.tail"


@dataclass
class FakeShop:
    """Answers `METHOD path` (without `/admin/`) from a table; what is not in it is not found."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    bodies: list[Json] = field(default_factory=list)
    signed_in: int = 0
    now: float = 1_000_000.0
    life_s: float = 86_400.0
    revoked: set[str] = field(default_factory=set)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/auth/user/emailpass":
            if json.loads(request.content) != {"email": CREDENTIALS.email, "password": CREDENTIALS.password}:
                return httpx.Response(401, json={"type": "unauthorized", "message": "Invalid email or password"})
            self.signed_in += 1
            return httpx.Response(200, json={"token": token(self.now + self.life_s)})
        authorization = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not authorization or authorization in self.revoked:
            return httpx.Response(401, json={"message": "Unauthorized"})
        name = f"{request.method} {path.removeprefix('/admin/')}"
        self.asked.append(name)
        if request.content:
            self.bodies.append(json.loads(request.content))
        answer = self.answers.get(name)
        if callable(answer):
            answer = answer(request)
        if answer is None:
            return httpx.Response(404, json={"type": "not_found", "message": "not found"})
        status, document = answer if isinstance(answer, tuple) else (200, answer)
        return httpx.Response(status, json=document)

    def session(self) -> Session:
        return Session("http://shop.test", CREDENTIALS, transport=httpx.MockTransport(self), wall=lambda: self.now)

    def connector(self, **more: Any) -> MedusaConnector:
        options: Mapping[str, Any] = {"number_cap": 0, "unix_time": lambda: self.now, **more}
        return MedusaConnector("http://shop.test", CREDENTIALS, transport=httpx.MockTransport(self), **options)


def refusal(message: str, code: str = "") -> tuple[int, Json]:
    return 400, {"type": "invalid_data", "code": code, "message": message}
