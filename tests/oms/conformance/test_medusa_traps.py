"""What is peculiar to Medusa, against a real one: each of these would lock an order, charge a customer, or lie."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from medusa_backend import MedusaBackend
from medusa_seed import EMAIL, PASSWORD, Json
from medusa_shop import MedusaShop
from real_backend import SECRET
from traps import (
    ample,
    plan,
    swaps_lines_at_once,
    takes_addresses_from_own_orders_only,
    takes_an_address_from_the_account,
)

from voicebot.oms.actions import ActionKind, ActionPlan
from voicebot.oms.conformance import State, Wanted
from voicebot.oms.connector import Conflict, KeyKind, OrderKey
from voicebot.oms.connectors.medusa import Credentials, MedusaConnector
from voicebot.oms.status import PaymentStatus, ReturnStatus

pytestmark = pytest.mark.e2e

DELIVERED = Wanted(state=State.DELIVERED, pieces=(2,))


def open_changes(shop: MedusaShop, order_id: str) -> list[Json]:
    changes: list[Json] = shop.seeder.get(f"orders/{order_id}/changes?status=pending")["order_changes"]
    return changes


@pytest.mark.parametrize(
    ("state", "kind", "args"),
    [
        (State.DELIVERED, ActionKind.RETURN, {}),
        (State.DELIVERED, ActionKind.EXCHANGE, {"sku": "TEE-L"}),
        (State.DELIVERED, ActionKind.RESEND, {}),
        (State.PAID, ActionKind.ITEM_CHANGE, {"add": [{"sku": "MUG-RED", "quantity": 1}]}),
    ],
)
async def test_abandoning_by_the_plans_id_alone_unlocks_the_order(
    medusa_shop: MedusaShop, medusa: MedusaBackend, state: State, kind: ActionKind, args: Json
) -> None:
    """The process died between the draft and the plan's being kept: only its id is known."""
    made = await medusa.make_order(Wanted(state=state))
    planned = await plan(medusa.connector, made.order_id, kind, **args)
    assert len(open_changes(medusa_shop, made.order_id)) == 1
    kept = ActionPlan(id=planned.id, action=planned.action, preview={})
    await medusa.connector.abandon(kept, deadline=ample())
    assert open_changes(medusa_shop, made.order_id) == []
    order = await medusa.connector.get_order(made.order_id, deadline=ample())
    assert (order.returns, order.exchanges, order.replacements) == ((), (), ())


async def test_a_draft_left_by_a_dead_process_is_removed_by_the_next_plan(
    medusa_shop: MedusaShop, medusa: MedusaBackend
) -> None:
    made = await medusa.make_order(DELIVERED)
    await plan(medusa.connector, made.order_id, ActionKind.RETURN)
    with pytest.raises(Conflict):
        await plan(medusa.connector, made.order_id, ActionKind.RETURN)
    later = MedusaConnector(
        medusa_shop.url, Credentials(EMAIL, PASSWORD), number_cap=0, draft_lifetime=timedelta(seconds=0)
    )
    await plan(later, made.order_id, ActionKind.EXCHANGE, sku="TEE-L")
    assert [c["change_type"] for c in open_changes(medusa_shop, made.order_id)] == ["exchange"]
    await later.close()


async def test_a_colleagues_open_change_is_a_conflict_and_stays(medusa_shop: MedusaShop, medusa: MedusaBackend) -> None:
    made = await medusa.make_order(DELIVERED)
    medusa_shop.seeder.admin("returns", order_id=made.order_id)
    with pytest.raises(Conflict):
        await plan(medusa.connector, made.order_id, ActionKind.RETURN)
    assert len(open_changes(medusa_shop, made.order_id)) == 1


async def test_hanging_up_while_a_plan_is_made_leaves_no_lock(medusa_shop: MedusaShop, medusa: MedusaBackend) -> None:
    made = await medusa.make_order(DELIVERED)
    task = asyncio.create_task(plan(medusa.connector, made.order_id, ActionKind.EXCHANGE, sku="TEE-L"))
    for _ in range(500):
        await asyncio.sleep(0.02)
        if open_changes(medusa_shop, made.order_id):
            break
    task.cancel()
    assert isinstance((await asyncio.gather(task, return_exceptions=True))[0], asyncio.CancelledError)
    assert open_changes(medusa_shop, made.order_id) == []


async def test_a_draft_that_was_deleted_in_the_back_office_is_not_confirmed(
    medusa_shop: MedusaShop, medusa: MedusaBackend
) -> None:
    made = await medusa.make_order(DELIVERED)
    planned = await plan(medusa.connector, made.order_id, ActionKind.RETURN)
    medusa_shop.seeder.call("DELETE", f"/admin/returns/{planned.backend['id']}/request")
    with pytest.raises(Conflict):
        await medusa.connector.commit(planned, key="k", deadline=ample())
    assert await medusa.connector.outcome(planned, key="k", deadline=ample()) is None


async def test_a_resend_is_charged_to_nobody(medusa_shop: MedusaShop, medusa: MedusaBackend) -> None:
    made = await medusa.make_order(DELIVERED)
    planned = await plan(medusa.connector, made.order_id, ActionKind.RESEND, reason="damaged")
    await medusa.connector.commit(planned, key="k", deadline=ample())
    order = medusa_shop.seeder.get(f"orders/{made.order_id}?fields=summary,*items")["order"]
    assert order["summary"]["pending_difference"] == 0
    assert sorted(item["unit_price"] for item in order["items"]) == [0, 24]


async def test_an_exchange_owes_what_was_told(medusa_shop: MedusaShop, medusa: MedusaBackend) -> None:
    made = await medusa.make_order(Wanted(state=State.DELIVERED))
    planned = await plan(medusa.connector, made.order_id, ActionKind.EXCHANGE, sku="TEE-LUX")
    assert planned.preview["to_pay_minor"] == 4355
    await medusa.connector.commit(planned, key="k", deadline=ample())
    order = await medusa.connector.get_order(made.order_id, deadline=ample())
    assert order.exchanges[0].difference.minor == 4355
    theirs = medusa_shop.seeder.get(f"orders/{made.order_id}?fields=summary,total,*items")["order"]
    assert theirs["summary"]["pending_difference"] == pytest.approx(43.55)


async def test_several_lines_are_exchanged_at_once(medusa: MedusaBackend) -> None:
    made = await medusa.make_order(Wanted(state=State.DELIVERED, pieces=(1, 1)))
    lines = (await medusa.connector.get_order(made.order_id, deadline=ample())).lines
    swaps = [{"line": line.id, "sku": sku} for line, sku in zip(lines, ("TEE-LUX", "MUG-RED"), strict=True)]
    planned = await plan(medusa.connector, made.order_id, ActionKind.EXCHANGE, swaps=swaps)
    assert planned.preview["to_pay_minor"] == 4355
    await medusa.connector.commit(planned, key="k", deadline=ample())
    order = await medusa.connector.get_order(made.order_id, deadline=ample())
    assert {each.sku for each in order.exchanges} == {"TEE-LUX", "MUG-RED"}
    assert sum(each.difference.minor for each in order.exchanges) == 4355
    assert [line.return_requested for line in order.lines if line.delivered] == [1, 1]


async def test_several_lines_are_swapped_at_once(medusa: MedusaBackend) -> None:
    await swaps_lines_at_once(medusa.connector, (await medusa.make_order(Wanted(pieces=(1, 1)))).order_id)


async def test_an_address_is_taken_from_the_customers_own_orders_only(medusa: MedusaBackend) -> None:
    await takes_addresses_from_own_orders_only(medusa)


async def test_an_address_is_taken_from_the_account(medusa_shop: MedusaShop, medusa: MedusaBackend) -> None:
    home = {"city": "Salem", "province": "ma", "postal_code": "01970", "country_code": "us"}

    def keep(customer: str, street: str, usual: bool) -> None:
        where = {**home, "address_1": street, "is_default_shipping": usual}
        medusa_shop.seeder.admin(f"customers/{customer}/addresses", **where)

    assert (await takes_an_address_from_the_account(medusa, keep)).ship_to.region == "MA"


async def test_what_was_paid_too_much_for_a_changed_order_goes_back(
    medusa_shop: MedusaShop, medusa: MedusaBackend
) -> None:
    made = await medusa.make_order(Wanted(pieces=(2,)))
    before = await medusa.connector.get_order(made.order_id, deadline=ample())
    lines = [{"line": before.lines[0].id, "quantity": 1}]
    planned = await plan(medusa.connector, made.order_id, ActionKind.ITEM_CHANGE, lines=lines)
    await medusa.connector.commit(planned, key="k", deadline=ample())
    after = await medusa.connector.get_order(made.order_id, deadline=ample())
    assert after.refundable_minor == after.total.minor == made.total_minor - 2613
    order = medusa_shop.seeder.get(f"orders/{made.order_id}?fields=summary")["order"]
    assert order["summary"]["pending_difference"] == pytest.approx(0, abs=0.005)


async def test_a_web_order_is_only_reserved_and_can_be_cancelled(
    medusa_shop: MedusaShop, medusa: MedusaBackend
) -> None:
    made = medusa_shop.seeder.web_order(phone="+15185550133")
    found = await medusa.connector.find_orders(OrderKey(KeyKind.PHONE, "+15185550133"), limit=5, deadline=ample())
    (order,) = found.orders
    assert (order.id, order.payment_status, order.captured_minor) == (made["id"], PaymentStatus.AUTHORIZED, 0)
    planned = await plan(medusa.connector, order.id, ActionKind.CANCEL)
    assert planned.preview["refund_minor"] == 0
    await medusa.connector.commit(planned, key="k", deadline=ample())
    order = await medusa.connector.get_order(order.id, deadline=ample())
    assert order.payment_status is PaymentStatus.VOIDED


async def test_a_return_that_the_warehouse_received_is_counted(medusa_shop: MedusaShop, medusa: MedusaBackend) -> None:
    made = await medusa.make_order(DELIVERED)
    order = await medusa.connector.get_order(made.order_id, deadline=ample())
    lines = [{"line": order.lines[0].id, "quantity": 1}]
    planned = await plan(medusa.connector, made.order_id, ActionKind.RETURN, lines=lines, reason="too_small")
    result = await medusa.connector.commit(planned, key="k", deadline=ample())
    order = await medusa.connector.get_order(made.order_id, deadline=ample())
    assert (order.returns[0].lines[0].reason, result.reference != "") == ("too_small", True)
    here = f"returns/{planned.backend['id']}"
    medusa_shop.seeder.admin(f"{here}/receive")
    medusa_shop.seeder.admin(f"{here}/receive-items", items=[{"id": lines[0]["line"], "quantity": 1}])
    medusa_shop.seeder.admin(f"{here}/receive/confirm")
    order = await medusa.connector.get_order(made.order_id, deadline=ample())
    assert order.returns[0].status is ReturnStatus.RECEIVED
    assert (order.lines[0].return_requested, order.lines[0].returned, order.lines[0].returnable) == (0, 1, 1)


async def test_wrong_password_and_right_one(medusa_shop: MedusaShop) -> None:
    good = MedusaConnector(medusa_shop.url, Credentials(EMAIL, PASSWORD), webhook_secret=SECRET)
    assert (await good.warm(ample())).ok
    await good.close()
    bad = MedusaConnector(medusa_shop.url, Credentials(EMAIL, "wrong"))
    with pytest.raises(Exception, match="e-mail and password"):
        await bad.health(deadline=ample())
    await bad.close()
