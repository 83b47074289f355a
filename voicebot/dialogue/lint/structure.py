"""Rules about what must exist, once, under its name."""

from __future__ import annotations

from collections.abc import Iterator

from voicebot.dialogue import kinds, schema
from voicebot.dialogue.lint.parts import jumps
from voicebot.dialogue.lint.source import HUMAN, REQUIRED, All, Source, near
from voicebot.policy.problems import Problem

#: Patterns that the engine runs on behalf of a step.
_BEHIND_STEPS = {
    "verify": ("verify", "unverified"), "plan": ("action_failed",), "commit": ("action_failed",),
}  # fmt: skip
#: Steps that make sense only on top of what was going on.
_PATTERN_STEPS = frozenset({"wait", "confirm", "instead", "cancel", "prove", "send_code"})


def required(all_: All) -> Iterator[Problem]:
    """F015."""
    if not all_.sources:
        return
    file = next(iter(all_.sources.values())).file
    for name in REQUIRED:
        if f"patterns/{name}" not in all_.sources:
            yield Problem(file, 1, "F015", f"there is no pattern {name!r}", f"add a document with pattern: {name}")
    for source in all_.sources.values():
        for number, step in enumerate(source.flow.steps):
            for name in _BEHIND_STEPS.get(step.kind, ()):
                if f"patterns/{name}" not in all_.sources:
                    what, fix = f"{step.kind} needs the pattern {name!r}", f"add a document with pattern: {name}"
                    yield source.problem(("steps", number), "F015", what, fix)
    if HUMAN not in all_.sources:
        yield Problem(file, 1, "F015", f"there is no flow {HUMAN!r}", "callers must be able to reach a human")


def nothing_starts(all_: All) -> Iterator[Problem]:
    """F043."""
    started = frozenset().union(*(source.started for source in all_.sources.values()))
    for name, source in all_.sources.items():
        if not (source.flow.is_pattern or source.flow.triggers or name in started or name == HUMAN):
            fix = "give it triggers, or call it or link to it from another flow"
            yield source.problem((), "F043", f"nothing starts {name}", fix)


def step_ids(source: Source, _all: All) -> Iterator[Problem]:
    """F004."""
    seen: set[str] = set()
    for number, step in enumerate(source.flow.steps):
        if step.id in seen or step.id == kinds.DONE:
            yield source.problem(("steps", number, "id"), "F004", f"step id {step.id!r} is taken", "give it another id")
        seen.add(step.id)


def targets(source: Source, _all: All) -> Iterator[Problem]:
    """F005."""
    ids = {step.id for step in source.flow.steps} | {kinds.DONE}
    for path, target in jumps(source.flow):
        if target not in ids:
            yield source.problem(path, "F005", f"there is no step {target!r} in {source.flow.name}", near(target, ids))


def flows(source: Source, all_: All) -> Iterator[Problem]:
    """F006."""
    for number, step in enumerate(source.flow.steps):
        target = schema.started_flow(step)
        if target is not None and target not in all_.sources:
            path = ("steps", number, step.kind)
            yield source.problem(path, "F006", f"there is no flow {target!r}", near(target, all_.sources))


def circles(source: Source, all_: All) -> Iterator[Problem]:
    """F022: a flow that calls itself through calls that nothing interrupts would never end."""
    called = {step.call for step in source.flow.steps if isinstance(step, schema.Call)}
    if any(source.flow.name in all_.within(name) for name in called):
        yield source.problem((), "F022", f"{source.flow.name} calls itself", "use link, or break the circle")


def link_circles(all_: All) -> Iterator[Problem]:
    """F022: flows that can only be left to one another, and ask nothing before."""
    trapped = {name: targets for name, source in all_.sources.items() if (targets := _only_links(source))}
    while free := {name for name, targets in trapped.items() if not targets <= trapped.keys()}:
        trapped = {name: targets for name, targets in trapped.items() if name not in free}
    for name in trapped:
        what = f"{name} only leads to flows that lead back to it"
        yield all_.sources[name].problem((), "F022", what, "break the circle, or ask something in it")


def _only_links(source: Source) -> frozenset[str]:
    """Where a flow leads, when it leads nowhere else and nobody is asked anything on the way; otherwise empty."""
    steps, graph = source.flow.steps, source.graph
    reached = [(number, steps[number]) for number in graph.onwards([0])]
    if any(isinstance(step, schema.Ask | schema.Call) or step.kind == "verify" for _, step in reached):
        return frozenset()
    for number, step in reached:
        if not isinstance(step, schema.Link) and any(way.to is None for way in graph.ways[number]):
            return frozenset()
    return frozenset(step.link for _, step in reached if isinstance(step, schema.Link))


def patterns_only(source: Source, _all: All) -> Iterator[Problem]:
    """F018."""
    if source.flow.is_pattern:
        return
    for number, step in enumerate(source.flow.steps):
        if step.kind in _PATTERN_STEPS:
            yield source.problem(("steps", number), "F018", f"{step.kind} outside a pattern", "use next: done")
