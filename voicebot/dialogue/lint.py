"""Mistakes that only show when flows are seen together. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from voicebot.dialogue import schema
from voicebot.dialogue.flowset import written_names
from voicebot.dialogue.render import WORDINGS, Template
from voicebot.policy.documents import Document, Path
from voicebot.policy.expressions import Expression
from voicebot.policy.problems import Problem

#: Facts that are always there.
GIVEN = frozenset({"call", "dialogue", "shop"})
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
    "unsure", "hold_on", "human_agent", "out_of_scope", "other_language", "abuse", "start_over",
    "not_understood",
})  # fmt: skip
_CLAIMS = re.compile(
    r"\b(?:done|I(?:'ve| have) (?:cancelled|changed|refunded|sent|booked|found)|has been|successfully)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Source:
    """A flow and where it stands."""

    file: str
    document: Document
    flow: schema.Flow

    def problem(self, path: Path, code: str, what: str, fix: str) -> Problem:
        return Problem(self.file, self.document.line(path), code, what, fix)


@dataclass(frozen=True, slots=True)
class _All:
    sources: Mapping[str, Source]
    names: frozenset[str]
    taxonomy: frozenset[str]
    policies: Collection[str] | None
    languages: frozenset[str]


def lint(
    sources: Mapping[str, Source],
    shop: Mapping[str, Any],
    taxonomy: frozenset[str],
    policies: Collection[str] | None = None,
) -> list[Problem]:
    """Every mistake that is left once each file is well-formed."""
    names = frozenset().union(GIVEN, *(written_names(source.flow) for source in sources.values()))
    languages = frozenset(
        language
        for source in sources.values()
        for step in source.flow.steps
        if isinstance(step, schema.Say)
        for language in step.say
    )
    everything = _All(sources, names, taxonomy, policies, languages or frozenset({"en"}))
    problems = list(_across(everything))
    for source in sources.values():
        for rule in _RULES:
            problems += rule(source, everything)
    return problems


def _across(all_: _All) -> Iterator[Problem]:
    if not all_.sources:
        return
    any_source = next(iter(all_.sources.values()))
    for name in REQUIRED:
        if f"patterns/{name}" not in all_.sources:
            yield Problem(
                any_source.file, 1, "F015", f"there is no pattern {name!r}", f"add a document with pattern: {name}"
            )
    if HUMAN not in all_.sources:
        yield Problem(
            any_source.file, 1, "F015", f"there is no flow {HUMAN!r}", "callers must be able to reach a human"
        )
    yield from _examples(all_)
    owner: dict[str, Source] = {}
    for source in all_.sources.values():
        for intent in source.flow.triggers:
            path: Path = ("triggers", intent)
            if intent not in all_.taxonomy:
                near = _near(intent, all_.taxonomy)
                yield source.problem(path, "F013", f"intent {intent!r} is not in the taxonomy", near)
            if intent in owner:
                other = owner[intent]
                fix = f"remove it here or in {other.file}"
                yield source.problem(path, "F012", f"intent {intent!r} also starts {other.flow.name}", fix)
            owner[intent] = source


def _examples(all_: _All) -> Iterator[Problem]:
    """The same words cannot mean two things."""
    said: dict[str, tuple[str, Source]] = {}
    for source in all_.sources.values():
        for intent, texts in source.flow.triggers.items():
            for number, text in enumerate(texts):
                plain = " ".join(re.findall(r"\w+", text.lower()))
                meant, other = said.setdefault(plain, (intent, source))
                if meant != intent:
                    what, fix = f"{text!r} is also an example of {meant}", f"remove it here or in {other.file}"
                    yield source.problem(("triggers", intent, number), "F023", what, fix)


def _unused_slots(source: Source, all_: _All) -> Iterator[Problem]:
    """A flow may take what another one asks for: the number in "where is order …" is said before anybody asks."""
    used = frozenset().union(*(_uses(other.flow) for other in all_.sources.values()))
    for name in source.flow.slots:
        if name not in used:
            what, fix = f"nothing asks for slot {name!r} or uses it", "ask for it, or remove it"
            yield source.problem(("slots", name), "F024", what, fix)


def _uses(flow: schema.Flow) -> frozenset[str]:
    """Slots that the flow asks for, and all names in its expressions and wordings."""
    asked = {step.ask for step in flow.steps if isinstance(step, schema.Ask)}
    written = (name for _, template, _ in _templates(flow) for name in template.names)
    computed = (name for _, expression, _ in _expressions(flow) for name in expression.names)
    return frozenset(asked).union(written, computed)


def _duplicate_ids(source: Source, _all: _All) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, step in enumerate(source.flow.steps):
        if step.id in seen or step.id == schema.DONE:
            yield source.problem(("steps", number, "id"), "F004", f"step id {step.id!r} is taken", "give it another id")
        seen.add(step.id)


def _targets(source: Source, _all: _All) -> Iterator[Problem]:
    ids = {step.id for step in source.flow.steps} | {schema.DONE}
    for path, target in _jumps(source.flow):
        if target not in ids:
            yield source.problem(path, "F005", f"there is no step {target!r} in {source.flow.name}", _near(target, ids))


def _flows(source: Source, all_: _All) -> Iterator[Problem]:
    for number, step in enumerate(source.flow.steps):
        target = step.link if isinstance(step, schema.Link) else step.call if isinstance(step, schema.Call) else None
        if target is not None and target not in all_.sources:
            yield source.problem(
                ("steps", number, step.kind), "F006", f"there is no flow {target!r}", _near(target, all_.sources)
            )


def _circles(source: Source, all_: _All) -> Iterator[Problem]:
    """A flow that calls itself through calls and links that nothing interrupts would never end."""
    seen: set[str] = set()
    ahead = [source.flow.name]
    while ahead:
        current = all_.sources.get(ahead.pop())
        for step in current.flow.steps if current else ():
            if isinstance(step, schema.Call) and step.call not in seen:
                seen.add(step.call)
                ahead.append(step.call)
    if source.flow.name in seen:
        yield source.problem((), "F022", f"{source.flow.name} calls itself", "use link, or break the circle")


def _slots(source: Source, _all: _All) -> Iterator[Problem]:
    for number, step in enumerate(source.flow.steps):
        if isinstance(step, schema.Ground) and step.ground not in source.flow.slots:
            what = f"slot {step.ground!r} is not declared in {source.flow.name}"
            fix = _near(step.ground, source.flow.slots) or "add it under slots"
            yield source.problem(("steps", number, "ground"), "F007", what, fix)
        if not isinstance(step, schema.Ask):
            continue
        path: Path = ("steps", number, "ask")
        if step.ask not in source.flow.slots:
            fix = _near(step.ask, source.flow.slots) or "add it under slots"
            yield source.problem(path, "F007", f"slot {step.ask!r} is not declared in {source.flow.name}", fix)
        elif (source.flow.slots[step.ask].type == "choice") != (step.choices is not None):
            yield source.problem(path, "F003", "a choice needs choices, and nothing else may have them", "add choices:")
        for command in step.on:
            if command not in COMMANDS:
                fix = _near(command, COMMANDS)
                yield source.problem(("steps", number, "on", command), "F021", f"no command {command!r}", fix)


def _names(source: Source, all_: _All) -> Iterator[Problem]:
    for path, expression, local in _expressions(source.flow):
        for name in sorted(expression.names - all_.names - local):
            yield source.problem(path, "F009", f"nothing fills {name!r}", _near(name, all_.names))
    for path, template, local in _templates(source.flow):
        for name in sorted(template.names - all_.names - local - WORDINGS):
            yield source.problem(path, "F009", f"nothing fills {name!r}", _near(name, all_.names))
    for name in source.flow.keep:
        if name not in written_names(source.flow):
            yield source.problem(("keep",), "F009", f"the flow does not fill {name!r}", "remove it from keep")


def _branches(source: Source, _all: _All) -> Iterator[Problem]:
    for number, step in enumerate(source.flow.steps):
        if not isinstance(step, schema.Branch):
            continue
        for index, case in enumerate(step.branch):
            last = index == len(step.branch) - 1
            if last != (case.if_ is None):
                what = "the last case has a condition" if last else "a case without condition hides those after it"
                yield source.problem(("steps", number, "branch", index), "F017", what, "end with {next: STEP}")


def _reach(source: Source, _all: _All) -> Iterator[Problem]:
    flow = source.flow
    if len({step.id for step in flow.steps}) != len(flow.steps):
        return
    position = {step.id: number for number, step in enumerate(flow.steps)}
    reached: set[int] = set()
    ahead = [0] + [position[slot.on_change] for slot in flow.slots.values() if slot.on_change in position]
    if flow.on_again is not None and flow.on_again.next in position:
        ahead.append(position[flow.on_again.next])
    while ahead:
        number = ahead.pop()
        if number in reached or number >= len(flow.steps):
            continue
        reached.add(number)
        step = flow.steps[number]
        ahead += [position[target] for _, target in _step_jumps(step) if target in position]
        leaves = step.next is not None or isinstance(step, schema.Branch | schema.Link | schema.End | schema.Wait)
        if not leaves or step.if_ is not None:
            ahead.append(number + 1)
    for number, step in enumerate(flow.steps):
        if number not in reached:
            yield source.problem(
                ("steps", number), "F014", f"step {step.id!r} cannot be reached", "remove it or lead to it"
            )


def _policies(source: Source, all_: _All) -> Iterator[Problem]:
    for number, step in enumerate(source.flow.steps):
        if isinstance(step, schema.Decide) and all_.policies is not None and step.decide not in all_.policies:
            fix = _near(step.decide, all_.policies)
            yield source.problem(("steps", number, "decide"), "F016", f"there is no policy {step.decide!r}", fix)


def _patterns_only(source: Source, _all: _All) -> Iterator[Problem]:
    if source.flow.is_pattern:
        return
    for number, step in enumerate(source.flow.steps):
        if isinstance(step, schema.Wait | schema.Confirm | schema.Instead | schema.Cancel):
            yield source.problem(("steps", number), "F018", f"{step.kind} outside a pattern", "use next: done")


def _languages(source: Source, all_: _All) -> Iterator[Problem]:
    for number, step in enumerate(source.flow.steps):
        for key, lines in _step_lines(step):
            missing = all_.languages - set(lines)
            if missing:
                what = f"wording is missing in {', '.join(sorted(missing))}"
                yield source.problem(("steps", number, key), "F011", what, "add it under its language")


def _fillers(source: Source, _all: _All) -> Iterator[Problem]:
    for number, step in enumerate(source.flow.steps):
        if isinstance(step, schema.Query) and step.filler:
            for template in (t for variants in step.filler.values() for t in variants):
                if _CLAIMS.search(template.source):
                    fix = "say only that you are looking"
                    yield source.problem(
                        ("steps", number, "filler"), "F020", "the filler claims that something is done", fix
                    )


_RULES: tuple[Callable[[Source, _All], Iterator[Problem]], ...] = (
    _duplicate_ids, _targets, _flows, _circles, _slots, _names, _branches, _reach, _policies, _patterns_only,
    _languages, _fillers, _unused_slots,
)  # fmt: skip


def _jumps(flow: schema.Flow) -> Iterator[tuple[Path, str]]:
    for name, slot in flow.slots.items():
        if slot.on_change is not None:
            yield ("slots", name, "on_change"), slot.on_change
    if flow.on_again is not None:
        yield ("on_again", "next"), flow.on_again.next
    for number, step in enumerate(flow.steps):
        for path, target in _step_jumps(step):
            yield ("steps", number, *path), target


def _step_jumps(step: schema.Step) -> Iterator[tuple[Path, str]]:
    if step.next is not None:
        yield ("next",), step.next
    if isinstance(step, schema.Branch):
        for index, case in enumerate(step.branch):
            yield ("branch", index, "next"), case.next
    if isinstance(step, schema.Ask):
        for command, target in step.on.items():
            yield ("on", command), target
    if isinstance(step, schema.Query) and step.on_failure is not None:
        yield ("on_failure",), step.on_failure


def _step_lines(step: schema.Step) -> Iterator[tuple[str, schema.Lines]]:
    if isinstance(step, schema.Say):
        yield "say", step.say
    if isinstance(step, schema.Ask):
        yield "prompt", step.prompt
        for lines in step.again:
            yield "again", lines
    if isinstance(step, schema.Query) and step.filler is not None:
        yield "filler", step.filler


def _templates(flow: schema.Flow) -> Iterator[tuple[Path, Template, frozenset[str]]]:
    nothing: frozenset[str] = frozenset()
    for number, step in enumerate(flow.steps):
        for key, lines in _step_lines(step):
            for variants in lines.values():
                for template in variants:
                    yield ("steps", number, key), template, nothing
        if isinstance(step, schema.Ask) and step.choices is not None:
            yield ("steps", number, "choices", "label"), step.choices.label, frozenset({step.choices.as_})
        if isinstance(step, schema.Handoff) and step.handoff.summary is not None:
            yield ("steps", number, "handoff", "summary"), step.handoff.summary, nothing


def _expressions(flow: schema.Flow) -> Iterator[tuple[Path, Expression, frozenset[str]]]:
    nothing: frozenset[str] = frozenset()
    if flow.on_again is not None and flow.on_again.if_ is not None:
        yield ("on_again", "if"), flow.on_again.if_, nothing
    for name, slot in flow.slots.items():
        if slot.known is not None:
            yield ("slots", name, "known"), slot.known, nothing
    for number, step in enumerate(flow.steps):
        at: Path = ("steps", number)
        if step.if_ is not None:
            yield (*at, "if"), step.if_, nothing
        for path, expression in _step_expressions(step):
            yield (*at, *path), expression, nothing
        if isinstance(step, schema.Ask) and step.choices is not None:
            item = frozenset({step.choices.as_})
            yield (*at, "choices", "of"), step.choices.of, nothing
            for expression in (step.choices.value, *step.choices.clues):
                yield (*at, "choices"), expression, item


def _step_expressions(step: schema.Step) -> Iterator[tuple[Path, Expression]]:
    match step:
        case schema.Query():
            yield from ((("args", name), value) for name, value in step.args.items())
        case schema.Decide():
            yield from ((("facts", name), value) for name, value in step.facts.items())
        case schema.Set():
            yield from ((("set", name), value) for name, value in step.set.items())
        case schema.Branch():
            yield from ((("branch", i, "if"), c.if_) for i, c in enumerate(step.branch) if c.if_ is not None)
        case schema.Ground():
            yield ("among",), step.among
        case schema.Callback():
            yield ("callback", "number"), step.callback.number


def _near(name: str, known: Collection[str]) -> str:
    found = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"did you mean {found[0]}?" if found else "check the name"
