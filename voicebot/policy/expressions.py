"""CEL expressions (Common Expression Language), the one language of conditions in policies and flows.

CEL is not Turing-complete and does no I/O, so an expression from a YAML file can neither hang nor reach anything. Two
rules of ours on top: a condition about something that is not there is false, and a value that cannot be computed is
null. So a missing fact never raises in a live call; a misspelt name is found at load time instead (`names`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import cel

from voicebot.policy.needs import needs, pruned

#: What CEL raises for missing keys, wrong types, bad indexes and unknown functions at run time.
_RUN_TIME = (KeyError, IndexError, TypeError, ValueError, RuntimeError, OverflowError, ZeroDivisionError)

_MACRO = re.compile(r"\.(?:all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)\s*,")
_STRING = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")

_PLAIN_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\d{1,4}\])*")
_FILTER = re.compile(
    rf"(?P<path>{_PLAIN_PATH.pattern})\.filter\(\s*(?P<element>[A-Za-z_]\w*)\s*,(?P<condition>.+)\)(?:\[(?P<index>\d{{1,4}})\])?",
    re.DOTALL,
)
_LITERALS = frozenset({"true", "false", "null"})

#: The compiler is recursive and native: a text of 100,000 characters takes the process with it.
MAX_CHARACTERS = 10_000

#: Functions and macros that expressions may use, beside the operators.
FUNCTIONS = frozenset({
    "size", "has", "contains", "startsWith", "endsWith", "matches", "int", "uint", "double", "string", "bool",
    "duration", "timestamp", "getFullYear", "getMonth", "getDate", "type", "min", "max",
})  # fmt: skip


class Expression:
    """A compiled CEL expression. Immutable; safe to share between calls.

    Raises:
        ValueError: the text is not CEL, is too long, or uses a function that does not exist.
    """

    __slots__ = ("_filter", "_needs", "_path", "_program", "names", "source")

    def __init__(self, source: str) -> None:
        if len(source) > MAX_CHARACTERS:
            raise ValueError(f"the expression has more than {MAX_CHARACTERS} characters")
        try:
            self._program = cel.compile(source)
        except ValueError as error:
            raise ValueError(_first_line(str(error))) from None
        plain = _STRING.sub("''", source)
        bound = set(_MACRO.findall(plain))
        unknown = {f for f in self._program.functions() if f.isidentifier() and f[0] != "_"} - FUNCTIONS
        if unknown - bound:
            raise ValueError(f"there is no function {sorted(unknown)[0]!r}")
        self.source = source
        self._needs = needs(plain)
        self._path = _path(source)
        self._filter = _Filter.read(source, plain)
        self.names: frozenset[str] = frozenset(self._program.variables()) - bound

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)

    def value(self, facts: Mapping[str, Any]) -> Any:
        """The value under `facts`, or None when it cannot be computed. Names that are not in `facts` are null."""
        if self._path is not None:
            return _followed(self._path, facts)
        if self._filter is not None:
            return self._filter.value(facts)
        context = {name: pruned(facts.get(name), self._needs.get(name), self._needs) for name in self.names}
        try:
            return self._program.execute(context)
        except _RUN_TIME:
            return None

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """True only when the value is exactly true."""
        return self.value(facts) is True


class _Filter:
    """`PATH.filter(NAME, CONDITION)`, perhaps with an index: the elements stay here, only what is asked of them goes
    into CEL. An element of which the condition cannot be told is left out."""

    __slots__ = ("_condition", "_element", "_index", "_path")

    def __init__(self, path: tuple[str | int, ...], element: str, condition: Expression, index: int | None) -> None:
        self._path, self._element, self._condition, self._index = path, element, condition, index

    @classmethod
    def read(cls, source: str, plain: str) -> _Filter | None:
        match = _FILTER.fullmatch(source)
        path = _path(match["path"]) if match else None
        if match is None or path is None or plain.count("(") != plain.count(")"):
            return None
        try:
            condition = Expression(match["condition"])
        except ValueError:  # the brackets did not belong together
            return None
        return cls(path, match["element"], condition, int(match["index"]) if match["index"] else None)

    def value(self, facts: Mapping[str, Any]) -> Any:
        items = _followed(self._path, facts)
        if not isinstance(items, list | tuple):
            return None
        context = {name: facts.get(name) for name in self._condition.names}
        kept = [item for item in items if self._condition.holds({**context, self._element: item})]
        if self._index is None:
            return kept
        return kept[self._index] if self._index < len(kept) else None


def _path(source: str) -> tuple[str | int, ...] | None:
    """The steps of a plain path such as `found.orders[0].number`, which needs no evaluator; None for anything else."""
    if _PLAIN_PATH.fullmatch(source) is None or source in _LITERALS:
        return None
    return tuple(int(part) if part.isdigit() else part for part in re.findall(r"\w+", source))


def _followed(path: tuple[str | int, ...], facts: Mapping[str, Any]) -> Any:
    value: Any = facts.get(str(path[0]))
    for part in path[1:]:
        if isinstance(part, str) and isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(part, int) and isinstance(value, list | tuple) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def _first_line(message: str) -> str:
    detail = message.partition("ERROR: ")[2] or message
    return detail.splitlines()[0].removeprefix("<input>:") if detail else "not an expression"
