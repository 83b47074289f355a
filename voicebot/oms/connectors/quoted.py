"""Plan, commit and outcome for order systems that keep no quotes: what is the same for all actions and all of them.

Each family of writes is a `Write`: it quotes, does, and tells whether it was done. Here it is looked after that the
order is still the one that was quoted for, and that nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from voicebot.oms.actions import Action, ActionKind, ActionPlan, ActionResult
from voicebot.oms.connector import (
    UNDER_WAY_S,
    BadAnswer,
    Conflict,
    Deadline,
    NotAllowed,
    NotFound,
    Throttled,
    Unavailable,
    UnderWay,
)
from voicebot.oms.connectors.wishes import Unsupported
from voicebot.oms.model import Order

#: A write's second step, as a cancellation's refund, is sent so soon after its first one.
_FOLLOWS_S = 10.0

Doc = TypeVar("Doc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Generic[Doc]):
    """An action, and the order as it is now: as the order system has it, and in normal form. For connectors to derive a
    wish of their own from."""

    action: Action
    plan_id: str
    doc: Doc
    order: Order
    deadline: Deadline

    @property
    def args(self) -> Mapping[str, Any]:
        return self.action.args


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """`preview` and `backend` as in `ActionPlan`."""

    preview: Mapping[str, Any]
    backend: Mapping[str, Any] = field(default_factory=dict)


ShopT = TypeVar("ShopT", contravariant=True)
WishT = TypeVar("WishT", contravariant=True)


class Write(Protocol[ShopT, WishT]):
    """One family of writes. Instances hold no state; `shop` is what they work with."""

    async def quote(self, shop: ShopT, wish: WishT) -> Quote:
        """What it would do. Raises `NotAllowed`, `Conflict`."""
        ...

    async def do(self, shop: ShopT, plan: ActionPlan, key: str, wish: WishT) -> ActionResult:
        """Do it; the order is as it was when it was quoted."""
        ...

    async def done(self, shop: ShopT, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        """Its result when it has happened, None when it has not. Raises an `OmsError` when that cannot be told."""
        ...


S = TypeVar("S")
W = TypeVar("W", bound=Asked[Any])


class Quoted(Generic[S, W]):
    """Args:
    name: the connector's, which is the order system's.
    wish: reads the order for an action of a plan with this id, until then. Raises `NotFound`, `Conflict`.
    lifetime: how long a plan holds.
    marked: whether what a plan does can be told from the same done by somebody else.
    """

    def __init__(
        self,
        name: str,
        writes: Mapping[ActionKind, Write[S, W]],
        shop: S,
        wish: Callable[[Action, str, Deadline], Awaitable[W]],
        *,
        lifetime: timedelta,
        marked: Callable[[ActionPlan], bool] = lambda _: True,
    ) -> None:
        self._name = name
        self._writes = writes
        self._shop = shop
        self._wish = wish
        self._lifetime = lifetime
        self._marked = marked

    async def plan(self, action: Action, order: Order, *, plan_id: str, deadline: Deadline) -> ActionPlan:
        """See `OmsConnector.plan`."""
        write = self._writes.get(action.kind)
        if write is None:
            raise Unsupported(f"{self._name.capitalize()} cannot {action.kind.value}", where=self._name)
        wish = await self._wish(action, plan_id, deadline)
        if order.version and wish.order.version != order.version:
            raise Conflict("the order has changed since it was read", where=self._name)
        quote = await write.quote(self._shop, wish)
        return ActionPlan(
            id=plan_id,
            action=action,
            preview=quote.preview,
            version=wish.order.version,
            expires_at=datetime.now(UTC) + self._lifetime,
            backend=quote.backend,
        )

    async def commit(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult:
        """See `OmsConnector.commit`."""
        write = self._writes[plan.action.kind]
        try:
            wish = await self._wish(plan.action, plan.id, deadline)
        except NotFound as error:
            raise NotAllowed("there is no such order any more", where=self._name, reason="not_found") from error
        except (Unavailable, Throttled, BadAnswer):
            # Nothing was sent yet but a question.
            return ActionResult(status="failed")
        # A note rests upon nothing.
        if wish.order.version != plan.version and plan.action.kind is not ActionKind.NOTE:
            if self._marked(plan) and (made := await write.done(self._shop, plan, key, deadline)):
                return made
            raise Conflict("the order has changed since it was quoted", where=self._name)
        if plan.expires_at is not None and datetime.now(UTC) > plan.expires_at:
            raise NotAllowed("the quote is too old", where=self._name, reason="expired")
        return await write.do(self._shop, plan, key, wish)

    async def outcome(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult | None:
        """See `OmsConnector.outcome`."""
        return await self._writes[plan.action.kind].done(self._shop, plan, key, deadline)


def no_refund_under_way(since: datetime) -> None:
    """Raises `UnderWay` while the money that follows a write's first step, done then, may be on its way."""
    if (datetime.now(UTC) - since).total_seconds() < UNDER_WAY_S + _FOLLOWS_S:
        raise UnderWay("the money may still be on its way back", where="the order")
