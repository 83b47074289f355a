"""What was planned for the caller, and what was done: quotes and writes, each write with its key in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.records.events.base import CallEvent, event


@event("action.planned")
@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPlanned(CallEvent):
    """The order system was asked what an action would do. Nothing is changed."""

    request: str
    action: str
    order: str
    """The order system's id."""
    status: str
    """`ok`, `not_allowed`, `conflict`, `not_found`, `unsupported`, `timeout`, `unavailable`, `bad_answer`."""
    args: Mapping[str, Any] = field(default_factory=dict)
    plan: str = ""
    subject: str = ""
    """Whose proof the plan needs: the customer, or the guest's order."""
    needs: int = 0
    """Level of proof that the commit needs."""
    preview: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    """Why it is not allowed."""
    took_ms: float = 0.0
    cause: str = ""
    """For operators, when it failed."""


@event("action.begun")
@dataclass(frozen=True, slots=True, kw_only=True)
class ActionBegun(CallEvent):
    """The caller has agreed, the ledger has the write, and the order system is told now."""

    request: str
    plan: str
    action: str
    key: str


@event("action.committed")
@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCommitted(CallEvent):
    """It was done, once."""

    request: str
    plan: str
    action: str
    key: str
    reference: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 1
    """Times that the order system was told; more than once only after it was certain that it had not happened."""
    read_back: bool = False
    """The answer was lost, and the order itself told."""
    repeated: bool = False
    """It had been done before; this is the first one's result."""
    took_ms: float = 0.0


@event("action.unknown")
@dataclass(frozen=True, slots=True, kw_only=True)
class ActionUnknown(CallEvent):
    """The answer was lost, and the order could not tell either. It is looked at again, and listed for people."""

    request: str
    plan: str
    action: str
    key: str
    attempts: int = 1
    took_ms: float = 0.0
    cause: str = ""


@event("action.failed")
@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFailed(CallEvent):
    """It was certainly not done."""

    request: str
    plan: str
    action: str
    status: str
    """`failed`, `not_allowed`, `conflict` or `unverified`."""
    key: str = ""
    reason: str = ""
    took_ms: float = 0.0
    cause: str = ""


@event("action.abandoned")
@dataclass(frozen=True, slots=True, kw_only=True)
class ActionAbandoned(CallEvent):
    """A plan was given up; what was opened for it is removed."""

    plan: str
    action: str
    cause: str = ""
    """For operators, when it could not be removed."""
