from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from oms_builders import order

from voicebot.oms.actions import Action, ActionKind, ActionPlan, ActionResult
from voicebot.oms.connector import (
    BadAnswer,
    Conflict,
    Deadline,
    DeadlineExceeded,
    NotAllowed,
    NotFound,
    OmsError,
    Throttled,
    Unavailable,
)
from voicebot.oms.connectors.quoted import Asked, Quote, Quoted
from voicebot.oms.connectors.wishes import Unsupported
from voicebot.oms.model import Order

CANCEL = Action(kind=ActionKind.CANCEL, target="o-1", args={"reason": "changed my mind"})
NOTE = Action(kind=ActionKind.NOTE, target="o-1")
MADE = ActionResult(status="committed", reference="4481207")


@dataclass
class Shop:
    """One order; `fault` is raised instead of reading it."""

    order: Order
    fault: OmsError | None = None
    happened: bool = False
    asked: list[str] = field(default_factory=list)

    async def wish(self, action: Action, plan_id: str, deadline: Deadline) -> Asked[str]:
        if self.fault is not None:
            raise self.fault
        return Asked(action=action, plan_id=plan_id, doc="raw", order=self.order, deadline=deadline)


class Family:
    async def quote(self, shop: Shop, wish: Asked[str]) -> Quote:
        shop.asked.append("quote")
        return Quote(preview={"refund_minor": 5}, backend={"why": wish.args.get("reason")})

    async def do(self, shop: Shop, plan: ActionPlan, key: str, wish: Asked[str]) -> ActionResult:
        shop.asked.append(f"do {key}")
        return MADE

    async def done(self, shop: Shop, plan: ActionPlan, key: str, deadline: Deadline) -> ActionResult | None:
        shop.asked.append(f"done {key}")
        return MADE if shop.happened else None


def shop_with(version: str = "v1") -> Shop:
    return Shop(replace(order(), version=version))


def quoted(shop: Shop, *, marked: bool = True, lifetime_s: float = 60) -> Quoted[Shop, Asked[str]]:
    writes = {ActionKind.CANCEL: Family(), ActionKind.NOTE: Family()}
    lifetime = timedelta(seconds=lifetime_s)
    return Quoted("odoo", writes, shop, shop.wish, lifetime=lifetime, marked=lambda _: marked)


def soon() -> Deadline:
    return Deadline.after(5)


async def plan(writes: Quoted[Shop, Asked[str]], action: Action = CANCEL, known: Order | None = None) -> ActionPlan:
    return await writes.plan(action, known or replace(order(), version="v1"), plan_id="p-1", deadline=soon())


async def test_a_plan_is_a_quote_of_the_order_as_it_is() -> None:
    before = datetime.now(UTC)
    planned = await plan(quoted(shop_with()))
    assert (planned.id, planned.action, planned.version) == ("p-1", CANCEL, "v1")
    assert (planned.preview, planned.backend) == ({"refund_minor": 5}, {"why": "changed my mind"})
    assert planned.expires_at is not None
    assert timedelta(seconds=59) < planned.expires_at - before < timedelta(seconds=65)


async def test_what_the_order_system_cannot_do_is_refused() -> None:
    with pytest.raises(Unsupported, match="Odoo cannot resend"):
        await plan(quoted(shop_with()), Action(kind=ActionKind.RESEND, target="o-1"))


async def test_an_order_that_has_moved_since_it_was_read_is_not_quoted_for() -> None:
    shop = shop_with("v2")
    with pytest.raises(Conflict):
        await plan(quoted(shop))
    assert shop.asked == []
    assert (await plan(quoted(shop), known=replace(order(), version=""))).version == "v2"


async def test_what_was_planned_is_done() -> None:
    shop = shop_with()
    writes = quoted(shop)
    planned = await plan(writes)
    assert await writes.commit(planned, key="k", deadline=soon()) is MADE
    assert shop.asked == ["quote", "do k"]


@pytest.mark.parametrize("fault", [Unavailable("x"), Throttled("x"), BadAnswer("x")])
async def test_a_commit_that_could_not_even_look_has_failed(fault: OmsError) -> None:
    shop = shop_with()
    writes = quoted(shop)
    planned = await plan(writes)
    shop.fault = fault
    assert (await writes.commit(planned, key="k", deadline=soon())).status == "failed"
    assert shop.asked == ["quote"]


async def test_no_time_is_no_certainty() -> None:
    shop = shop_with()
    writes = quoted(shop)
    planned = await plan(writes)
    shop.fault = DeadlineExceeded("x")
    with pytest.raises(DeadlineExceeded):
        await writes.commit(planned, key="k", deadline=soon())


async def test_an_order_that_is_gone_is_refused() -> None:
    shop = shop_with()
    writes = quoted(shop)
    planned = await plan(writes)
    shop.fault = NotFound("x")
    with pytest.raises(NotAllowed) as caught:
        await writes.commit(planned, key="k", deadline=soon())
    assert caught.value.reason == "not_found"


@pytest.mark.parametrize(("happened", "marked"), [(True, True), (True, False), (False, True), (False, False)])
async def test_a_changed_order_is_not_written_to_but_may_be_our_own_doing(happened: bool, marked: bool) -> None:
    shop = shop_with()
    writes = quoted(shop, marked=marked)
    planned = await plan(writes)
    shop.order, shop.happened = replace(shop.order, version="v2"), happened
    if happened and marked:
        assert await writes.commit(planned, key="k", deadline=soon()) is MADE
    else:
        with pytest.raises(Conflict):
            await writes.commit(planned, key="k", deadline=soon())
    assert "do k" not in shop.asked


async def test_a_note_rests_upon_nothing() -> None:
    shop = shop_with()
    writes = quoted(shop)
    planned = await plan(writes, NOTE)
    shop.order = replace(shop.order, version="v2")
    assert await writes.commit(planned, key="k", deadline=soon()) is MADE


async def test_an_old_quote_is_refused() -> None:
    shop = shop_with()
    writes = quoted(shop, lifetime_s=-1)
    planned = await plan(writes)
    with pytest.raises(NotAllowed) as caught:
        await writes.commit(planned, key="k", deadline=soon())
    assert (caught.value.reason, shop.asked) == ("expired", ["quote"])


async def test_the_family_tells_what_came_of_it() -> None:
    shop = shop_with()
    writes = quoted(shop)
    planned = await plan(writes)
    assert await writes.outcome(planned, key="k", deadline=soon()) is None
    shop.happened = True
    assert await writes.outcome(planned, key="k", deadline=soon()) is MADE
