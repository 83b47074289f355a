"""The parts of a flow that rules look at: its expressions, its wordings, and the steps that it names.

They are found by what they are and not by the kind of step, so that a new kind of step is covered as soon as the schema
has it: `next`, `on` and every `on_…` name steps, every `Template` is said, every `Expression` is computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from voicebot.dialogue import schema
from voicebot.dialogue.render import WORDINGS, Template
from voicebot.policy.documents import Path
from voicebot.policy.expressions import Expression

_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Leaf:
    """An expression or a wording, and where it stands."""

    path: Path
    value: Template | Expression
    local: frozenset[str] = _NOTHING
    """Names that only exist in it, such as the option of a choice."""

    @property
    def step(self) -> int | None:
        """Number of the step that it belongs to."""
        return self.path[1] if self.path[0] == "steps" and isinstance(self.path[1], int) else None

    @property
    def names(self) -> frozenset[str]:
        """What it reads."""
        return self.value.names - self.local - WORDINGS


def leaves(part: object, path: Path = (), local: frozenset[str] = _NOTHING) -> Iterator[Leaf]:
    """All expressions and wordings of a flow or of a part of it."""
    match part:
        case Template() | Expression():
            yield Leaf(path, part, local)
        case BaseModel():
            inside = local | {part.as_} if isinstance(part, schema.Choices) else local
            for name, info in type(part).model_fields.items():
                key = info.alias or name
                yield from leaves(getattr(part, name), (*path, key), local if key == "of" else inside)
        case Mapping():
            for key, value in part.items():
                yield from leaves(value, (*path, str(key)), local)
        case tuple() | list():
            for number, item in enumerate(part):
                yield from leaves(item, (*path, number), local)


def wordings(part: object, path: Path = ()) -> Iterator[tuple[Path, schema.Lines]]:
    """Everything that is said: where it stands, and its variants by language."""
    if _is_lines(part):
        yield path, part  # type: ignore[misc]
    elif isinstance(part, BaseModel):
        for name, info in type(part).model_fields.items():
            yield from wordings(getattr(part, name), (*path, info.alias or name))
    elif isinstance(part, tuple | list):
        for number, item in enumerate(part):
            yield from wordings(item, (*path, number))


def _is_lines(part: object) -> bool:
    return isinstance(part, Mapping) and any(
        isinstance(variants, tuple) and variants and isinstance(variants[0], Template) for variants in part.values()
    )


def jumps(flow: schema.Flow) -> Iterator[tuple[Path, str]]:
    """All steps that the flow names, and where."""
    for name, slot in flow.slots.items():
        if slot.on_change is not None:
            yield ("slots", name, "on_change"), slot.on_change
    if flow.on_again is not None:
        yield ("on_again", "next"), flow.on_again.next
    for number, step in enumerate(flow.steps):
        for path, target in step_jumps(step):
            yield ("steps", number, *path), target


def step_jumps(step: schema.Step) -> Iterator[tuple[Path, str]]:
    """All steps that a step names, and under which key."""
    if step.next is not None:
        yield ("next",), step.next
    if isinstance(step, schema.Branch):
        for index, case in enumerate(step.branch):
            yield ("branch", index, "next"), case.next
    for key in type(step).model_fields:
        value = getattr(step, key)
        if key == "on":
            yield from ((("on", command), target) for command, target in value.items())
        elif key.startswith("on_") and isinstance(value, str):
            yield (key,), value
