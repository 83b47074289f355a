"""What a question to the order system comes back with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from voicebot.oms.guard import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A query's result for the dialogue, and how it came about. `result["status"]` is always there."""

    result: Mapping[str, Any]
    cached: bool = False
    saved_ms: float = 0.0
    cause: str = ""


def answered(answer: Answer, facts: Mapping[str, Any]) -> Reading:
    """Of a guarded read, with the facts made of its value."""
    return Reading(
        result={"status": answer.status, **facts}, cached=answer.cached, saved_ms=answer.saved_ms, cause=answer.cause
    )


def failed_reading(status: str, cause: str, **facts: Any) -> Reading:
    """Of a question that was not even asked."""
    return Reading(result={"status": status, **facts}, cause=cause)


def iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds") if at else None
