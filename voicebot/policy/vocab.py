"""The vocabulary of a policy: the facts that it may read, their types, defaults and wording."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Types of facts, and what they are in Python.
TYPES: Mapping[str, type[Any] | tuple[type[Any], ...]] = {
    "string": str,
    "int": int,
    "double": (int, float),
    "bool": bool,
}
#: The unit of amounts in the smallest unit of their currency.
MINOR = "minor"
#: The fact that says of which currency amounts are.
CURRENCY = "currency"
#: ISO 4217 currencies without a smaller unit, and those with a thousandth.
_WHOLE = frozenset({
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
})  # fmt: skip
_THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_KEYS = frozenset({"type", "values", "default", "unlisted", "unit", "said", "min", "max"})
#: Integers beyond this are no amounts and no days, and CEL cannot hold them.
_LARGEST = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact.

    Attributes:
        kind: one of `TYPES`.
        values: the only values there are; empty for any.
        default: stands in for a fact that is missing or null; None when it must be given.
        unlisted: stands in for a value that is not among `values`; None when such a value is a mistake.
        unit: what a number counts, such as `days since delivery`; `minor` for money.
        said: how a value is said: a text with `{}`, or a text for each value.
        low, high: bounds of a number, both allowed.
    """

    name: str
    kind: str
    values: tuple[Any, ...] = ()
    default: Any = None
    unlisted: Any = None
    unit: str = ""
    said: str | Mapping[str, str] = ""
    low: float | None = None
    high: float | None = None
    label: str = field(init=False, compare=False)
    """The name in words."""
    _allowed: frozenset[Any] = field(init=False, repr=False, compare=False)
    _type: Any = field(init=False, repr=False, compare=False)
    _numeric: bool = field(init=False, repr=False, compare=False)
    _least: float = field(init=False, repr=False, compare=False)
    _most: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        name = self.name.removesuffix("_minor") if self.unit == MINOR else self.name
        object.__setattr__(self, "label", name.replace("_", " "))
        object.__setattr__(self, "_allowed", frozenset(self.values))
        object.__setattr__(self, "_type", TYPES[self.kind])
        object.__setattr__(self, "_numeric", self.kind in ("int", "double"))
        object.__setattr__(self, "_least", -_LARGEST if self.low is None else self.low)
        object.__setattr__(self, "_most", _LARGEST if self.high is None else self.high)

    def taken(self, value: Any) -> Any:
        """The value to decide upon, with default and stand-in.

        Raises:
            ValueError: what is wrong with it.
        """
        if value is None:
            if self.default is None:
                raise ValueError(f"{self.name} is missing")
            return self.default
        if not isinstance(value, self._type) or (self.kind != "bool" and isinstance(value, bool)):
            raise ValueError(f"{self.name} is not {article(self.kind)}")
        if self._allowed:
            if value in self._allowed:
                return value
            if self.unlisted is None:
                raise ValueError(f"{self.name} is none of {', '.join(map(str, self.values))}")
            return self.unlisted
        if self._numeric and not self._least <= value <= self._most:  # also what is not a number
            raise ValueError(f"{self.name} is out of range")
        return value

    def words(self, value: Any, facts: Mapping[str, Any]) -> str:
        """`it is day 71`, `region is US`."""
        shown = self.shown(value, str(facts.get(CURRENCY, "")))
        if isinstance(self.said, str):
            return self.said.replace("{}", shown) if self.said else f"{self.label} is {shown}"
        return self.said.get(key(value)) or f"{self.label} is {shown}"

    def shown(self, value: Any, currency: str = "") -> str:
        """A value as people write it; an amount in the units of its currency."""
        if self.unit == MINOR and not isinstance(value, str | bool):
            decimals = 0 if currency in _WHOLE else 3 if currency in _THOUSANDTHS else 2
            return f"{value / 10**decimals:.{decimals}f}"
        if isinstance(value, str):
            return value.replace("_", " ") or "empty"
        return key(value)


def read_fact(name: str, raw: Any) -> Fact:
    """Read an entry of `vocab`: a type, a list of values, or a mapping.

    Raises:
        ValueError: what is wrong with it.
    """
    if isinstance(raw, str):
        raw = {"type": raw}
    elif isinstance(raw, list):
        raw = {"type": "string", "values": raw}
    if not isinstance(raw, dict):
        raise ValueError(f"{raw!r} is not a type")
    unknown = sorted(set(raw) - _KEYS)
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r} (known: {', '.join(sorted(_KEYS))})")
    kind = raw.get("type", "string" if "values" in raw else None)
    if not isinstance(kind, str) or kind not in TYPES:
        raise ValueError(f"{kind!r} is not a type")
    values = raw.get("values", ())
    if not isinstance(values, list | tuple) or ("values" in raw and not values):
        raise ValueError("values: is not a list")
    said = raw.get("said", "")
    if not isinstance(said, str | dict) or (
        isinstance(said, dict) and not all(isinstance(v, str) for v in said.values())
    ):
        raise ValueError("said: is neither a text nor a text for each value")
    for what, value in (*(("values", v) for v in values), *((k, raw[k]) for k in ("default", "unlisted") if k in raw)):
        if not is_kind(value, kind):
            raise ValueError(f"{what}: {value!r} is not {article(kind)}")
        if what != "values" and values and value not in values:
            raise ValueError(f"{what}: {value!r} is not among the values")
    for bound in ("min", "max"):
        if bound in raw and (kind not in ("int", "double") or not _finite(raw[bound])):
            raise ValueError(f"{bound}: is for numbers")
    fact = Fact(
        name=name, kind=kind, values=tuple(values), default=raw.get("default"), unlisted=raw.get("unlisted"),
        unit=str(raw.get("unit", "")), said=said, low=raw.get("min"), high=raw.get("max"),
    )  # fmt: skip
    if fact.default is not None:
        fact.taken(fact.default)
    return fact


def _finite(value: Any) -> bool:
    return is_kind(value, "double") and math.isfinite(value)


def is_kind(value: Any, kind: str) -> bool:
    """Whether a value is of a fact's type; true and false are no numbers."""
    if isinstance(value, bool):
        return kind == "bool"
    return isinstance(value, TYPES[kind])


def key(value: Any) -> str:
    """A value as it is written in YAML."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def article(kind: str) -> str:
    return f"an {kind}" if kind == "int" else f"a {kind}"
