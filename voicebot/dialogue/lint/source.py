"""What the rules see: every flow with its place in a file, and what all flows share."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from voicebot.dialogue import schema
from voicebot.dialogue.flowset import written_names
from voicebot.dialogue.lint.graph import Graph, graph
from voicebot.dialogue.lint.parts import Leaf, leaves
from voicebot.policy.documents import Document, Path
from voicebot.policy.problems import Problem
from voicebot.policy.table import Policy

#: Facts that are always there, with their fields; None: those of the shop's own document.
GIVEN: Mapping[str, frozenset[str] | None] = {
    "call": frozenset({"caller_number", "today", "now", "language"}),
    "shop": None,
    "dialogue": frozenset({
        "misses", "silences", "intent", "human_requests", "last_flow", "slot", "kind", "keypad", "heard", "doubt",
        "pending", "said_before", "verifying", "changed", "failed", "wish", "named",
        "names", "points_back",
    }),
}  # fmt: skip
#: Patterns that the engine itself runs.
REQUIRED = (
    "main", "not_understood", "out_of_scope", "silence", "still_waiting", "repeat", "help", "goodbye", "thanks",
    "greet", "bot_challenge", "hold_on", "cancel_dialogue", "unsure", "oms_unavailable", "internal_failure",
    "other_language", "abuse",
)  # fmt: skip
#: Flow that serves callers who want a human, and wishes that no flow serves yet.
HUMAN = "human_agent"
#: Commands that an `on` may catch.
COMMANDS = frozenset({
    "affirm", "deny", "repeat", "slower", "cancel_dialogue", "greet", "goodbye", "thanks", "help", "bot_challenge",
    "unsure", "hold_on", "human_agent", "out_of_scope", "other_language", "abuse", "start_over", "wrong_person",
    "not_understood",
})  # fmt: skip

#: Names of policies, or the policies themselves.
Policies = Collection[str] | Mapping[str, Policy]


@dataclass(frozen=True)
class Source:
    """A flow and where it stands."""

    file: str
    document: Document
    flow: schema.Flow

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """All its expressions and wordings."""
        return tuple(leaves(self.flow))

    @cached_property
    def graph(self) -> Graph:
        return graph(self.flow)

    @cached_property
    def read(self) -> frozenset[str]:
        """Names in its expressions and wordings."""
        return frozenset(name for leaf in self.leaves for name in leaf.names)

    @cached_property
    def started(self) -> frozenset[str]:
        """Flows that it calls or links to."""
        return frozenset(name for step in self.flow.steps if (name := schema.started_flow(step)) is not None)

    def problem(self, path: Path, code: str, what: str, fix: str) -> Problem:
        return Problem(self.file, self._line(path), code, what, fix)

    def _line(self, path: Path) -> int:
        """A wording that is not written by language is one of the language `en`: its path has one part less."""
        lines = self.document.lines
        for end in range(len(path), 0, -1):
            for place in (path[:end], tuple(part for part in path[:end] if part != "en"), path[: end - 1]):
                if place in lines:
                    return lines[place]
        return self.document.line(())


@dataclass(frozen=True)
class All:
    """Every flow, and what the house offers."""

    sources: Mapping[str, Source]
    shop: Mapping[str, Any]
    taxonomy: Mapping[str, Sequence[str]]
    """Intents and their shipped examples."""
    policies: Policies | None

    @cached_property
    def names(self) -> frozenset[str]:
        """All that conditions and wordings may read."""
        return frozenset(GIVEN).union(*(written_names(source.flow) for source in self.sources.values()))

    @cached_property
    def read(self) -> frozenset[str]:
        """All that they do read."""
        return frozenset().union(*(source.read for source in self.sources.values()))

    @cached_property
    def slots(self) -> frozenset[str]:
        """Names of all slots."""
        return frozenset(name for source in self.sources.values() for name in source.flow.slots)

    @cached_property
    def computed(self) -> frozenset[str]:
        """Names that `set` steps fill."""
        steps = (step for source in self.sources.values() for step in source.flow.steps)
        return frozenset(name for step in steps if isinstance(step, schema.Set) for name in step.set)

    def within(self, flow: str) -> frozenset[str]:
        """The flow and all that it calls, and they call."""
        seen: set[str] = set()
        ahead = [flow]
        while ahead:
            name = ahead.pop()
            source = self.sources.get(name)
            if source is None or name in seen:
                continue
            seen.add(name)
            ahead += [step.call for step in source.flow.steps if isinstance(step, schema.Call)]
        return frozenset(seen)


def near(name: str, known: Collection[str]) -> str:
    """What was probably meant."""
    found = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"did you mean {found[0]}?" if found else "check the name"
