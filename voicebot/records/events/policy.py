"""Policy decisions, with the reasons that a person may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voicebot.records.events.base import CallEvent, event


@event("policy.decided")
@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDecided(CallEvent):
    policy: str
    version: str
    rule: str
    outcome: Mapping[str, Any]
    facts: Mapping[str, Any]
    reasons: tuple[str, ...] = ()
    near_misses: tuple[str, ...] = ()
