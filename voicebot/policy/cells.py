"""Cells of a decision table: one condition on one fact.

A cell is a plain value (`EU`), a list of them (`[EU, UK]`), or a comparison (`"<= 30"`, `"!= 'defective'"`). The key
`expr` holds a whole CEL expression for the odd case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voicebot.policy.expressions import Expression

#: Types of facts, and what they are in Python.
TYPES: Mapping[str, type[Any] | tuple[type[Any], ...]] = {
    "string": str,
    "int": int,
    "double": (int, float),
    "bool": bool,
}
EXPR = "expr"
_COMPARISON = re.compile(r"(<=|>=|<|>|==|!=)\s*(.+)\Z", re.DOTALL)
_ORDERED = frozenset({"<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class Cell:
    """`fact` is empty for an `expr` cell. `values` are the plain values it accepts; `op` and `bound` a comparison."""

    fact: str
    source: str
    test: Expression
    values: tuple[Any, ...] = ()
    op: str = ""
    bound: Any = None

    def __str__(self) -> str:
        return self.source


def parse_cell(fact: str, raw: Any, kinds: Mapping[str, str]) -> Cell:
    """Read a cell.

    Args:
        fact: name of the fact, or `expr`.
        raw: what stands in the file.
        kinds: type of each fact of the vocabulary.

    Raises:
        ValueError: not CEL, unknown names, or a value of the wrong type.
    """
    if fact == EXPR:
        test = Expression(str(raw))
        unknown = test.names - set(kinds)
        if unknown:
            raise ValueError(f"{sorted(unknown)[0]!r} is not in the vocab")
        return Cell("", str(raw), test)
    kind = kinds[fact]
    if isinstance(raw, str) and (match := _COMPARISON.match(raw.strip())):
        op, bound = match.group(1), Expression(match.group(2)).value({})
        if not is_kind(bound, kind):
            raise ValueError(f"{match.group(2)} is not a {kind}")
        if op in _ORDERED and kind not in ("int", "double"):
            raise ValueError(f"a {kind} cannot be compared with {op}")
        if op == "==":
            return Cell(
                fact, f"{fact} is {_written(bound)}", Expression(f"{fact} == {_written(bound)}"), values=(bound,)
            )
        source = f"{fact} {op} {_written(bound)}"
        return Cell(fact, source, Expression(source), op=op, bound=bound)
    values = tuple(raw) if isinstance(raw, list) else (raw,)
    if not values:
        raise ValueError("the list is empty")
    for value in values:
        if not is_kind(value, kind):
            raise ValueError(f"{value!r} is not a {kind}")
    if len(values) == 1:
        source = f"{fact} is {_written(values[0])}"
        return Cell(fact, source, Expression(f"{fact} == {_written(values[0])}"), values=values)
    listed = ", ".join(_written(value) for value in values)
    return Cell(fact, f"{fact} in [{listed}]", Expression(f"{fact} in [{listed}]"), values=values)


def is_kind(value: Any, kind: str) -> bool:
    """Whether a value is of a fact's type; true and false are no numbers."""
    if isinstance(value, bool):
        return kind == "bool"
    return isinstance(value, TYPES[kind])


def covers(wide: Cell, narrow: Cell) -> bool:
    """Whether `wide` certainly holds whenever `narrow` does. False when that cannot be told."""
    if wide.source == narrow.source:
        return True
    if not wide.fact or wide.fact != narrow.fact:
        return False
    if wide.values:
        return bool(narrow.values) and set(narrow.values) <= set(wide.values)
    if narrow.values:
        return all(_compare(wide.op, value, wide.bound) for value in narrow.values)
    if wide.op in ("<", "<=") and narrow.op in ("<", "<="):
        return bool(narrow.bound < wide.bound or (narrow.bound == wide.bound and not (wide.op == "<" < narrow.op)))
    if wide.op in (">", ">=") and narrow.op in (">", ">="):
        return bool(narrow.bound > wide.bound or (narrow.bound == wide.bound and not (wide.op == ">" < narrow.op)))
    if wide.op == "!=":
        return not _compare(narrow.op, wide.bound, narrow.bound)
    return False


def _compare(op: str, left: Any, right: Any) -> bool:
    table = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right} if op in _ORDERED else {}
    return bool(table.get(op, left != right))


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"
    return repr(value)
