"""What is peculiar to Vendure, against a real one: each of these would strand an order, give money twice, or lie."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from traps import (
    ample,
    plan,
    swaps_lines_at_once,
    takes_addresses_from_own_orders_only,
    takes_an_address_from_the_account,
)
from vendure_backend import VendureBackend
from vendure_seed import PASSWORD, USERNAME
from vendure_shop import VendureShop

from voicebot.oms.actions import Action, ActionKind
from voicebot.oms.conformance import State, Wanted
from voicebot.oms.connector import Conflict, Deadline, DeadlineExceeded, KeyKind, NotAllowed, OmsError, OrderKey
from voicebot.oms.connectors.marks import stamp
from voicebot.oms.connectors.vendure import Credentials, VendureConnector, queries
from voicebot.oms.connectors.vendure.documents import ChangedDoc
from voicebot.oms.connectors.wishes import Unsupported
from voicebot.oms.status import OrderStatus, PaymentStatus

pytestmark = pytest.mark.e2e

STREET = {"street": "9 Lindenallee"}


def as_another_process(shop: VendureShop, forgotten_s: float) -> VendureConnector:
    credentials = Credentials(USERNAME, PASSWORD)
    return VendureConnector(shop.url, credentials, number_cap=0, forgotten_s=forgotten_s)


async def test_prices_are_what_the_catalogue_says(vendure: VendureBackend) -> None:
    made = await vendure.make_order(Wanted(pieces=(2,)))
    order = await vendure.connector.get_order(made.order_id, deadline=ample())
    assert (order.lines[0].unit_price.minor, order.shipping and order.shipping.minor) == (2613, 533)
    assert order.total.minor == made.total_minor == 2 * 2613 + 533


async def test_yen_are_kept_in_hundredths(vendure: VendureBackend) -> None:
    made = await vendure.make_order(Wanted(currency="JPY"))
    order = await vendure.connector.get_order(made.order_id, deadline=ample())
    assert (order.lines[0].unit_price.minor, order.total.currency) == (3920, "JPY")
    planned = await plan(vendure.connector, made.order_id, ActionKind.REFUND, amount_minor=100)
    assert planned.backend["amount"] == 10_000


@pytest.mark.parametrize("lost", ["Transition", "Modify"])
async def test_an_order_is_not_stranded_when_an_answer_is_lost(vendure: VendureBackend, lost: str) -> None:
    made = await vendure.make_order(Wanted())
    planned = await plan(vendure.connector, made.order_id, ActionKind.ADDRESS_CHANGE, address=STREET)
    async with vendure.faults.faulty("lost", only=lost):
        with pytest.raises(OmsError):
            await vendure.connector.commit(planned, key="k", deadline=ample())
    await vendure.connector.modifying.sweep(ample())
    assert vendure.state(made.order_id) == "PaymentSettled"


async def test_hanging_up_in_the_middle_leaves_no_order_open(vendure: VendureBackend) -> None:
    made = await vendure.make_order(Wanted())
    planned = await plan(vendure.connector, made.order_id, ActionKind.ADDRESS_CHANGE, address=STREET)
    async with vendure.faults.faulty("", pause_s=0.2):
        task = asyncio.create_task(vendure.connector.commit(planned, key="k", deadline=ample()))
        await vendure.faults.begun["Transition"].wait()
        await asyncio.sleep(0.25)
        task.cancel()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(ended, asyncio.CancelledError)
    await vendure.connector.modifying.settled()
    assert vendure.state(made.order_id) == "PaymentSettled"


async def test_an_order_that_a_dead_process_left_open_is_taken_back(
    vendure_shop: VendureShop, vendure: VendureBackend
) -> None:
    made = await vendure.make_order(Wanted(state=State.PAID))
    doomed = as_another_process(vendure_shop, 60)
    await doomed.modifying._move(made.order_id, "Modifying", ample())
    await doomed.close()
    patient = as_another_process(vendure_shop, 60)
    assert await patient.modifying.sweep(ample()) == 0
    with pytest.raises(Conflict):
        await plan(patient, made.order_id, ActionKind.CANCEL)
    await patient.close()
    later = as_another_process(vendure_shop, 0)
    assert await later.modifying.sweep(ample()) == 1
    assert vendure.state(made.order_id) == "PaymentSettled"
    await later.close()


async def test_the_next_plan_takes_such_an_order_back_too(vendure_shop: VendureShop, vendure: VendureBackend) -> None:
    made = await vendure.make_order(Wanted())
    before = await vendure.connector.get_order(made.order_id, deadline=ample())
    later = as_another_process(vendure_shop, 0)
    await later.modifying._move(made.order_id, "Modifying", ample())
    action = Action(kind=ActionKind.CANCEL, target=made.order_id)
    await later.plan(action, before, plan_id="p", deadline=ample())
    assert vendure.state(made.order_id) == "PaymentSettled"
    await later.close()


async def test_an_order_that_a_colleague_has_open_is_a_conflict_and_stays(
    vendure_shop: VendureShop, vendure: VendureBackend
) -> None:
    made = await vendure.make_order(Wanted())
    planned = await plan(vendure.connector, made.order_id, ActionKind.ADDRESS_CHANGE, address=STREET)
    vendure_shop.seeder.move(made.order_id, "Modifying")
    later = as_another_process(vendure_shop, 0)
    assert await later.modifying.sweep(ample()) == 0
    for connector in (vendure.connector, later):
        with pytest.raises(Conflict):
            await connector.commit(planned, key="k", deadline=ample())
    order = await later.get_order(made.order_id, deadline=ample())
    assert (order.status, order.raw_status) == (OrderStatus.ON_HOLD, "Modifying")
    vendure_shop.seeder.move(made.order_id, "PaymentSettled")
    await later.close()


async def test_a_price_is_asked_for_and_the_order_is_as_before(
    vendure_shop: VendureShop, vendure: VendureBackend
) -> None:
    made = await vendure.make_order(Wanted(pieces=(2,)))
    before = await vendure.connector.get_order(made.order_id, deadline=ample())
    lines = [{"line": before.lines[0].id, "quantity": 1}]
    planned = await plan(vendure.connector, made.order_id, ActionKind.ITEM_CHANGE, lines=lines)
    assert (planned.preview["refund_minor"], planned.preview["total_minor"]) == (2613, 2613 + 533)
    after = await vendure.connector.get_order(made.order_id, deadline=ample())
    assert (after.version, after.raw_status) == (before.version, "PaymentSettled")


async def test_what_makes_an_order_dearer_is_refused_before_it_is_stuck(vendure: VendureBackend) -> None:
    made = await vendure.make_order(Wanted())
    order = await vendure.connector.get_order(made.order_id, deadline=ample())
    swap = {"line": order.lines[0].id, "sku": "TEE-LUX"}
    with pytest.raises(Unsupported, match="more"):
        await plan(vendure.connector, made.order_id, ActionKind.ITEM_CHANGE, swap=swap)
    assert vendure.state(made.order_id) == "PaymentSettled"


async def test_several_lines_are_swapped_at_once(vendure: VendureBackend) -> None:
    made = await vendure.make_order(Wanted(pieces=(1, 1)))
    await swaps_lines_at_once(vendure.connector, made.order_id)
    assert vendure.state(made.order_id) == "PaymentSettled"


async def test_an_address_is_taken_from_the_customers_own_orders_only(vendure: VendureBackend) -> None:
    await takes_addresses_from_own_orders_only(vendure)


async def test_an_address_is_taken_from_the_account(vendure_shop: VendureShop, vendure: VendureBackend) -> None:
    home = {"city": "Salem", "province": "MA", "postalCode": "01970", "countryCode": "US"}

    def keep(customer: str, street: str, usual: bool) -> None:
        given = {**home, "streetLine1": street, "defaultShippingAddress": usual}
        owner, where = ("ID!", customer), ("CreateAddressInput!", given)
        vendure_shop.seeder.do("createCustomerAddress", "id", customerId=owner, input=where)

    assert (await takes_an_address_from_the_account(vendure, keep)).raw_status == "PaymentSettled"


async def test_what_is_sold_out_is_refused(vendure: VendureBackend) -> None:
    made = await vendure.make_order(Wanted())
    with pytest.raises(NotAllowed) as refusal:
        await plan(vendure.connector, made.order_id, ActionKind.ITEM_CHANGE, add=[{"sku": "TEE-XL", "quantity": 1}])
    assert refusal.value.reason == "out_of_stock"


async def test_a_web_order_is_only_reserved_and_can_be_cancelled(
    vendure_shop: VendureShop, vendure: VendureBackend
) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    made = vendure_shop.seeder.web_order(email=email)
    found = await vendure.connector.find_orders(OrderKey(KeyKind.EMAIL, email), limit=5, deadline=ample())
    (order,) = found.orders
    assert (order.id, order.payment_status, order.captured_minor) == (made["id"], PaymentStatus.AUTHORIZED, 0)
    with pytest.raises(NotAllowed):
        await plan(vendure.connector, order.id, ActionKind.REFUND)
    planned = await plan(vendure.connector, order.id, ActionKind.CANCEL)
    assert planned.preview["refund_minor"] == 0
    await vendure.connector.commit(planned, key="k", deadline=ample())
    order = await vendure.connector.get_order(order.id, deadline=ample())
    assert (order.status, order.payment_status) == (OrderStatus.CANCELLED, PaymentStatus.VOIDED)


async def test_a_cart_is_not_an_order(vendure_shop: VendureShop, vendure: VendureBackend) -> None:
    draft = vendure_shop.seeder.admin("mutation { createDraftOrder { id code } }")
    with pytest.raises(OmsError, match="no such order"):
        await vendure.connector.get_order(draft["id"], deadline=ample())
    found = await vendure.connector.find_orders(OrderKey(KeyKind.NUMBER, draft["code"]), limit=5, deadline=ample())
    assert found.orders == ()


async def test_after_a_lost_cancellation_the_money_goes_back_once(vendure: VendureBackend) -> None:
    made = await vendure.make_order(Wanted())
    planned = await plan(vendure.connector, made.order_id, ActionKind.CANCEL)
    async with vendure.faults.faulty("lost", only="Cancel"):
        with pytest.raises(OmsError):
            await vendure.connector.commit(planned, key="k", deadline=ample())
    for _ in range(2):
        told = await vendure.connector.outcome(planned, key="k", deadline=ample())
        assert told is not None
        assert told.facts["refund_minor"] == made.total_minor
    order = await vendure.connector.get_order(made.order_id, deadline=ample())
    assert [refund.amount.minor for refund in order.refunds] == [made.total_minor]


async def test_a_refund_without_an_answer_is_not_sent_again_while_it_may_be_under_way(vendure: VendureBackend) -> None:
    made = await vendure.make_order(Wanted(state=State.DELIVERED))
    planned = await plan(vendure.connector, made.order_id, ActionKind.REFUND, amount_minor=100)
    async with vendure.faults.faulty("", pause_s=5):
        with pytest.raises(DeadlineExceeded):
            await vendure.connector.commit(planned, key="k", deadline=Deadline.after(0.3))
    assert await vendure.connector.outcome(planned, key="k", deadline=ample()) is None
    vendure.connector._shop.sent.note(stamp("k"))
    with pytest.raises(DeadlineExceeded, match="under way"):
        await vendure.connector.outcome(planned, key="k", deadline=ample())


async def test_vendure_itself_refuses_what_our_own_check_would(
    vendure_shop: VendureShop, vendure: VendureBackend
) -> None:
    """Somebody else was faster by a moment: the codes under HTTP 200 are refusals, not results."""
    made = await vendure.make_order(Wanted(state=State.CANCELLED))
    session = vendure.connector._session
    with pytest.raises(NotAllowed) as refusal:
        await session.change(queries.CANCEL, ChangedDoc, ample(), input={"orderId": made.order_id})
    assert refusal.value.reason == "already_cancelled"
    payment = vendure_shop.seeder.read(made.order_id, "payments { id amount }")["payments"][0]
    zeros = {"lines": [], "shipping": 0, "adjustment": 0}
    given = {"paymentId": payment["id"], "amount": payment["amount"] + 1, **zeros}
    with pytest.raises(NotAllowed) as refusal:
        await session.change(queries.REFUND, ChangedDoc, ample(), input=given)
    assert refusal.value.reason == "more_than_paid"


async def test_an_ended_session_is_renewed(vendure: VendureBackend) -> None:
    made = await vendure.make_order(Wanted())
    vendure.connector._session._token.value = "ended"
    order = await vendure.connector.get_order(made.order_id, deadline=ample())
    assert order.id == made.order_id


async def test_wrong_password_and_right_one(vendure_shop: VendureShop) -> None:
    good = VendureConnector(vendure_shop.url, Credentials(USERNAME, PASSWORD))
    assert (await good.warm(ample())).ok
    await good.close()
    bad = VendureConnector(vendure_shop.url, Credentials(USERNAME, "wrong"))
    with pytest.raises(OmsError, match="user name and password"):
        await bad.health(deadline=ample())
    await bad.close()
