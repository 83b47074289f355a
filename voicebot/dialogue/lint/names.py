"""Rules about names: what is read must be filled, and what is filled must be read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voicebot.dialogue import schema
from voicebot.dialogue.flowset import written_names
from voicebot.dialogue.lint.parts import Leaf
from voicebot.dialogue.lint.source import COMMANDS, GIVEN, All, Source, near
from voicebot.dialogue.render import Template
from voicebot.policy.documents import Path
from voicebot.policy.problems import Problem

#: Types of slots that mean nothing when they are not asked for.
_ONLY_ASKED = frozenset({"yes_no", "choice"})
_TEXT = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
_FIELD = re.compile(rf"(?<![\w.])({'|'.join(GIVEN)})\.(\w+)")


def slots(source: Source, _all: All) -> Iterator[Problem]:
    """F007: slots that steps ask for and match; F003: a choice has choices; F021: commands that exist."""
    declared = source.flow.slots
    for number, step in enumerate(source.flow.steps):
        name = step.ask if isinstance(step, schema.Ask) else step.ground if isinstance(step, schema.Ground) else None
        if name is not None and name not in declared:
            found = near(name, declared)
            fix = found if found.startswith("did") else "add it under slots"
            what = f"slot {name!r} is not declared in {source.flow.name}"
            yield source.problem(("steps", number, step.kind), "F007", what, fix)
        if not isinstance(step, schema.Ask):
            continue
        if step.ask in declared and (declared[step.ask].type == "choice") != (step.choices is not None):
            what = "a choice needs choices, and nothing else may have them"
            yield source.problem(("steps", number, "ask"), "F003", what, "add or remove choices:")
        for command in step.on:
            if command not in COMMANDS:
                fix = near(command, COMMANDS)
                yield source.problem(("steps", number, "on", command), "F021", f"no command {command!r}", fix)


def unknown(source: Source, all_: All) -> Iterator[Problem]:
    """F009."""
    for leaf in source.leaves:
        for name in sorted(leaf.names - all_.names):
            yield source.problem(leaf.path, "F009", f"nothing fills {name!r}", near(name, all_.names))
        for name, field in sorted(_fields(leaf)):
            known = all_.shop.keys() if name == "shop" else GIVEN[name] or frozenset()
            if field not in known:
                yield source.problem(leaf.path, "F009", f"there is no {name}.{field}", near(field, known))
    for name in source.flow.keep:
        if name not in written_names(source.flow):
            yield source.problem(("keep",), "F009", f"the flow does not fill {name!r}", "remove it from keep")


def _fields(leaf: Leaf) -> set[tuple[str, str]]:
    """Fields of the facts that are always there, as far as they are read."""
    if isinstance(leaf.value, Template):
        paths = (path for value in leaf.value.values for path in value.paths)
        return {(path[0], path[1]) for path in paths if path[0] in GIVEN and len(path) > 1}
    plain = _TEXT.sub("''", leaf.value.source)
    return {(name, field) for name, field in _FIELD.findall(plain) if name not in leaf.local}


def unused_slots(source: Source, all_: All) -> Iterator[Problem]:
    """F024. A flow may take what another one asks for: the number in "where is order …" is said before anybody asks."""
    asked = {step.ask for other in all_.sources.values() for step in other.flow.steps if isinstance(step, schema.Ask)}
    for name, slot in source.flow.slots.items():
        if name not in asked | all_.read:
            what, fix = f"nothing asks for slot {name!r} or uses it", "ask for it, or remove it"
            yield source.problem(("slots", name), "F024", what, fix)
        elif slot.type in _ONLY_ASKED and name not in asked | all_.computed:
            what = f"nothing ever fills slot {name!r}: a {slot.type} is only understood as an answer"
            yield source.problem(("slots", name), "F024", what, "ask for it, or remove it")


def unused_values(source: Source, all_: All) -> Iterator[Problem]:
    """F028: values that are computed for nobody; what must be given as `into` may stay unread."""
    for number, step in enumerate(source.flow.steps):
        for name in step.set if isinstance(step, schema.Set) else ():
            if name not in all_.read | all_.slots:
                path: Path = ("steps", number, "set", name)
                yield source.problem(path, "F028", f"nothing reads {name!r}", "read it, or remove it")


def read_too_early(source: Source, all_: All) -> Iterator[Problem]:
    """F027: values of the flow itself, read where no step before can have filled them. A flow begins with them empty;
    slots aside, which a caller can fill with the wish itself."""
    steps, graph = source.flow.steps, source.graph
    own = written_names(source.flow) - all_.slots - frozenset(source.flow.keep)
    fills = [frozenset(_filled(step, all_) & own) for step in steps]
    ever = frozenset().union(*(fills[number] for number in graph.reached))
    before: dict[int, frozenset[str]] = dict.fromkeys(graph.entries[1:], ever)
    before[0] = before.get(0, frozenset())
    ahead = list(before)
    while ahead:
        number = ahead.pop()
        after = before[number] | fills[number]
        for way in graph.ways[number]:
            if way.to is not None and (way.to not in before or not after <= before[way.to]):
                before[way.to] = before.get(way.to, frozenset()) | after
                ahead.append(way.to)
    for leaf in source.leaves:
        if leaf.step is None or leaf.step not in before:
            continue
        for name in sorted((leaf.names & own) - before[leaf.step]):
            what = f"nothing before this step fills {name!r}"
            yield source.problem(leaf.path, "F027", what, "fill it first, or correct the order of the steps")


def _filled(step: schema.Step, all_: All) -> set[str]:
    """Names that the step may fill, and the flow that it calls."""
    names = set(step.set) if isinstance(step, schema.Set) else set()
    if into := getattr(step, "into", None):
        names.add(into)
    if isinstance(step, schema.Call):
        names.update(*(written_names(all_.sources[name].flow) for name in all_.within(step.call)))
    return names
