"""What the demo service answers and is asked, beyond the shop document's own parts."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from voicebot.oms.actions import ActionKind
from voicebot.oms.demo.schema import CustomerDoc, OrderDoc, ProductDoc


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OwnerDoc(_Wire):
    """What an answer tells about the customer of an order."""

    order_count: int
    contact_changed_at: AwareDatetime | None = None


class OrderAnswer(OrderDoc):
    """Answer of `GET /v1/orders/by-id`; `owner` is absent for a guest's order."""

    owner: OwnerDoc | None = None


class FoundDoc(_Wire):
    """Answer of `GET /v1/orders`; `owners` by customer id."""

    orders: tuple[OrderDoc, ...]
    customers: tuple[CustomerDoc, ...]
    owners: dict[str, OwnerDoc] = Field(default_factory=dict)


class ProductsDoc(_Wire):
    """Answer of `GET /v1/products`."""

    products: tuple[ProductDoc, ...]


class NumbersDoc(_Wire):
    """Answer of `GET /v1/orders/nearest`."""

    numbers: tuple[str, ...]


class HealthDoc(_Wire):
    """Answer of `GET /healthz`."""

    status: str
    version: str
    orders: int
    customers: int


class Wish(_Wire):
    """Body of `POST /v1/actions/plan`: an action on an order that was read in this version."""

    kind: ActionKind
    order: str = Field(min_length=1, max_length=80)
    args: dict[str, Any] = Field(default_factory=dict)


class Confirmed(Wish):
    """Body of `POST /v1/actions/commit`: the same wish, what it was quoted, and a key that makes it happen once."""

    key: str = Field(min_length=8, max_length=200)
    version: str
    quote: str


class Quote(_Wire):
    """Answer to a wish: nothing has happened yet. `quote` is a digest of all that would happen."""

    version: str
    quote: str
    preview: dict[str, Any]
    expires_at: AwareDatetime


class Done(_Wire):
    """Answer to a commit, also to its repetition with the same key."""

    reference: str
    facts: dict[str, Any]
    at: AwareDatetime


class Asked(_Wire):
    """Body of `POST /v1/actions/outcome`."""

    key: str = Field(min_length=8, max_length=200)


class Outcome(_Wire):
    """Answer of `POST /v1/actions/outcome`: what a key has done, None when nothing."""

    done: Done | None = None


class Refusal(_Wire):
    """Answer with status 409."""

    error: Literal["not_allowed", "conflict"]
    reason: str = "other"
    detail: str = ""
