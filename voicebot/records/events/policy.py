"""Policy decisions, with the reasons that a person may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voicebot.records.events.base import CallEvent, event


@event("policy.decided")
@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDecided(CallEvent):
    """A policy was asked.

    Attributes:
        rule: the row that decided; empty when the facts decided nothing.
        layer: of that row.
        reasons: the row's words, its law, and the conditions that held.
        near_misses: rows that failed on one condition only, and on which.
        say: key of the row's wording.
        because: that wording.
        statute: the law that the outcome rests on, or that was the least it had to give.
        floor: the row of the law that fitted.
        trace: each cell of the deciding row and of the floor: `rule`, `fact`, `test`, `value`.
    """

    policy: str
    version: str
    rule: str
    outcome: Mapping[str, Any]
    facts: Mapping[str, Any]
    reasons: tuple[str, ...] = ()
    near_misses: tuple[str, ...] = ()
    layer: str = ""
    say: str = ""
    because: str = ""
    statute: str = ""
    floor: str = ""
    trace: tuple[Mapping[str, Any], ...] = ()
