"""What the dialogue was given and what it wanted done, step by step: enough to run a call again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voicebot.records.events.base import Record
from voicebot.records.events.dialogue import EngineEffect, EngineInput, TakenBack


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One input to the dialogue engine, and what came of it, in their JSON forms.

    Attributes:
        turn: number of the caller's turn that it belongs to; 0 before the first.
        flow / step: where the conversation stood afterwards; None when it had ended, and when there were no effects.
    """

    turn: int
    input: Mapping[str, Any]
    effects: Sequence[Mapping[str, Any]] = ()
    flow: str | None = None
    step: str | None = None


@dataclass(slots=True)
class _Open:
    turn: int
    input: Mapping[str, Any]
    effects: list[Mapping[str, Any]] = field(default_factory=list)
    at: tuple[str | None, str | None] = (None, None)


def steps(records: Iterable[Record]) -> list[Step]:
    """The call's steps in the order in which they happened, without what was tried and dropped, or taken back."""
    found: list[_Open] = []
    for record in records:
        match record.event:
            case EngineInput() as event:
                found.append(_Open(record.turn, event.input))
            case EngineEffect() as event if found:
                found[-1].effects.append(event.effect)
                found[-1].at = (event.flow, event.step)
            case TakenBack() as event:
                found = [step for step in found if step.turn < event.since_turn]
            case _:
                pass
    return [Step(turn=o.turn, input=o.input, effects=tuple(o.effects), flow=o.at[0], step=o.at[1]) for o in found]
