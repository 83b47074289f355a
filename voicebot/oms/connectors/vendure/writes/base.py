"""What all writes have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from voicebot.oms.actions import Action, ActionPlan, ActionResult
from voicebot.oms.connector import Conflict, Deadline, NotAllowed, NotFound, Throttled
from voicebot.oms.connectors.marks import Sent
from voicebot.oms.connectors.vendure.catalogue import Catalogue
from voicebot.oms.connectors.vendure.documents import OrderDoc
from voicebot.oms.connectors.vendure.mapping import Scale
from voicebot.oms.connectors.vendure.modifying import Modifying
from voicebot.oms.connectors.vendure.reading import Reader
from voicebot.oms.connectors.vendure.session import Session
from voicebot.oms.model import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An action, and the order as it is now: in Vendure's form, and in normal form."""

    action: Action
    doc: OrderDoc
    order: Order
    scale: Scale
    deadline: Deadline

    @property
    def args(self) -> Mapping[str, Any]:
        return self.action.args

    def minor(self, raw: int) -> int:
        return self.scale.money(raw, self.order.currency).minor

    def raw(self, minor: int) -> int:
        return self.scale.raw(minor, self.order.currency)


@dataclass(frozen=True, slots=True)
class Shop:
    """What a write works with."""

    session: Session
    reader: Reader
    catalogue: Catalogue
    modifying: Modifying
    sent: Sent


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


#: Errors after which something certainly did not happen.
NOTHING_DONE = (NotAllowed, Conflict, NotFound, Throttled)
