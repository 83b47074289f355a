"""Rules about what is said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from voicebot.dialogue import schema
from voicebot.dialogue.lint.graph import NEXT
from voicebot.dialogue.lint.parts import Leaf, wordings
from voicebot.dialogue.lint.source import GIVEN, All, Source
from voicebot.dialogue.render import Template, Value
from voicebot.policy.documents import Path
from voicebot.policy.expressions import Expression
from voicebot.policy.problems import Problem

#: Words that a caller can take in at once.
MAX_WORDS = 45
#: Words that a caller may be made to hear to the end.
MAX_FORCED_WORDS = 20

#: How values of slots are said, by the slot's type.
_KIND_OF_TYPE = {
    "order_number": "order_number", "tracking_number": "tracking_number", "email": "email", "phone": "phone",
    "date": "date", "name": "name", "spelling": "letter", "digits": "digits",
}  # fmt: skip
#: How fields are said, by their name.
_KIND_OF_FIELD = (
    (re.compile(r"email\Z"), "email"),
    (re.compile(r"(?:phone|caller_number)\Z"), "phone"),
    (re.compile(r"(?:minor)\Z|.*_minor\Z"), "money"),
    (re.compile(r"tracking_number\Z"), "tracking_number"),
    (re.compile(r"order_number\Z"), "order_number"),
    (re.compile(r"carrier\Z"), "carrier"),
    (re.compile(r"(?:today|eta|due|promised_by|send_back_by)\Z|.*_on\Z"), "date"),
)


def languages(source: Source, _all: All) -> Iterator[Problem]:
    """F011: a flow speaks a language everywhere or nowhere."""
    said = [
        (("steps", number, *path), lines)
        for number, step in enumerate(source.flow.steps)
        for path, lines in wordings(step)
    ]
    spoken = frozenset(language for _, lines in said for language in lines)
    for path, lines in said:
        if missing := sorted(spoken - set(lines)):
            what = f"wording is missing in {', '.join(missing)}"
            yield source.problem(path, "F011", what, "add it under its language")


def too_long(source: Source, _all: All) -> Iterator[Problem]:
    """F033 and F034."""
    for number, step in enumerate(source.flow.steps):
        forced = isinstance(step, schema.Say) and not step.interruptible
        for path, lines in wordings(step):
            for language, variants in lines.items():
                for variant, text in enumerate(variants):
                    at: Path = ("steps", number, *path, language, variant)
                    words = _words(text)
                    if words > MAX_WORDS:
                        what = f"{words} words are too many to listen to"
                        yield source.problem(at, "F033", what, f"say it in {MAX_WORDS}, or in two steps")
                    if forced and words > MAX_FORCED_WORDS:
                        what = f"{words} words that cannot be interrupted"
                        yield source.problem(at, "F034", what, f"force at most {MAX_FORCED_WORDS} on the caller")


def _words(text: Template) -> int:
    return sum(1 if isinstance(piece, Value) else len(re.findall(r"\w[\w'’-]*", piece)) for piece in text.pieces)


def plain_values(source: Source, all_: All) -> Iterator[Problem]:
    """F041: `4481207` as plain text is four million; as an order number it is digits. Who means it writes `| plain`."""
    types = {name: slot.type for other in all_.sources.values() for name, slot in other.flow.slots.items()}
    types.update({name: slot.type for name, slot in source.flow.slots.items()})
    for leaf in source.leaves:
        for value in leaf.value.values if isinstance(leaf.value, Template) else ():
            name = ".".join(value.paths[0])
            kind = _kind(value.paths[0], types) if value.kind == "plain" else None
            if kind is not None and not re.search(rf"{re.escape(name)}\s*\|", leaf.value.source):
                what = f"{name} is said as plain text"
                yield source.problem(leaf.path, "F041", what, f"write {{{{ {name} | {kind} }}}}")


def _kind(path: tuple[str, ...], types: Mapping[str, str]) -> str | None:
    if len(path) == 1 and path[0] in types:
        return _KIND_OF_TYPE.get(types[path[0]])
    return next((kind for name, kind in _KIND_OF_FIELD if name.match(path[-1])), None)


def unchecked(source: Source, _all: All) -> Iterator[Problem]:
    """F048: a value that the flow itself knows may be missing, said where nothing has looked whether it is there. The
    caller would hear of an internal failure instead."""
    optional = {path for leaf in source.leaves if isinstance(leaf.value, Expression) for path in _compared(leaf.value)}
    if not optional:
        return
    seen = _looked_at(source, optional)
    for leaf in source.leaves:
        if leaf.step is None or not isinstance(leaf.value, Template) or leaf.step not in seen:
            continue
        for name in sorted(_said(leaf) & optional - seen[leaf.step]):
            what = f"{name} may be missing here, elsewhere the flow looks whether it is there"
            yield source.problem(leaf.path, "F048", what, f'add if: "{name} != null", or branch before')


_COMPARED = re.compile(r"([A-Za-z_]\w*(?:\.\w+)+)\s*[!=]=\s*null\b")


def _compared(expression: Expression) -> set[str]:
    return {path for path in _COMPARED.findall(expression.source) if path.split(".")[0] not in GIVEN}


def _said(leaf: Leaf) -> set[str]:
    values = leaf.value.values if isinstance(leaf.value, Template) else ()
    return {".".join(path) for value in values for path in value.paths}


def _looked_at(source: Source, optional: set[str]) -> dict[int, set[str]]:
    """Step -> values that a condition has looked at on every way to it, or on the step itself."""
    steps, graph = source.flow.steps, source.graph
    before: dict[int, set[str]] = {}
    ahead: list[tuple[int, set[str]]] = [(entry, set()) for entry in graph.entries]
    while ahead:
        number, looked = ahead.pop()
        if number in before and before[number] <= looked:
            continue
        before[number] = looked = looked & before.get(number, looked)
        step = steps[number]
        conditions = [step.if_] if step.if_ is not None else []
        for way in graph.ways[number]:
            if isinstance(step, schema.Branch) and way.by == "branch":
                last = int(way.path[1])
                checked = [case.if_ for case in step.branch[: last + 1] if case.if_ is not None]
            else:
                checked = conditions if way.by == NEXT else []
            now = looked | {path for condition in checked for path in optional if path in condition.source}
            filled = {getattr(step, "into", ""), *(step.set if isinstance(step, schema.Set) else ())}
            if way.to is not None:
                ahead.append((way.to, {path for path in now if path.split(".")[0] not in filled}))
    for number, step in enumerate(steps):
        if number in before and step.if_ is not None:
            before[number] |= {path for path in optional if path in step.if_.source}
    return before
