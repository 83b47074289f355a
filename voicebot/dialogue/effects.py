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
    """Read from the OMS. May run before the turn is committed. `op` is one of `kinds.QueryOp`."""

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
class PlanAction:
    """Ask the order system what an action would do. Only after commit: a backend may open a draft for it.

    Answered by `Answered`: `{"status": "ok", "plan": id, "subject", "needs": level, "preview": {…}}`, or the status
    `not_allowed` (with `reason`), `conflict`, `not_found`, `unsupported`, `timeout`, `unavailable`, `bad_answer`.
    """

    request: str
    action: str
    """An `oms.actions.ActionKind`."""
    order: str
    """The backend's order id."""
    args: Mapping[str, Any] = field(default_factory=dict)
    filler: Wording = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitAction:
    """Do what was planned: the caller has said yes to it, and has proved what it needs. Only after commit.

    Answered by `Answered`: status `done` (with `reference` and facts), `unknown`, `failed`, `not_allowed`, `conflict`
    or `unverified`. It is always answered, and never done twice.
    """

    request: str
    plan: str
    filler: Wording = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonPlan:
    """The plan will not be done: what was opened for it may be removed. Not answered."""

    plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckProof:
    """Compare what the caller says with what is on file. Only after commit, for attempts are counted.

    `factor`: `postcode`, `email`, `name`, `item` or `code`. Answered by `Answered`: status `ok` (with `subject` and
    `proved`, the level reached), `mismatch` (with `left`, also for an order that does not exist), `locked`,
    `no_proof` (there is nothing to compare with) or `unavailable`.
    """

    request: str
    order: str
    factor: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendCode:
    """Send a one-time code to the contact on file. Answered by `Answered`: status `sent` (with `channel`: `sms` or
    `email`), `no_contact`, `locked` or `failed`. Only after commit."""

    request: str
    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage:
    """Send the caller a message, to the contact on file. Answered by `Answered`: status `sent` (with `channel`),
    `no_contact` or `failed`. Only after commit.

    `about`: the request of a `CommitAction` whose link (label, payment page) the message carries, or empty.
    """

    request: str
    order: str
    kind: str
    wording: Wording
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """End the call once everything said has been played. Only after commit."""

    reason: str


#: Effects for the order system and the caller's inbox; all but `AbandonPlan` are answered by `Answered`.
Act = PlanAction | CommitAction | AbandonPlan | CheckProof | SendCode | SendMessage
Effect = Say | Expect | Query | Decide | Matched | Handoff | BookCallback | HangUp | Act

#: Effects that cannot be taken back: they wait for the commit.
COMMIT_ONLY = (Handoff, BookCallback, HangUp, PlanAction, CommitAction, AbandonPlan, CheckProof, SendCode, SendMessage)

__all__ = [
    "COMMIT_ONLY",
    "AbandonPlan",
    "Act",
    "BookCallback",
    "CheckProof",
    "CommitAction",
    "Decide",
    "Effect",
    "Expect",
    "Handoff",
    "HangUp",
    "Matched",
    "Part",
    "PlanAction",
    "Query",
    "Say",
    "SendCode",
    "SendMessage",
]
