"""What all writes have in common."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

from voicebot.oms.actions import Action, ActionPlan, ActionResult
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.medusa.catalogue import Catalogue
from voicebot.oms.connectors.medusa.documents import OrderDoc
from voicebot.oms.connectors.medusa.drafts import Draft, Drafts
from voicebot.oms.connectors.medusa.reading import Reader
from voicebot.oms.connectors.medusa.session import Session
from voicebot.oms.model import Order
from voicebot.oms.money import Money


@dataclass(frozen=True, slots=True)
class Shop:
    """What a write works with."""

    session: Session
    reader: Reader
    catalogue: Catalogue
    drafts: Drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An action, and the order as it is now: in Medusa's form with all decimals, and in normal form."""

    action: Action
    plan_id: str
    doc: OrderDoc
    order: Order
    deadline: Deadline

    @property
    def args(self) -> Mapping[str, Any]:
        return self.action.args

    def minor(self, amount: Decimal) -> int:
        """Rounded to the currency's minor unit."""
        return Money.of(amount, self.order.currency).minor

    @property
    def location(self) -> str | None:
        """Where the order was sent from."""
        return next((f.location_id for f in self.doc.fulfillments if f.location_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    preview: Mapping[str, Any]
    backend: Mapping[str, Any] = field(default_factory=dict)


class Write(Protocol):
    """One family. Instances hold no state."""

    async def quote(self, shop: Shop, wish: Wish) -> Quote:
        """What it would do. Raises `NotAllowed`, `Conflict`."""
        ...

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Wish) -> ActionResult:
        """Do it; the order is as it was when it was quoted."""
        ...

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        """Its result when it has happened, None when it has not."""
        ...


def committed(plan: ActionPlan, reference: str, **facts: Any) -> ActionResult:
    return ActionResult(status="committed", reference=reference, facts={**plan.preview, **facts}, at=datetime.now(UTC))


def draft_of(plan: ActionPlan) -> Draft:
    """The draft that a plan has opened."""
    backend = plan.backend
    return Draft(str(backend["draft"]), str(backend["id"]), str(backend.get("number", "")))


def as_backend(draft: Draft, **more: Any) -> dict[str, Any]:
    return {"draft": draft.kind, "id": draft.id, "number": draft.number, **more}


async def confirmed(shop: Shop, plan: ActionPlan, deadline: Deadline) -> bool:
    """Whether the change that a plan opened was confirmed."""
    change = await shop.drafts.change(plan.action.target, plan.id, deadline)
    return change is not None and change.status == "confirmed"


def stamp(key: str) -> str:
    """Short and always the same for a key: what a write leaves in the shop to be recognised by."""
    return f"voicebot-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
