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

#: What CEL raises for missing keys, wrong types, bad indexes and unknown functions at run time.
_RUN_TIME = (KeyError, IndexError, TypeError, ValueError, RuntimeError, OverflowError, ZeroDivisionError)

_MACRO = re.compile(r"\.(?:all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)\s*,")
_STRING = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")

#: Functions and macros that expressions may use, beside the operators.
FUNCTIONS = frozenset({
    "size", "has", "contains", "startsWith", "endsWith", "matches", "int", "uint", "double", "string", "bool",
    "duration", "timestamp", "type", "min", "max",
})  # fmt: skip


class Expression:
    """A compiled CEL expression. Immutable; safe to share between calls.

    Raises:
        ValueError: the text is not CEL, or uses a function that does not exist.
    """

    __slots__ = ("_program", "names", "source")

    def __init__(self, source: str) -> None:
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
        self.names: frozenset[str] = frozenset(self._program.variables()) - bound

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)

    def value(self, facts: Mapping[str, Any]) -> Any:
        """The value under `facts`, or None when it cannot be computed. Names that are not in `facts` are null."""
        context = {name: facts.get(name) for name in self.names}
        try:
            return self._program.execute(context)
        except _RUN_TIME:
            return None

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """True only when the value is exactly true."""
        return self.value(facts) is True


def _first_line(message: str) -> str:
    detail = message.partition("ERROR: ")[2] or message
    return detail.splitlines()[0].removeprefix("<input>:") if detail else "not an expression"
