from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from oms_builders import order

from voicebot.oms.actions import Action, ActionKind, ActionPlan
from voicebot.oms.connector import Conflict, Deadline, NotAllowed, NotFound
from voicebot.oms.connectors.addresses import address_quote, is_there, quoted_address
from voicebot.oms.connectors.quoted import Asked
from voicebot.oms.model import Address, Order
from voicebot.oms.status import OrderStatus

HERE = Address(name="Nora W", street="12 Alder Street", city="Albany", region="NY", postcode="12207", country="US")
HOME = Address(street="9 Harbour Row", city="Salem", region="MA", postcode="01970", country="US")
MINE = replace(order(number="1"), ship_to=HERE)


@dataclass
class Known:
    home: Address | None = HOME
    orders: dict[str, Order] = field(default_factory=dict)

    async def account_address(self, customer_id: str, deadline: Deadline) -> Address | None:
        assert customer_id == "c-1"
        return self.home

    async def order(self, order_id: str, deadline: Deadline) -> Order:
        if order_id not in self.orders:
            raise NotFound("no such order")
        return self.orders[order_id]


def wish(now: Order = MINE, **args: Any) -> Asked[str]:
    action = Action(kind=ActionKind.ADDRESS_CHANGE, target=now.id, args=args)
    return Asked(action=action, plan_id="p", doc="", order=now, deadline=Deadline.after(5))


async def planned(asked: Asked[str], known: Known) -> ActionPlan:
    quote = await address_quote(asked, known, total=5)
    return ActionPlan(id="p", action=asked.action, preview=quote.preview, backend=quote.backend)


async def test_a_quote_tells_nothing_of_the_address() -> None:
    plan = await planned(wish(address_of="account"), Known())
    assert plan.backend["total"] == 5
    written = f"{plan.preview} {plan.backend}"
    assert not any(part and part in written for part in (HOME.street, HOME.city, HOME.postcode, HERE.name))


async def test_the_accounts_address_is_taken_unspoken() -> None:
    asked, known = wish(address_of="account"), Known()
    plan = await planned(asked, known)
    assert await quoted_address(plan, asked, known) == replace(HOME, name="Nora W")


async def test_another_orders_address_is_taken_when_it_is_the_same_customers() -> None:
    known = Known(orders={"o-2": replace(order(number="2"), ship_to=HOME)})
    asked = wish(address_of="o-2")
    assert (await quoted_address(await planned(asked, known), asked, known)).street == HOME.street


@pytest.mark.parametrize("home", [None, Address(street="9 Harbour Row"), replace(HOME, country="CA")])
async def test_an_account_without_a_whole_address_here_is_refused(home: Address | None) -> None:
    with pytest.raises(NotAllowed) as caught:
        await planned(wish(address_of="account"), Known(home=home))
    assert caught.value.reason == "bad_address"


@pytest.mark.parametrize(
    ("mine", "source"),
    [
        (MINE, "o-3"),
        (MINE, "o-9"),
        (MINE, "o-4"),
        (replace(MINE, customer_id=None), "account"),
        (replace(MINE, customer_id=None), "o-4"),
    ],
)
async def test_a_strangers_address_is_not_found(mine: Order, source: str) -> None:
    strange, guest = order(number="3", customer_id="c-2"), order(number="4", customer_id=None)
    known = Known(orders={each.id: replace(each, ship_to=HOME) for each in (strange, guest)})
    with pytest.raises(NotAllowed) as caught:
        await planned(wish(mine, address_of=source), known)
    assert caught.value.reason == "not_found"


async def test_an_address_that_has_changed_since_it_was_quoted_is_not_taken() -> None:
    asked, known = wish(address_of="account"), Known()
    plan = await planned(asked, known)
    known.home = replace(HOME, street="10 Harbour Row")
    with pytest.raises(Conflict):
        await quoted_address(plan, asked, known)


async def test_a_packed_order_keeps_its_address() -> None:
    with pytest.raises(NotAllowed) as caught:
        await planned(wish(replace(MINE, status=OrderStatus.CANCELLED), address_of="account"), Known())
    assert caught.value.reason == "already_cancelled"


async def test_what_is_there_is_seen_whatever_the_capitals() -> None:
    asked, known = wish(address={"street": "9 Lindenallee"}), Known()
    plan = await planned(asked, known)
    assert not await is_there(plan, MINE, known, Deadline.after(5))
    there = replace(MINE, ship_to=replace(HERE, street="9 LINDENALLEE"))
    assert await is_there(plan, there, known, Deadline.after(5))
