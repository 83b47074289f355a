"""What the engine wants done, as data. Nothing here does anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.dialogue.wording import Part, Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Speak. `role`: `greeting`, `answer`, `ask`, `filler`, `repair`, `goodbye`."""

    utterance: str
    """Unique within the call (`u1`, `u2` …), made by the engine."""
    wording: Wording
    role: str = "answer"
    interruptible: bool = True

    @property
    def text(self) -> str:
        """The wording as the eye reads it."""
        return "".join(part.value for part in self.wording)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """The engine now waits for the caller; tells the ears what for.

    Attributes:
        kind: slot type (`order_number`, `email`, `phone`, `postcode`, `yes_no`, `choice`, `date` …) or `open`.
        slot: name of the slot being filled, or None.
        choices: for `choice`, the options' words.
        patience: `instant` (yes/no), `normal`, `dictation` (identifiers).
        bias: words and values to bias the recogniser with (own order numbers, product names).
        begun: words of the value that were said before; the answer goes on from there.
    """

    kind: str = "open"
    slot: str | None = None
    choices: tuple[str, ...] = ()
    patience: str = "normal"
    bias: tuple[str, ...] = ()
    silence_ms: int = 7000
    """How long to wait in silence before `UserSilent` is due."""
    begun: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Read from the OMS. May run before the turn is committed. `op`: `find_orders` or `get_order`."""

    request: str
    op: str
    args: Mapping[str, Any] = field(default_factory=dict)
    filler: Wording = ()
    """Said when the answer will miss the turn's budget; never claims that anything is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """Ask the policy engine. Pure and quick; may run before the turn is committed."""

    request: str
    policy: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """What was heard for a slot was weighed against what exists, or against itself. For the record: nothing is to do.

    Attributes:
        decision: `accept`, `confirm` (it is read back) or `ask_again`.
        value: the likeliest; None when nothing is likely.
        confidence: probability that it was meant, 0..1.
        hypotheses: what was heard, best first.
        alternatives: other values that it may be.
    """

    slot: str
    decision: str
    value: str | None
    confidence: float
    hypotheses: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """Hand the caller to a human. Only after commit.

    `reason`: `caller_asked`, `policy`, `low_confidence`, `failure`, `risk`, `abuse`.
    """

    request: str
    reason: str
    queue: str = "default"
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookCallback:
    """Record that a human will call back. Only after commit."""

    request: str
    number: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """End the call once everything said has been played. Only after commit."""

    reason: str


Effect = Say | Expect | Query | Decide | Matched | Handoff | BookCallback | HangUp

#: Effects that cannot be taken back: they wait for the commit.
COMMIT_ONLY = (Handoff, BookCallback, HangUp)

__all__ = [
    "COMMIT_ONLY",
    "BookCallback",
    "Decide",
    "Effect",
    "Expect",
    "Handoff",
    "HangUp",
    "Matched",
    "Part",
    "Query",
    "Say",
]
