"""Cells of a decision table: one condition on one fact.

A cell is a plain value (`EU`), a list of them (`[EU, UK]`), a comparison (`"<= 30"`, `"!= 'defective'"`), or a range of
numbers with both its ends (`"0..14"`). The key `expr` holds a whole CEL expression for the odd case, or several, each
by the words that say what it asks.

Every cell is a CEL expression. Those on one fact are not run by the evaluator: copying twenty facts into it takes
longer than the whole decision. After the facts' types were checked, Python gives the same answers.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.policy.expressions import Expression
from voicebot.policy.vocab import MINOR, Fact, article, is_kind, key

EXPR = "expr"
_COMPARISON = re.compile(r"(<=|>=|<|>|==|!=)\s*(.+)\Z", re.DOTALL)
_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)\s*\.\.\s*(-?\d+(?:\.\d+)?)\Z")
RANGE = ".."
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "!=": operator.ne,
    RANGE: lambda value, bounds: bool(bounds[0] <= value <= bounds[1]),
}
_ORDERED = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}


@dataclass(frozen=True, slots=True)
class Cell:
    """`fact` is empty for an `expr` cell. `values` are the plain values it accepts; `op` and `bound` a comparison; the
    bound of a range are its two ends."""

    fact: str
    source: str
    """CEL."""
    words: str
    """What it asks, in plain words."""
    test: Expression
    values: tuple[Any, ...] = ()
    op: str = ""
    bound: Any = None
    noun: str = ""
    """`the 60 days fail`, of a comparison with a unit."""
    alone: str = field(init=False, compare=False)
    """That it is the only one that fails."""
    _set: frozenset[Any] = field(init=False, repr=False, compare=False)
    _compare: Callable[[Any, Any], bool] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_set", frozenset(self.values))
        object.__setattr__(self, "_compare", _COMPARE.get(self.op))
        fails = self.noun or (f"{self.words} fails" if self.fact else f'"{self.words}" fails')
        object.__setattr__(self, "alone", f"only {fails}")

    def __str__(self) -> str:
        return self.words

    @property
    def ordered(self) -> bool:
        return self.op in _ORDERED or self.op == RANGE

    @property
    def interval(self) -> tuple[float, bool, float, bool]:
        """Of an ordered cell: its low end and whether that is left out, its high end and whether that is left out."""
        if self.op == RANGE:
            return (self.bound[0], False, self.bound[1], False)
        if self.op in ("<", "<="):
            return (-math.inf, False, self.bound, self.op == "<")
        return (self.bound, self.op == ">", math.inf, False)

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether it holds of facts whose types were checked."""
        if self._set:
            return facts[self.fact] in self._set
        if self._compare is not None:
            return self._compare(facts[self.fact], self.bound)
        return self.test.holds(facts)


def parse_cells(fact: str, raw: Any, vocab: Mapping[str, Fact]) -> Iterator[Cell]:
    """Read what stands at one key of `when`.

    Args:
        fact: name of the fact, or `expr`.
        raw: what stands in the file.
        vocab: the facts there are.

    Raises:
        ValueError: not CEL, unknown names, or a value of the wrong type.
    """
    if fact != EXPR:
        yield _plain(vocab[fact], raw)
        return
    for words, source in raw.items() if isinstance(raw, dict) else ((str(raw), raw),):
        if not isinstance(source, str):
            raise ValueError(f"{source!r} is not an expression")
        test = Expression(source)
        unknown = test.names - set(vocab)
        if unknown:
            raise ValueError(f"{sorted(unknown)[0]!r} is not in the vocab")
        if not test.names:
            raise ValueError(f"{source!r} reads no fact: it holds always or never")
        yield Cell("", source, words, test)


def _plain(fact: Fact, raw: Any) -> Cell:
    if isinstance(raw, str) and fact.kind in ("int", "double") and (match := _RANGE.match(raw.strip())):
        return _range(fact, *(float(end) if "." in end else int(end) for end in match.groups()))
    if isinstance(raw, str) and (match := _COMPARISON.match(raw.strip())):
        op, bound = match.group(1), Expression(match.group(2)).value({})
        if not is_kind(bound, fact.kind):
            raise ValueError(f"{match.group(2)} is not {article(fact.kind)}")
        if op in _ORDERED and fact.kind not in ("int", "double"):
            raise ValueError(f"a {fact.kind} cannot be compared with {op}")
        return _values(fact, (bound,)) if op == "==" else _comparison(fact, op, bound)
    values = tuple(raw) if isinstance(raw, list) else (raw,)
    if not values:
        raise ValueError("the list is empty")
    for value in values:
        if not is_kind(value, fact.kind):
            raise ValueError(f"{value!r} is not {article(fact.kind)}")
    return _values(fact, values)


def _values(fact: Fact, values: tuple[Any, ...]) -> Cell:
    strange = [value for value in values if fact.values and value not in fact.values]
    if strange:
        raise ValueError(f"{key(strange[0])!r} is never its value: it is one of {', '.join(map(str, fact.values))}")
    if fact.values and set(fact.values) == set(values):
        raise ValueError("it always holds: every value is listed")
    if len(values) == 1:
        source = f"{fact.name} == {_written(values[0])}"
    else:
        source = f"{fact.name} in [{', '.join(map(_written, values))}]"
    if len(values) == 1 and fact.said:
        words = fact.words(values[0], {})
    else:
        words = f"{fact.label} is {_either([fact.shown(value) for value in values])}"
    return Cell(fact.name, source, words, Expression(source), values=values)


def _comparison(fact: Fact, op: str, bound: Any) -> Cell:
    low, high = fact.low, fact.high
    never = {
        "<": low is not None and bound <= low,
        "<=": low is not None and bound < low,
        ">": high is not None and bound >= high,
        ">=": high is not None and bound > high,
    }
    always = {
        "<": high is not None and bound > high,
        "<=": high is not None and bound >= high,
        ">": low is not None and bound < low,
        ">=": low is not None and bound <= low,
        "!=": bool(fact.values) and bound not in fact.values,
    }
    if never.get(op):
        raise ValueError(f"{op} {bound} never holds: it is {fact.low} to {fact.high}")
    if always.get(op):
        raise ValueError(f"{op} {_written(bound)} always holds: leave it out")
    source, noun = f"{fact.name} {op} {_written(bound)}", ""
    if op == "!=":
        words = f"{fact.label} is not {fact.shown(bound)}"
    elif fact.unit == MINOR:
        words, noun = f"{fact.label} {_ORDERED[op]} {fact.shown(bound)}", f"the limit of {fact.shown(bound)} fails"
    elif fact.unit:
        words, noun = f"{_ORDERED[op]} {key(bound)} {fact.unit}", f"the {key(bound)} {fact.unit} fail"
    else:
        words = source
    return Cell(fact.name, source, words, Expression(source), op=op, bound=bound, noun=noun)


def _range(fact: Fact, low: float, high: float) -> Cell:
    if low >= high:
        raise ValueError(f"{low}..{high} holds never, or only once")
    if not (is_kind(low, fact.kind) and is_kind(high, fact.kind)):
        raise ValueError(f"{low}..{high} is not of type {fact.kind}")
    if (fact.low is not None and high < fact.low) or (fact.high is not None and low > fact.high):
        raise ValueError(f"{low}..{high} never holds: it is {fact.low} to {fact.high}")
    shown = f"{fact.shown(low)} to {fact.shown(high)}"
    counted = f"{shown} {fact.unit}" if fact.unit and fact.unit != MINOR else f"{fact.label} {shown}"
    source = f"{fact.name} >= {low!r} && {fact.name} <= {high!r}"
    noun = f"the {fact.shown(high)} {fact.unit} fail" if fact.unit and fact.unit != MINOR else ""
    return Cell(fact.name, source, counted, Expression(source), op=RANGE, bound=(low, high), noun=noun)


def covers(wide: Cell, narrow: Cell) -> bool:
    """Whether `wide` certainly holds whenever `narrow` does. False when that cannot be told."""
    if wide.source == narrow.source:
        return True
    if not wide.fact or wide.fact != narrow.fact:
        return False
    if narrow.values:
        return all(wide.holds({wide.fact: value}) for value in narrow.values)
    if wide.ordered and narrow.ordered:
        low, low_out, high, high_out = wide.interval
        other_low, other_low_out, other_high, other_high_out = narrow.interval
        return (low, low_out) <= (other_low, other_low_out) and (high, not high_out) >= (other_high, not other_high_out)
    if wide.op == "!=" and narrow.ordered:
        return not narrow.holds({wide.fact: wide.bound})
    return False


def apart(one: Cell, other: Cell) -> bool:
    """Whether the two certainly never hold together. False when that cannot be told."""
    if not one.fact or one.fact != other.fact:
        return False
    if one.values:
        return not any(other.holds({one.fact: value}) for value in one.values)
    if other.values:
        return apart(other, one)
    if not (one.ordered and other.ordered):
        return False
    low, low_out, high, high_out = one.interval
    other_low, other_low_out, other_high, other_high_out = other.interval
    return (
        high < other_low
        or other_high < low
        or (high == other_low and (high_out or other_low_out))
        or (other_high == low and (other_high_out or low_out))
    )


def _either(shown: list[str]) -> str:
    return f"{', '.join(shown[:-1])} or {shown[-1]}" if len(shown) > 1 else shown[0]


def _written(value: Any) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
        return f"'{escaped}'"
    return key(value) if isinstance(value, bool) else repr(value)
