"""What tests of one order system's traps have in common."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from voicebot.oms.actions import Action, ActionKind, ActionPlan
from voicebot.oms.conformance import Wanted
from voicebot.oms.conformance.backend import Backend
from voicebot.oms.connector import Deadline, NotAllowed, OmsConnector
from voicebot.oms.model import Order


def ample() -> Deadline:
    return Deadline.after(60)


async def plan(connector: OmsConnector, order_id: str, kind: ActionKind, **args: Any) -> ActionPlan:
    order = await connector.get_order(order_id, deadline=ample())
    action = Action(kind=kind, target=order_id, args=args)
    return await connector.plan(action, order, plan_id=uuid.uuid4().hex, deadline=ample())


async def act(connector: OmsConnector, order_id: str, kind: ActionKind, **args: Any) -> None:
    """Plan and commit."""
    planned = await plan(connector, order_id, kind, **args)
    result = await connector.commit(planned, key=uuid.uuid4().hex, deadline=ample())
    assert result.status == "committed"


async def takes_addresses_from_own_orders_only(backend: Backend) -> None:
    """`address_of` with an order's id. The conformance suite asks the same of who can change accounts as well."""
    connector, email = backend.connector, f"{uuid.uuid4().hex}@example.com"
    old, moved = [await backend.make_order(Wanted(email=email)) for _ in range(2)]
    theirs = await backend.make_order(Wanted(email=f"{uuid.uuid4().hex}@example.com"))
    await act(connector, moved.order_id, ActionKind.ADDRESS_CHANGE, address={"street": "9 Harbour Row"})
    await act(connector, old.order_id, ActionKind.ADDRESS_CHANGE, address_of=moved.order_id)
    assert (await connector.get_order(old.order_id, deadline=ample())).ship_to.street == "9 Harbour Row"
    for stranger in (theirs.order_id, "987654321"):
        with pytest.raises(NotAllowed) as refusal:
            await plan(connector, old.order_id, ActionKind.ADDRESS_CHANGE, address_of=stranger)
        assert refusal.value.reason == "not_found"


async def takes_an_address_from_the_account(backend: Backend, keep: Callable[[str, str, bool], object]) -> Order:
    """The usual one of two; the changed order.

    Args:
        keep: writes a street into a customer's account, as the usual one or not: (customer id, street, usual).
    """
    made = await backend.make_order(Wanted(email=f"{uuid.uuid4().hex}@example.com"))
    customer = (await backend.connector.get_order(made.order_id, deadline=ample())).customer_id
    assert customer
    for street, usual in (("1 Old Road", False), ("9 Harbour Row", True)):
        keep(customer, street, usual)
    await act(backend.connector, made.order_id, ActionKind.ADDRESS_CHANGE, address_of="account")
    order = await backend.connector.get_order(made.order_id, deadline=ample())
    assert (order.ship_to.name, order.ship_to.street) == ("Ada Quisenberry", "9 Harbour Row")
    return order


async def swaps_lines_at_once(connector: OmsConnector, order_id: str) -> None:
    """The first two lines of an order that nobody packed, for others of the same price."""
    lines = (await connector.get_order(order_id, deadline=ample())).lines
    swap = [{"line": line.id, "sku": sku} for line, sku in zip(lines, ("TEE-L", "MUG-RED"), strict=True)]
    planned = await plan(connector, order_id, ActionKind.ITEM_CHANGE, swap=swap)
    assert (planned.preview["to_pay_minor"], planned.preview["refund_minor"]) == (0, 0)
    assert planned.preview["replacement"]["sku"] == "TEE-L"
    await connector.commit(planned, key=uuid.uuid4().hex, deadline=ample())
    left = [line.sku for line in (await connector.get_order(order_id, deadline=ample())).lines if line.cancellable]
    assert sorted(left) == ["MUG-RED", "TEE-L"]
