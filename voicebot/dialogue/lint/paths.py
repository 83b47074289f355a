"""Rules about where steps lead: what cannot be reached, what cannot be left, what changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voicebot.dialogue import schema
from voicebot.dialogue.flowset import written_names
from voicebot.dialogue.lint.graph import NEXT
from voicebot.dialogue.lint.source import All, Source
from voicebot.policy.problems import Problem


def unreachable(source: Source, _all: All) -> Iterator[Problem]:
    """F014."""
    steps = source.flow.steps
    if len({step.id for step in steps}) != len(steps):
        return
    for number, step in enumerate(steps):
        if number not in source.graph.reached:
            what = f"step {step.id!r} cannot be reached"
            yield source.problem(("steps", number), "F014", what, "remove it or lead to it")


def dead_ends(source: Source, _all: All) -> Iterator[Problem]:
    """F025: steps that run in a circle in which nobody is asked anything; the first step of each circle is named."""
    graph, steps = source.graph, source.flow.steps
    leaving = {n for n, ways in enumerate(graph.ways) if any(way.to is None for way in ways)}
    asking = {n for n, step in enumerate(steps) if isinstance(step, schema.Ask)}
    told: set[int] = set()
    for number in sorted(graph.reached):
        circle = graph.onwards([number])
        if number in told or circle & (leaving | asking) or _itself(source, number):
            continue
        told |= circle
        what = f"from step {steps[number].id!r} on nothing is asked and nothing ends"
        yield source.problem(("steps", number), "F025", what, "lead to a question, or to done")


def leads_to_itself(source: Source, _all: All) -> Iterator[Problem]:
    """F044."""
    for number, step in enumerate(source.flow.steps):
        if _itself(source, number):
            what = f"step {step.id!r} leads to itself"
            yield source.problem(("steps", number), "F044", what, "lead to another step, or to done")


def _itself(source: Source, number: int) -> bool:
    """A question may come back on what the caller says instead of an answer, and a wish is asked again."""
    step, ways = source.flow.steps[number], source.graph.ways[number]
    return any(way.to == number and way.by != "on" for way in ways) and not _always_asked(source, step)


def _always_asked(source: Source, step: schema.Step) -> bool:
    if not isinstance(step, schema.Ask):
        return False
    slot = source.flow.slots.get(step.ask)
    return slot is None or slot.type == "wish" or step.confirms is not None


def answered_already(source: Source, all_: All) -> Iterator[Problem]:
    """F026: a filled slot is not asked for. Who comes back to its question without having emptied it, runs in a circle.

    A way counts only when nothing on it empties a slot, calls another flow, or looks whether the slot is empty.
    """
    graph, steps = source.graph, source.flow.steps
    for number, step in enumerate(steps):
        if not isinstance(step, schema.Ask) or _always_asked(source, step) or _itself(source, number):
            continue
        if number not in graph.reached:
            continue
        seen: set[int] = set()
        ahead = [way.to for way in graph.ways[number] if way.by == NEXT]
        while ahead:
            at = ahead.pop()
            if at is None or at in seen:
                continue
            if at == number:
                what = f"the flow comes back to this question while {step.ask!r} is still filled"
                fix = f'empty it on the way: set: {{{step.ask}: "null"}}'
                yield source.problem(("steps", number, "ask"), "F026", what, fix)
                break
            seen.add(at)
            if not _opens(source, steps[at], step.ask, all_):
                ahead += [way.to for way in graph.ways[at] if way.by != "on" and not way.by.startswith("on_")]


def _opens(source: Source, step: schema.Step, slot: str, all_: All) -> bool:
    """Whether something is asked after this step, for all that is known."""
    match step:
        case schema.Ask():
            return _always_asked(source, step)
        case schema.Call():
            names = (written_names(all_.sources[name].flow) for name in all_.within(step.call))
            return step.call.startswith("patterns/") or slot in frozenset().union(*names)
        case schema.Set():
            return bool(step.set.keys() & source.flow.slots.keys())
        case schema.Branch():
            null = re.compile(rf"\b{slot}\s*[!=]=\s*null\b|\bnull\s*[!=]=\s*{slot}\b")
            return any(case.if_ is not None and null.search(case.if_.source) for case in step.branch)
    return step.kind in ("confirm", "verify", "ground")


def last_cases(source: Source, _all: All) -> Iterator[Problem]:
    """F017."""
    for number, step in enumerate(source.flow.steps):
        for index, case in enumerate(step.branch if isinstance(step, schema.Branch) else ()):
            last = index == len(step.branch) - 1  # type: ignore[attr-defined]
            if last != (case.if_ is None):
                what = "the last case has a condition" if last else "a case without condition hides those after it"
                yield source.problem(("steps", number, "branch", index), "F017", what, "end with {next: STEP}")


def conditions(source: Source, _all: All) -> Iterator[Problem]:
    """F038: conditions that are written out as true or false, or stand in the same branch before."""
    for number, step in enumerate(source.flow.steps):
        if step.if_ is not None and (always := _constant(step.if_.source)) is not None:
            what = f"the condition is always {always}"
            yield source.problem(("steps", number, "if"), "F038", what, "remove the condition or the step")
        seen: set[str] = set()
        for index, case in enumerate(step.branch if isinstance(step, schema.Branch) else ()):
            condition = "".join(case.if_.source.split()) if case.if_ is not None else ""
            if case.if_ is not None and (condition in seen or _constant(condition) is not None):
                always = _constant(condition)
                what = f"the condition is always {always}" if always else "the same condition stands in a case before"
                yield source.problem(("steps", number, "branch", index), "F038", what, "correct or remove the case")
            seen.add(condition)


def _constant(condition: str) -> str | None:
    plain = condition.strip("() \n")
    return {"!true": "false", "!false": "true"}.get(plain, plain if plain in ("true", "false") else None)


def same_way(source: Source, _all: All) -> Iterator[Problem]:
    """F039."""
    for number, step in enumerate(source.flow.steps):
        if isinstance(step, schema.Branch) and len(step.branch) > 1 and len({case.next for case in step.branch}) == 1:
            what = f"all cases lead to {step.branch[0].next!r}"
            yield source.problem(("steps", number, "branch"), "F039", what, "lead elsewhere, or use next alone")
