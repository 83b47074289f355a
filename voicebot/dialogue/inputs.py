"""Events that drive the engine: `step(state, input) -> (state, effects)`.

Inputs carry every fact that the engine may use (also the time), so that a recorded call can be re-run.
Each has a JSON form through `to_json` / `from_json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.dialogue.commands import Understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOpened:
    """The call was answered."""

    now: str
    """UTC, ISO 8601."""
    today: str
    """The shop's local date, ISO 8601."""
    caller_number: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSaid:
    """A caller's turn, understood."""

    understanding: Understanding
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysPressed:
    """DTMF collected in one go, e.g. `4481207`."""

    keys: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSilent:
    """The caller has said nothing since the bot finished."""

    silent_ms: int
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAnswered:
    """The answer to a `Query` effect.

    `result` always has `status`: `ok`, `not_found`, `timeout`, `unavailable`, `bad_answer`.
    """

    request: str
    result: Mapping[str, Any]
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The answer to a `Decide` effect: `outcome` plus `policy`, `version`, `rule`, `reasons`."""

    request: str
    decision: Mapping[str, Any]
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Playback of an utterance ended; `complete` is False when it was interrupted."""

    utterance: str
    complete: bool
    heard: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffResult:
    """`status`: `transferred`, `failed` (target refused or unreachable), `no_target`."""

    request: str
    status: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackBooked:
    """A call-back was recorded; `due` is ISO 8601 UTC."""

    request: str
    number: str
    due: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of a plan, a commit, a proof, a code or a message: see the effects. `result` always has `status`."""

    request: str
    result: Mapping[str, Any]
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Something inside failed (recogniser, engine room); say something honest."""

    where: str
    now: str
    detail: Mapping[str, Any] = field(default_factory=dict)


Input = (
    CallOpened
    | UserSaid
    | KeysPressed
    | UserSilent
    | QueryAnswered
    | Decided
    | Heard
    | HandoffResult
    | CallbackBooked
    | Answered
    | Failed
)
