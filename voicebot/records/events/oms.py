"""Questions to the order-management system, and its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.records.events.base import CallEvent, event


@event("oms.requested")
@dataclass(frozen=True, slots=True, kw_only=True)
class OmsRequested(CallEvent):
    request: str
    op: str
    args: Mapping[str, Any] = field(default_factory=dict)
    why: str = "turn"
    """`turn`, `speculation` (the turn was not yet over) or `prefetch` (ring time or a partial)."""


@event("oms.answered")
@dataclass(frozen=True, slots=True, kw_only=True)
class OmsAnswered(CallEvent):
    request: str
    op: str
    status: str
    """`ok`, `not_found`, `timeout`, `unavailable`, `bad_answer`; `cancelled` when it was no longer wanted."""
    took_ms: float
    cached: bool = False
    saved_ms: float = 0.0
    """Time the caller did not wait, because the read had been made or begun before."""
    result: Mapping[str, Any] = field(default_factory=dict)
    cause: str = ""
    """For operators, when it failed."""
