"""Which steps exist, which ways lead out of them, and which of them the tests took. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from voicebot.dialogue import schema
from voicebot.dialogue.flowset import FlowSet

Way = tuple[str, str, str]
"""Flow, step, and how it went: `run`, `left out`, `case 2`, `on deny`, `failed`."""


@dataclass(slots=True)
class Coverage:
    """Counts what an engine's watcher is told."""

    taken: Counter[Way] = field(default_factory=Counter)

    def __call__(self, flow: str, step: str, way: str) -> None:
        self.taken[flow, step, way] += 1

    def missing_steps(self, flows: FlowSet) -> list[Way]:
        return [way for way in steps(flows) if not self.taken[way]]

    def missing_branches(self, flows: FlowSet) -> list[Way]:
        return [way for way in branches(flows) if not self.taken[way]]

    def step_share(self, flows: FlowSet) -> float:
        """Percent, 0..100."""
        return _share(len(list(steps(flows))), len(self.missing_steps(flows)))

    def branch_share(self, flows: FlowSet) -> float:
        """Percent, 0..100."""
        return _share(len(list(branches(flows))), len(self.missing_branches(flows)))


def steps(flows: FlowSet) -> Iterator[Way]:
    """Every step of every flow and pattern."""
    for name, flow in flows.flows.items():
        for step in flow.steps:
            yield name, step.id, "run"


def branches(flows: FlowSet) -> Iterator[Way]:
    """Every case of every branch, every way out of a question by `on`, every `on_failure`, and for every `if` that it
    holds and that it does not."""
    for name, flow in flows.flows.items():
        for step in flow.steps:
            if step.if_ is not None:
                yield name, step.id, "run"
                yield name, step.id, "left out"
            if isinstance(step, schema.Branch):
                for number in range(1, len(step.branch) + 1):
                    yield name, step.id, f"case {number}"
            if isinstance(step, schema.Ask):
                yield from ((name, step.id, f"on {command}") for command in step.on)
            if getattr(step, "on_failure", None) is not None:
                yield name, step.id, "failed"


def _share(all_: int, missing: int) -> float:
    return round(100 * (all_ - missing) / all_, 2) if all_ else 100.0
