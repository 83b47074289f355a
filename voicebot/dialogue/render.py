"""Wording templates: fixed text with typed values, and nothing else.

`Order {{ order.number | order_number }} comes on {{ order.delivery.eta | date }}.` A value is a dotted path and
the kind of `Part` it becomes; money takes two paths, amount in minor units and currency. There are no expressions,
loops or conditions in a template: those are steps of the flow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voicebot.dialogue.wording import Part, Wording

#: Kinds a value may have in wording; `plain` when none is given.
KINDS = frozenset({
    "plain", "order_number", "tracking_number", "digits", "phone", "email", "date", "time", "money", "count",
    "name", "letter", "carrier", "list",
})  # fmt: skip
#: Values that are wording themselves: what was last said, and the options of the question being asked.
WORDINGS = frozenset({"last_said", "choices"})

_SLOT = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_PATH = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:/\d{4}-\d{2}-\d{2}\Z)?")


class UnspeakableError(Exception):
    """A value that the wording needs is not there."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value in a wording: the path to it (money: two), and the kind of part it becomes."""

    paths: tuple[tuple[str, ...], ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Template:
    """One variant of a wording, parsed."""

    source: str
    pieces: tuple[str | Value, ...]

    @property
    def values(self) -> tuple[Value, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, Value))

    @property
    def names(self) -> frozenset[str]:
        """First names of all paths, for the lint."""
        return frozenset(path[0] for value in self.values for path in value.paths)

    @property
    def fixed(self) -> tuple[str, ...]:
        """The texts between the values: what a phrase cache can prepare."""
        return tuple(piece for piece in self.pieces if isinstance(piece, str))

    @property
    def outline(self) -> Wording:
        """The wording with a placeholder for every value: shows which words are fixed, and what stands around them."""
        return tuple(Part("text", p) if isinstance(p, str) else Part(p.kind, "1") for p in self.pieces)

    def render(self, facts: Mapping[str, Any]) -> Wording:
        """Fill in the values.

        Raises:
            UnspeakableError: a value is missing, null, or not of its kind.
        """
        parts: list[Part] = []
        for piece in self.pieces:
            if isinstance(piece, str):
                parts.append(Part("text", piece))
            elif piece.kind == "wording":
                parts.extend(facts.get(piece.paths[0][0]) or ())
            else:
                value = _written(piece, [_look_up(path, facts) for path in piece.paths])
                first, _, last = value.partition("/") if piece.kind == "date" else (value, "", "")
                parts.append(Part(piece.kind, first))
                parts.extend((Part("text", " to "), Part("date", last)) if last else ())
        return merged(parts)


def parse(source: str) -> Template:
    """Parse a template.

    Raises:
        ValueError: the text is empty, a path is malformed, or a kind does not exist.
    """
    if not source.strip():
        raise ValueError("the wording is empty")
    source = " ".join(source.split())
    pieces: list[str | Value] = []
    end = 0
    for match in _SLOT.finditer(source):
        if match.start() > end:
            pieces.append(source[end : match.start()])
        pieces.append(_parse_value(match.group(1)))
        end = match.end()
    if end < len(source):
        pieces.append(source[end:])
    if any("{{" in piece or "}}" in piece for piece in pieces if isinstance(piece, str)):
        raise ValueError("'{{' and '}}' do not match")
    return Template(source, tuple(pieces))


def merged(parts: list[Part]) -> Wording:
    """Neighbouring fixed texts as one part, so that they are cached as one phrase."""
    result: list[Part] = []
    for part in parts:
        if part.kind == "text" and result and result[-1].kind == "text":
            result[-1] = Part("text", result[-1].value + part.value)
        else:
            result.append(part)
    return tuple(result)


def joined(items: list[Wording], last: str = " or ") -> Wording:
    """`A, B or C`."""
    parts: list[Part] = []
    for number, item in enumerate(items):
        if number:
            parts.append(Part("text", last if number == len(items) - 1 else ", "))
        parts.extend(item)
    return merged(parts)


def _parse_value(text: str) -> Value:
    path_text, _, kind = (part.strip() for part in text.partition("|"))
    paths = tuple(path.strip() for path in path_text.split(","))
    for path in paths:
        if not _PATH.match(path):
            raise ValueError(f"{{{{{text}}}}} is not a value: write {{{{ name.name | kind }}}}")
    if paths[0] in WORDINGS and len(paths) == 1:
        if kind:
            raise ValueError(f"{paths[0]} is wording already and takes no kind")
        return Value(((paths[0],),), "wording")
    kind = kind or "plain"
    if kind not in KINDS:
        raise ValueError(f"there is no kind {kind!r}: use one of {', '.join(sorted(KINDS))}")
    if len(paths) != (2 if kind == "money" else 1):
        raise ValueError("money takes two values, amount and currency; every other kind takes one")
    return Value(tuple(tuple(path.split(".")) for path in paths), kind)


def _look_up(path: tuple[str, ...], facts: Mapping[str, Any]) -> Any:
    value: Any = facts
    for name in path:
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list | tuple) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            value = None
        if value is None:
            raise UnspeakableError(".".join(path))
    return value


def _written(piece: Value, values: list[Any]) -> str:
    value = values[0]
    where = ".".join(piece.paths[0])
    if piece.kind == "money":
        if isinstance(value, bool) or not isinstance(value, int) or not isinstance(values[1], str):
            raise UnspeakableError(where)
        return f"{value} {values[1]}"
    if piece.kind == "list" and isinstance(value, list | tuple):
        value = ", ".join(str(item) for item in value)
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        raise UnspeakableError(where)
    if piece.kind == "date":
        match = _DATE.match(str(value))
        if match is None:
            raise UnspeakableError(where)
        return match.group()
    return str(value)
