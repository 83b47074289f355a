"""What all writes have in common."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from voicebot.oms.actions import ActionPlan
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.medusa.catalogue import Catalogue
from voicebot.oms.connectors.medusa.documents import ChangeDoc, OrderDoc
from voicebot.oms.connectors.medusa.drafts import Draft, Drafts
from voicebot.oms.connectors.medusa.reading import Reader
from voicebot.oms.connectors.medusa.session import Session
from voicebot.oms.connectors.quoted import Asked
from voicebot.oms.money import Money


@dataclass(frozen=True, slots=True)
class Shop:
    """What a write works with."""

    session: Session
    reader: Reader
    catalogue: Catalogue
    drafts: Drafts


class Wish(Asked[OrderDoc]):
    """Medusa's own form of the order has all decimals."""

    def minor(self, amount: Decimal) -> int:
        """Rounded to the currency's minor unit."""
        return Money.of(amount, self.order.currency).minor

    @property
    def location(self) -> str | None:
        """Where the order was sent from."""
        return next((f.location_id for f in self.doc.fulfillments if f.location_id), None)


def draft_of(plan: ActionPlan) -> Draft:
    """The draft that a plan has opened."""
    backend = plan.backend
    return Draft(str(backend["draft"]), str(backend["id"]), str(backend.get("number", "")))


def as_backend(draft: Draft, **more: Any) -> dict[str, Any]:
    return {"draft": draft.kind, "id": draft.id, "number": draft.number, **more}


async def confirmed(shop: Shop, plan: ActionPlan, deadline: Deadline) -> ChangeDoc | None:
    """The change that a plan opened, if it was confirmed."""
    change = await shop.drafts.change(plan.action.target, plan.id, deadline)
    return change if change is not None and change.status == "confirmed" else None
