"""Whether what the caller said still fits, when the other version asks something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voicebot.dialogue.commands import PATTERNS, Command
from voicebot.dialogue.flowset import FlowSet

#: Moves that mean the same whatever was asked.
_FREE = (PATTERNS | {"start_flow", "human_agent"}) - {"unsure"}
_FILLS = frozenset({"set_slot", "correct_slot"})
#: Keys that mean the same whatever was asked: a human, and "say that again".
FREE_KEYS = frozenset({"0", "*"})


@dataclass(frozen=True, slots=True)
class Question:
    """What the engine waited for the caller to say. `flow` is the flow that asked."""

    flow: str | None
    slot: str | None
    kind: str
    choices: tuple[str, ...] = ()

    def like(self, other: Question | None) -> bool:
        """The same was asked, be it by another flow."""
        return other is not None and (self.slot, self.kind) == (other.slot, other.kind)

    def __str__(self) -> str:
        return f"{self.slot or self.kind} ({self.flow})" if self.flow else self.slot or self.kind


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run stands: what it asks, None while it is busy or has ended; and whether the caller was let go."""

    question: Question | None = None
    left: bool = False

    def after(self, effects: Sequence[Mapping[str, Any]], flow: str | None) -> Standing:
        """Once these effects (JSON forms) came out; none of them change nothing."""
        standing = Standing(None, self.left) if effects else self
        for effect in effects:
            if effect["kind"] == "expect":
                choices = tuple(effect.get("choices") or ())
                standing = Standing(Question(flow, effect.get("slot"), str(effect.get("expects")), choices))
            elif effect["kind"] == "hang_up":
                standing = Standing(None, left=True)
        return standing


def same_question(old: Standing, new: Standing) -> bool:
    """Whether both wait for the same thing, or neither waits."""
    return old.question is new.question is None or (old.question is not None and old.question.like(new.question))


def still_mean(commands: Sequence[Command], flows: FlowSet) -> bool:
    """Whether recorded commands can mean in these flows what they meant: their flows, intents and slots are there."""
    return all(_means(command, flows) for command in commands)


def _means(command: Command, flows: FlowSet) -> bool:
    match command.name:
        case "start_flow":
            flow, intent = command.args.get("flow"), command.args.get("intent")
            return flow in flows.flows and flows.intents.get(str(intent), flow) == flow
        case "set_slot" | "correct_slot":
            return command.args.get("slot") in flows.names
    return True


def free_of(commands: Sequence[Command], old: Standing, new: Standing) -> bool:
    """Whether commands do not depend on either question: they ask for something, or fill what neither asked for."""
    asked = {standing.question.slot for standing in (old, new) if standing.question is not None}
    return all(
        command.name in _FREE or (command.name in _FILLS and command.args.get("slot") not in asked)
        for command in commands
    )


def same_commands(one: Sequence[Command], other: Sequence[Command]) -> bool:
    """Whatever the confidence."""
    return [(c.name, dict(c.args)) for c in one] == [(c.name, dict(c.args)) for c in other]
