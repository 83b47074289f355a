"""All flows of a shop, ready to run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from voicebot.dialogue import kinds, schema
from voicebot.dialogue.render import Template

#: The pattern at the bottom of every call.
MAIN = "patterns/main"


@dataclass(frozen=True, slots=True)
class Place:
    """A step's neighbours."""

    step: schema.Step
    following: str
    """Id of the step after it, or `done`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSet:
    """Flows and patterns by name. `version` is the SHA-256 (16 hex digits) of the files' content."""

    flows: Mapping[str, schema.Flow]
    shop: Mapping[str, Any]
    version: str
    places: Mapping[str, Mapping[str, Place]] = field(init=False)
    intents: Mapping[str, str] = field(init=False)
    """Intent -> the flow that serves it."""
    written: Mapping[str, frozenset[str]] = field(init=False)
    """Flow -> slots and variables that it fills, without those it keeps."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", {name: _places(flow) for name, flow in self.flows.items()})
        object.__setattr__(
            self, "intents", {intent: name for name, flow in self.flows.items() for intent in flow.triggers}
        )
        object.__setattr__(
            self, "written", {name: written_names(flow) - set(flow.keep) for name, flow in self.flows.items()}
        )

    def first(self, flow: str) -> str:
        return self.flows[flow].steps[0].id

    def place(self, flow: str, step: str) -> Place | None:
        return self.places.get(flow, {}).get(step)

    @property
    def names(self) -> frozenset[str]:
        """All slots and variables of all flows."""
        return frozenset().union(*(written_names(flow) for flow in self.flows.values()))


def templates(part: object, language: str) -> Iterator[Template]:
    """All wordings of a flow, in the language, in the order of the file."""
    match part:
        case Template():
            yield part
        case BaseModel():
            for field in type(part).model_fields:
                yield from templates(getattr(part, field), language)
        case Mapping():
            chosen = [part[language]] if language in part else part.values()
            for value in chosen:
                yield from templates(value, language)
        case tuple() | list():
            for item in part:
                yield from templates(item, language)


def written_names(flow: schema.Flow) -> frozenset[str]:
    """Slots and variables that the flow fills."""
    names = set(flow.slots)
    for step in flow.steps:
        if isinstance(step, schema.Set):
            names.update(step.set)
        into = getattr(step, "into", None)
        if into:
            names.add(into)
    return frozenset(names)


def _places(flow: schema.Flow) -> Mapping[str, Place]:
    ids = [step.id for step in flow.steps] + [kinds.DONE]
    return {step.id: Place(step, ids[number + 1]) for number, step in enumerate(flow.steps)}
