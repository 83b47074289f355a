"""What behaviours have in common: short ways to ask, to act, and to expect a refusal."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Awaitable
from typing import Any

from voicebot.oms.actions import Action, ActionKind, ActionPlan, ActionResult
from voicebot.oms.conformance.backend import Backend, Made
from voicebot.oms.conformance.behaviour import Broken, expect
from voicebot.oms.connector import Conflict, Deadline, FoundOrders, KeyKind, NotAllowed, OrderKey
from voicebot.oms.keys import exact
from voicebot.oms.model import Order, OrderLine

#: Ample: behaviours about time give deadlines of their own.
_AMPLE_S = 30.0
_fresh = itertools.count(1)


def ample() -> Deadline:
    return Deadline.after(_AMPLE_S)


def fresh_email() -> str:
    return f"buyer.{uuid.uuid4().hex[:10]}@example.com"


def fresh_phone() -> str:
    """Of a range that is kept free for fiction."""
    return f"+1{200 + uuid.uuid4().int % 700}55501{next(_fresh) % 100:02d}"


def fresh_key() -> str:
    return f"conformance-{uuid.uuid4().hex}"


async def find(backend: Backend, kind: KeyKind, value: str, limit: int = 10) -> FoundOrders:
    key = exact(kind, value, "US")
    assert key is not None, value
    return await backend.connector.find_orders(OrderKey(kind, key), limit=limit, deadline=ample())


async def read(backend: Backend, made: Made) -> Order:
    return await backend.connector.get_order(made.order_id, deadline=ample())


async def plan(backend: Backend, made: Made, kind: ActionKind, **args: Any) -> ActionPlan:
    action = Action(kind=kind, target=made.order_id, args=args)
    order = await read(backend, made)
    return await backend.connector.plan(action, order, plan_id=uuid.uuid4().hex, deadline=ample())


async def act(backend: Backend, made: Made, kind: ActionKind, **args: Any) -> ActionResult:
    """Plan and commit."""
    planned = await plan(backend, made, kind, **args)
    result = await backend.connector.commit(planned, key=fresh_key(), deadline=ample())
    expect(result.status == "committed", f"{kind} ended as {result.status}")
    return result


async def refused(attempt: Awaitable[object], *reasons: str) -> None:
    """Expects `NotAllowed` with one of the reasons, any when none is given."""
    try:
        result = await attempt
    except NotAllowed as error:
        wanted = " or ".join(reasons)
        expect(
            not reasons or error.reason in reasons, f"refused with {error.reason!r} instead of {wanted}: {error.what}"
        )
        return
    raise Broken(f"it was not refused ({' or '.join(reasons)}): {result}")


async def conflicts(attempt: Awaitable[object]) -> None:
    """Expects `Conflict`."""
    try:
        result = await attempt
    except Conflict:
        return
    raise Broken(f"the change was not noticed: {result}")


def first(order: Order) -> OrderLine:
    expect(bool(order.lines), "the order has no lines")
    return order.lines[0]


def part(line: OrderLine, quantity: int = 1) -> list[dict[str, Any]]:
    """The argument `lines` for some pieces of one line."""
    return [{"line": line.id, "quantity": quantity}]


def plain(plan_or_result: ActionPlan | ActionResult) -> str:
    """The preview or the facts as JSON; raises `Broken` when they are not JSON."""
    facts = plan_or_result.preview if isinstance(plan_or_result, ActionPlan) else plan_or_result.facts
    try:
        return json.dumps(dict(facts), ensure_ascii=False)
    except TypeError as error:
        raise Broken(f"not plain JSON: {error}") from error
