"""Pause, skip and cancel a subscription of the customer whose order it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from voicebot.oms.demo.changes.base import Change, Refused, World, text
from voicebot.oms.demo.schema import CustomerDoc, SubscriptionDoc
from voicebot.oms.status import SubscriptionStatus, normalised
from voicebot.oms.wording import clean_name

_LONGEST_PAUSE_DAYS = 180
_OVER = frozenset({SubscriptionStatus.CANCELLED, SubscriptionStatus.EXPIRED})


def pause(world: World, args: Mapping[str, Any]) -> Change:
    """No charge and no parcel before a date."""
    customer, now = _chosen(world, args)
    try:
        until = date.fromisoformat(text(args, "until"))
    except ValueError as error:
        raise Refused("other", "until is an ISO date") from error
    if not world.today < until <= world.today + timedelta(days=_LONGEST_PAUSE_DAYS):
        raise Refused("other", f"until is a day in the next {_LONGEST_PAUSE_DAYS}")
    after = {"status": "paused", "pause_until": until, "next_charge_on": max(until, now.next_charge_on or until)}
    return _change(world, customer, now, after, until=until)


def skip(world: World, args: Mapping[str, Any]) -> Change:
    """The next charge falls out, the one after it stays."""
    customer, now = _chosen(world, args)
    if normalised(SubscriptionStatus, now.status) is not SubscriptionStatus.ACTIVE or now.next_charge_on is None:
        raise Refused("closed", f"the subscription is {now.status}")
    return _change(world, customer, now, {"next_charge_on": now.next_charge_on + timedelta(days=now.every_days)})


def cancel(world: World, args: Mapping[str, Any]) -> Change:
    """It runs out with what is paid; nothing is charged any more."""
    customer, now = _chosen(world, args)
    paid_until = now.next_charge_on
    ends_on = paid_until if now.status == "active" and paid_until and paid_until > world.today else world.today
    after = {"status": "cancelled", "next_charge_on": None, "pause_until": None, "ends_on": ends_on}
    return _change(world, customer, now, after, ends_on=ends_on)


def _chosen(world: World, args: Mapping[str, Any]) -> tuple[CustomerDoc, SubscriptionDoc]:
    """The named subscription, or the only one that is not over."""
    customer, wanted = world.customer, text(args, "subscription", longest=80)
    running = [s for s in customer.subscriptions if not wanted or s.id == wanted] if customer else []
    if not wanted:
        running = [s for s in running if normalised(SubscriptionStatus, s.status) not in _OVER]
    if customer is None or len(running) != 1:
        raise Refused("not_found", "the customer has no such subscription" if wanted else "say which subscription")
    if normalised(SubscriptionStatus, running[0].status) in _OVER:
        raise Refused("closed", f"the subscription is {running[0].status}")
    return customer, running[0]


def _change(
    world: World, customer: CustomerDoc, now: SubscriptionDoc, after: Mapping[str, Any], **said: date
) -> Change:
    made = now.model_copy(update=dict(after))
    all_of_them = tuple(made if s.id == now.id else s for s in customer.subscriptions)
    preview = {
        "plan_name": clean_name(now.plan),
        "currency": now.currency,
        "price_minor": now.price,
        "subscription_status": made.status,
        "next_charge_on": made.next_charge_on.isoformat() if made.next_charge_on else None,
        **{name: day.isoformat() for name, day in said.items()},
    }
    return Change(
        preview=preview,
        reference=now.id,
        customer=customer.model_copy(update={"subscriptions": all_of_them}),
        basis=now.model_dump_json(),
        stales=False,
    )
