"""The write side as a call uses it: our own words prove nothing, and the shop's policy may ask for more proof."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from voicebot.call.deciding import decided
from voicebot.oms.actions import ActionKind
from voicebot.oms.desk import OrderDesk
from voicebot.oms.facts import order_facts
from voicebot.oms.model import Order
from voicebot.oms.verification import STRONG
from voicebot.oms.writes import Needs
from voicebot.policy.book import PolicyBook
from voicebot.records.events.dialogue import Said
from voicebot.records.live import LiveLog
from voicebot.records.log import EventLog

#: Policy that says which level of proof an action needs (`{level: 3}`); asked only where the shop has one.
POLICY = "verification"
#: Of a preview, what the amount at stake is, the first that is there.
_AMOUNTS = ("refund_minor", "to_pay_minor", "total_minor")


def spoken_in(log: LiveLog) -> Callable[[], tuple[str, ...]]:
    """What our side has said so far in a call."""
    return lambda: tuple(record.event.text for record in log.records if isinstance(record.event, Said))


def needs_of(policies: PolicyBook, orders: OrderDesk, log: EventLog, today: Callable[[], str]) -> Needs | None:
    """The policy's level of proof for an action; None where there is no such policy.

    Its facts are those of the order and of the preview, `action`, and `amount_minor`: what is at stake. A policy that
    decides nothing asks for the strongest proof. Each decision is in the call's log.
    """
    if POLICY not in policies.names:
        return None

    def needs(kind: ActionKind, preview: Mapping[str, Any], order: Order) -> int:
        known = {**order_facts(order, orders.view), **preview}
        amount = next((known[name] for name in _AMOUNTS if isinstance(known.get(name), int)), 0)
        facts = {name: value for name, value in known.items() if value is not None}
        decision = policies.decide(POLICY, {**facts, "action": kind.value, "amount_minor": amount}, today=today())
        log.append(decided(decision))
        level = decision.outcome.get("level")
        return level if isinstance(level, int) and not isinstance(level, bool) else STRONG

    return needs
