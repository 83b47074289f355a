"""What the rows of a policy may give, and which of two outcomes is better for the customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from voicebot.policy.vocab import TYPES, article, is_kind, key

_KEYS = frozenset({"type", "better", "best_first"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of the outcomes.

    Attributes:
        kind: one of `TYPES`; empty when `values` say it.
        values: the only values there are; empty for any.
        better: `first` when `values` go from the best to the worst for the customer, `lower` or `higher` for numbers
            (and for true and false), empty when values are not compared.
    """

    kind: str = ""
    values: tuple[Any, ...] = ()
    better: str = ""

    def mistake(self, value: Any) -> str:
        """What is wrong with a value; empty when nothing is."""
        if self.values and not any(value == v and isinstance(value, bool) == isinstance(v, bool) for v in self.values):
            return f"{value!r} is not allowed"
        return f"{value!r} is not {article(self.kind)}" if self.kind and not is_kind(value, self.kind) else ""

    def rank(self, value: Any) -> float:
        """The higher the better."""
        if self.better == "first":
            return -self.values.index(value)
        return float(value) if self.better == "higher" else -float(value)


@dataclass(frozen=True, slots=True)
class Raised:
    """An outcome that gives no less than the law, and in what it gave less before, in words."""

    outcome: Mapping[str, Any]
    raised: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All keys; none when the policy does not list them, and then anything goes."""

    keys: Mapping[str, Key]

    def above(self, floor: Mapping[str, Any], answer: Mapping[str, Any]) -> Raised | None:
        """`answer` raised to the floor: keys that it leaves out, or in which it gives less, are the floor's. None when
        it gives less in the first compared key, which is what the decision is about."""
        raised: list[str] = []
        outcome = {**floor, **answer}
        main = True
        for name, own in self.keys.items():
            if not own.better:
                continue
            if name in answer and name in floor and own.rank(answer[name]) < own.rank(floor[name]):
                if main:
                    return None
                outcome[name] = floor[name]
                raised.append(f"{name.replace('_', ' ')} {_shown(floor[name])} instead of {_shown(answer[name])}")
            main = False
        return Raised(outcome, tuple(raised))

    @property
    def compared(self) -> bool:
        """Whether anything says which outcome is better."""
        return any(own.better for own in self.keys.values())

    def worst(self, outcome: Mapping[str, Any]) -> str:
        """The first key whose value is the last of its `best_first`; empty when there is none."""
        firsts = {name: own.values[-1] for name, own in self.keys.items() if own.better == "first"}
        return next((name for name, last in firsts.items() if outcome.get(name) == last), "")


def _shown(value: Any) -> str:
    return value.replace("_", " ") if isinstance(value, str) else key(value)


def read_outcomes(raw: Any) -> Iterator[tuple[str, Key | ValueError]]:
    """Each entry of `outcomes`, or what is wrong with it."""
    for name, entry in raw.items():
        try:
            yield name, _key(entry)
        except ValueError as error:
            yield name, error


def _key(raw: Any) -> Key:
    if isinstance(raw, str):
        raw = {"type": raw}
    elif isinstance(raw, list):
        if not raw:
            raise ValueError("the list is empty")
        return Key(values=tuple(raw))
    if not isinstance(raw, dict) or not raw or set(raw) - _KEYS:
        raise ValueError("a type, a list of values, {best_first: [...]}, or {type: int, better: lower}")
    if "best_first" in raw:
        values = raw["best_first"]
        if set(raw) != {"best_first"} or not isinstance(values, list) or len(values) < 2:
            raise ValueError("best_first is a list of at least two values, and stands alone")
        return Key(values=tuple(values), better="first")
    kind, better = raw.get("type"), raw.get("better", "")
    if not isinstance(kind, str) or kind not in TYPES:
        raise ValueError(f"{kind!r} is not a type")
    if better not in ("", "lower", "higher") or (better and kind == "string"):
        raise ValueError("better is lower or higher, for numbers and bool")
    return Key(kind=kind, better=better)
