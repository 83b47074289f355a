"""Two sentences for the human who takes over, put together from facts of the log only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voicebot.handoff.case import Case
from voicebot.records.events.actions import ActionUnknown
from voicebot.records.events.base import Record
from voicebot.records.events.handoff import CallbackRecorded, HandoffRequested
from voicebot.records.events.policy import PolicyDecided

#: Policy that says how well a caller must be known: nothing that a human would act by.
_LEVELS = "verification"
#: Reason -> why the caller comes, and what to do when nothing more particular is known.
_REASONS: Mapping[str, tuple[str, str | None]] = {
    "caller_asked": ("asked for a human", None),
    "policy": ("needs a decision that the policy leaves to a human", "Decide what the policy leaves to a human."),
    "low_confidence": ("was not understood", "Ask once more what the caller needs."),
    "failure": ("met a fault on our side", "Apologise for the fault and take the request by hand."),
    "risk": ("was stopped by a risk check", "Verify the caller before anything else."),
    "abuse": ("was abusive", "Follow the house rule for abusive calls."),
}


def one_line(requested: HandoffRequested | None, intents: Sequence[Mapping[str, Any]], case: Case) -> str:
    """`Caller about wismo, order 4481207 (delayed): asked for a human.`"""
    topics = ", ".join(dict.fromkeys(i["name"] for i in intents if i["name"] != "human_agent"))
    order = f", order {case.order.get('number')}{_state(case.order)}" if case.order is not None else ""
    known = _REASONS.get(requested.reason) if requested else None
    why = f": {known[0]}" if known else ""
    about = f" about {topics}" if topics else ""
    return f"Caller{about}{order}{why}."


def next_step(requested: HandoffRequested | None, case: Case, records: Sequence[Record]) -> str | None:
    """The most particular advice that the log supports; None when it supports none."""
    unknown = next((r.event for r in reversed(records) if isinstance(r.event, ActionUnknown)), None)
    if unknown is not None:
        what = unknown.action.replace("_", " ")
        return f"Look in the order system whether the {what} went through, before doing it: its answer was lost."
    callback = next((r.event for r in reversed(records) if isinstance(r.event, CallbackRecorded)), None)
    if callback is not None:
        return f"Call {callback.number} back by {callback.due}."
    if case.last_failure is not None:
        return f"Look the order up by hand: the order system's last answer was {case.last_failure}."
    decisions = [r.event for r in records if isinstance(r.event, PolicyDecided) and r.event.policy != _LEVELS]
    decided = decisions[-1] if decisions else None
    if decided is not None:
        outcome = ", ".join(
            f"{name} {value}" for name, value in decided.outcome.items() if value not in (None, "", False)
        )
        return f"Policy {decided.policy}, rule {decided.rule}, allows: {outcome}." if outcome else None
    if len(case.candidates) == 1:
        return f"Ask whether it is about order {case.candidates[0]}."
    if case.candidates:
        return f"Ask which order is meant: {', '.join(case.candidates)}."
    return _REASONS[requested.reason][1] if requested and requested.reason in _REASONS else None


def _state(order: Mapping[str, Any]) -> str:
    delivery = order.get("delivery")
    state = delivery.get("state") if isinstance(delivery, Mapping) else None
    return f" ({str(state).replace('_', ' ')})" if state else ""
