"""How money goes back or is asked for, and what else is done around an order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from voicebot.oms.actions import ActionKind as Kind
from voicebot.oms.conformance.backend import Backend, CannotMake, Made, State, Wanted
from voicebot.oms.conformance.behaviour import Broken, behaviour, expect
from voicebot.oms.conformance.steps import act, ample, read, refused
from voicebot.oms.connector import Cap
from voicebot.oms.model import Subscription
from voicebot.oms.status import SubscriptionStatus


@behaviour("a part is refunded, and the rest can still be", Cap.REFUND)
async def refund(backend: Backend) -> None:
    made = await backend.make_order(Wanted(state=State.DELIVERED))
    result = await act(backend, made, Kind.REFUND, amount_minor=1, reason="goodwill")
    expect(result.facts.get("refund_minor") == 1, f"it gives {result.facts.get('refund_minor')}")
    expect(bool(result.reference), "there is no reference")
    expect((await read(backend, made)).refundable_minor == made.total_minor - 1, "the rest is not right")
    await act(backend, made, Kind.REFUND, reason="goodwill")
    order = await read(backend, made)
    expect(order.refundable_minor == 0, f"{order.refundable_minor} is left")
    expect(sum(back.amount.minor for back in order.refunds) == made.total_minor, "the refunds are not the total")


@behaviour("more than was paid is not refunded", Cap.REFUND)
async def over_refund(backend: Backend) -> None:
    made = await backend.make_order(Wanted(state=State.DELIVERED))
    await refused(act(backend, made, Kind.REFUND, amount_minor=made.total_minor + 1), "more_than_paid")
    await act(backend, made, Kind.REFUND, amount_minor=made.total_minor - 1)
    await refused(act(backend, made, Kind.REFUND, amount_minor=2), "more_than_paid")
    expect((await read(backend, made)).refundable_minor == 1, "something else was refunded")


@behaviour("an unpaid order is not refunded", Cap.REFUND)
async def nothing_paid(backend: Backend) -> None:
    made = await backend.make_order(Wanted(state=State.UNPAID))
    await refused(act(backend, made, Kind.REFUND), "nothing_left", "more_than_paid")


@behaviour("nothing, less than nothing, and words are not refunded", Cap.REFUND)
async def odd_amounts(backend: Backend) -> None:
    made = await backend.make_order(Wanted(state=State.DELIVERED))
    for amount in (0, -5, 1.5, "100", True):
        await refused(act(backend, made, Kind.REFUND, amount_minor=amount))
    expect(not (await read(backend, made)).refunds, "something was refunded")


@behaviour("a link to pay is made for what is open, and only then", Cap.PAYMENT_LINK)
async def payment_link(backend: Backend) -> None:
    made = await backend.make_order(Wanted(state=State.UNPAID))
    result = await act(backend, made, Kind.PAYMENT_LINK)
    expect(result.facts.get("to_pay_minor") == made.total_minor, f"it asks for {result.facts.get('to_pay_minor')}")
    expect(str(result.facts.get("link", "")).startswith("https://"), "there is no link")
    await refused(act(backend, await backend.make_order(Wanted()), Kind.PAYMENT_LINK), "nothing_left")


@behaviour("a note is there for colleagues, and changes nothing else", Cap.NOTE)
async def note(backend: Backend) -> None:
    made = await backend.make_order(Wanted())
    before = await read(backend, made)
    await act(backend, made, Kind.NOTE, text="Caller asked for a call back; {{not}} a template")
    after = await read(backend, made)
    expect((after.status, after.total) == (before.status, before.total), "the order has changed")
    notes = await backend.notes(made.order_id)
    expect(any("{{not}} a template" in text for text in notes), f"there are {len(notes)} notes, not this one")


@behaviour("a subscription is paused until a day", Cap.SUBSCRIPTIONS, Cap.CUSTOMERS)
async def pause(backend: Backend) -> None:
    made, before = await _subscribed(backend)
    until = datetime.now(UTC).date() + timedelta(days=40)
    await act(backend, made, Kind.SUBSCRIPTION_PAUSE, subscription=before.id, until=until.isoformat())
    after = await _subscription(backend, made)
    expect((after.status, after.pause_until) == (SubscriptionStatus.PAUSED, until), f"it is {after.status}")


@behaviour("a skipped charge moves the next one, and no further", Cap.SUBSCRIPTIONS, Cap.CUSTOMERS)
async def skip(backend: Backend) -> None:
    made, before = await _subscribed(backend)
    await act(backend, made, Kind.SUBSCRIPTION_SKIP, subscription=before.id)
    after = await _subscription(backend, made)
    moved = after.next_charge_on and before.next_charge_on and after.next_charge_on > before.next_charge_on
    expect(bool(moved) and after.status is SubscriptionStatus.ACTIVE, f"next is {after.next_charge_on}")


@behaviour(
    "a cancelled subscription charges nothing more, and is not cancelled again", Cap.SUBSCRIPTIONS, Cap.CUSTOMERS
)
async def end(backend: Backend) -> None:
    made, before = await _subscribed(backend)
    await act(backend, made, Kind.SUBSCRIPTION_CANCEL, subscription=before.id, reason="too much coffee")
    after = await _subscription(backend, made)
    expect((after.status, after.next_charge_on) == (SubscriptionStatus.CANCELLED, None), f"it is {after.status}")
    await refused(act(backend, made, Kind.SUBSCRIPTION_CANCEL, subscription=before.id), "closed")


@behaviour("somebody else's subscription is not found", Cap.SUBSCRIPTIONS, Cap.CUSTOMERS)
async def foreign_subscription(backend: Backend) -> None:
    _, theirs = await _subscribed(backend)
    mine = await backend.make_order(Wanted())
    await refused(act(backend, mine, Kind.SUBSCRIPTION_CANCEL, subscription=theirs.id), "not_found")


@behaviour("an expired code is issued again, once for an order", Cap.PROMO_REISSUE, Cap.PROMOTIONS)
async def reissue(backend: Backend) -> None:
    code = backend.shelf.promo_expired
    if code is None:
        raise CannotMake(f"{backend.name} has no expired code")
    made = await backend.make_order(Wanted())
    result = await act(backend, made, Kind.PROMO_REISSUE, code=code)
    old = await backend.connector.get_promotion(code, deadline=ample())
    new = await backend.connector.get_promotion(str(result.facts.get("code")), deadline=ample())
    expect(new.code != old.code and new.active, f"the new code is {new.code}")
    expect((new.percent, new.amount) == (old.percent, old.amount), "it is worth something else")
    await refused(act(backend, made, Kind.PROMO_REISSUE, code=code), "already_requested")


async def _subscribed(backend: Backend) -> tuple[Made, Subscription]:
    made = await backend.make_order(Wanted(subscription=True))
    return made, await _subscription(backend, made)


async def _subscription(backend: Backend, made: Made) -> Subscription:
    customer_id = (await read(backend, made)).customer_id
    if customer_id is None:
        raise Broken("a subscriber has no customer id")
    (subscription,) = (await backend.connector.get_customer(customer_id, deadline=ample())).subscriptions
    return subscription
