"""What was done for the caller, or planned, or went wrong, and how they proved who they are: from the call's events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voicebot.records.events.actions import (
    ActionAbandoned,
    ActionCommitted,
    ActionFailed,
    ActionPlanned,
    ActionUnknown,
)
from voicebot.records.events.base import Record, plain
from voicebot.records.events.handoff import CallbackRecorded, Transfer
from voicebot.records.events.verification import VerificationAttempted

_STRONG = 3


def actions(records: Sequence[Record]) -> list[dict[str, Any]]:
    """In the order in which they were planned or began; a plan that was done or given up is one entry with its end."""
    found: list[dict[str, Any]] = []
    planned: dict[str, dict[str, Any]] = {}
    for record in records:
        match record.event:
            case ActionPlanned() as event:
                found.append(_planned(record, event))
                if event.plan:
                    planned[event.plan] = found[-1]
            case ActionCommitted() as event if event.plan in planned:
                done = {"reference": event.reference, "facts": plain(event.facts)}
                planned[event.plan] |= _ended(record, "done", None, event.key) | done
            case ActionUnknown() as event if event.plan in planned:
                planned[event.plan] |= _ended(record, "unknown", "not certain whether it was done", event.key)
            case ActionFailed() as event if event.plan in planned:
                agreed = event.status != "unverified"
                planned[event.plan] |= _ended(record, event.status, event.reason or None, event.key, agreed=agreed)
            case ActionAbandoned() as event if event.plan in planned:
                if planned[event.plan]["result"] == "planned":
                    planned[event.plan] |= {"result": "abandoned", "at": record.wall}
            case Transfer(status="accepted" | "failed") as event:
                found.append(_action(record, "transfer", {"target": event.target}, event.status, event.detail))
            case CallbackRecorded() as event:
                args = {"number": event.number, "due": event.due}
                found.append(_action(record, "callback", args, "recorded", ""))
            case _:
                pass
    return found


def proved(records: Sequence[Record], identity: Mapping[str, Any]) -> dict[str, Any]:
    """`identity` as far as the reads tell, with what the caller has proved; what was said for it is not known here."""
    tried = [r.event for r in records if isinstance(r.event, VerificationAttempted)]
    right = {event.factor: None for event in tried if event.outcome == "ok"}
    wrong = {event.factor: None for event in tried if event.outcome == "mismatch"}
    level = max((event.level for event in tried if event.outcome == "ok"), default=0)
    if not right:
        return {**identity, "factors_failed": [*identity["factors_failed"], *wrong]}
    passed = [*identity["factors_passed"], *right]
    return {
        **identity,
        "level": max(level, identity["level"]),
        "verified_how": "one_time_code" if level >= _STRONG else "verified",
        "factors_passed": passed,
        "factors_failed": [name for name in (*identity["factors_failed"], *wrong) if name not in passed],
    }


def _planned(record: Record, event: ActionPlanned) -> dict[str, Any]:
    result = "planned" if event.status == "ok" else event.status
    return _action(record, event.action, event.args, result, event.reason) | {
        "order": event.order,
        "plan": plain(event.preview) if event.plan else None,
        "confirmed_by_caller": False,
        "idempotency_key": None,
        "reference": None,
    }


def _ended(record: Record, result: str, detail: str | None, key: str, *, agreed: bool = True) -> dict[str, Any]:
    # The dialogue lets nothing be committed before the caller has agreed to it.
    return {
        "result": result,
        "detail": detail,
        "idempotency_key": key or None,
        "confirmed_by_caller": agreed,
        "at": record.wall,
    }


def _action(record: Record, name: str, args: Mapping[str, Any], result: str, detail: str) -> dict[str, Any]:
    return {"name": name, "args": plain(args), "result": result, "detail": detail or None, "at": record.wall}
