"""What came of running a call again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voicebot.dialogue.rerun.course import Standing
from voicebot.records.projections.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """The log cannot tell how the call would have gone on: `effect` (JSON form) was not asked then, or `why`."""

    turn: int
    effect: Mapping[str, Any] | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCourse:
    """The caller's next words belong to another conversation: what was asked then, and what would be asked."""

    turn: int
    old: Standing
    new: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDecision:
    """A policy that decides otherwise on the same facts."""

    turn: int
    policy: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """A step of a flow that ran, and in which turn."""

    turn: int
    flow: str
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """A call, run again.

    Attributes:
        old / new: the recorded steps, as far as they were run, and the new ones; those with effects only.
        old_path / new_path: the steps of the flows that were visited; None when the recorded ones are not known, for
            the log tells only where the conversation came to rest.
        stopped: why it was not run to its end; None when it was.
        anew: the caller's turns that were understood anew.
        decisions: policies that decided otherwise.
    """

    old: tuple[Step, ...]
    new: tuple[Step, ...]
    old_path: tuple[Visit, ...] | None
    new_path: tuple[Visit, ...]
    stopped: Unanswered | OtherCourse | None
    anew: tuple[int, ...]
    decisions: tuple[OtherDecision, ...]
