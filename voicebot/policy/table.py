"""A policy: a decision table whose first fitting row decides, with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.policy.cells import TYPES, Cell, is_kind
from voicebot.policy.expressions import Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a policy decided, and why. JSON all through.

    Attributes:
        rule: id of the row that fitted; empty when the facts were not fit to decide upon.
        outcome: what the row gives.
        reasons: the row's own words, its law if it rests on one, and the conditions that held.
        near_misses: rows before it that failed on one condition only, and on which.
        facts: what was decided upon.
    """

    policy: str
    version: str
    rule: str
    outcome: Mapping[str, Any]
    reasons: tuple[str, ...] = ()
    near_misses: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The `decision` of the engine's `Decided`."""
        return {
            "policy": self.policy,
            "version": self.version,
            "rule": self.rule,
            "outcome": dict(self.outcome),
            "reasons": list(self.reasons),
            "near_misses": list(self.near_misses),
            "facts": dict(self.facts),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    id: str
    cells: tuple[Cell, ...]
    outcome: Mapping[str, Any]
    say: str = ""
    statute: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A worked example beside the policy."""

    name: str
    facts: Mapping[str, Any]
    rule: str
    outcome: Mapping[str, Any] | None = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`vocab` is fact -> type. All cells of all rows are one compiled CEL list: one evaluation is one decision."""

    name: str
    version: str
    vocab: Mapping[str, str]
    rules: tuple[Rule, ...]
    cases: tuple[Case, ...] = ()
    _table: Expression = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        cells = [f"({cell.test.source})" for rule in self.rules for cell in rule.cells]
        object.__setattr__(self, "_table", Expression(f"[{', '.join(cells)}]"))

    def decide(self, facts: Mapping[str, Any]) -> Decision:
        """The first row whose conditions all hold. Facts beyond the vocabulary are ignored; when one is missing or of
        the wrong type, no row is guessed: the decision has no rule and an empty outcome, and says what is wrong."""
        used = {name: facts.get(name) for name in self.vocab}
        wrong = tuple(
            f"{name} is not a {kind}" if used[name] is not None else f"{name} is missing"
            for name, kind in self.vocab.items()
            if not is_kind(used[name], kind)
        )
        if wrong:
            return Decision(policy=self.name, version=self.version, rule="", outcome={}, reasons=wrong, facts=used)
        held = self._table.value(used)
        if held is None:  # one cell cannot be computed: that one does not hold, the others still count
            held = [cell.test.holds(used) for rule in self.rules for cell in rule.cells]
        near: list[str] = []
        position = 0
        for rule in self.rules:
            verdicts = held[position : position + len(rule.cells)]
            position += len(rule.cells)
            failed = [cell for cell, ok in zip(rule.cells, verdicts, strict=True) if ok is not True]
            if not failed:
                reasons = (rule.say, rule.statute, *(str(cell) for cell in rule.cells))
                return Decision(
                    policy=self.name, version=self.version, rule=rule.id, outcome=rule.outcome,
                    reasons=tuple(reason for reason in reasons if reason), near_misses=tuple(near), facts=used,
                )  # fmt: skip
            if len(failed) == 1 and len(rule.cells) > 1:
                is_now = f": {failed[0].fact} is {used[failed[0].fact]}" if failed[0].fact else ""
                near.append(f"{rule.id}: only {failed[0]} fails{is_now}")
        return Decision(
            policy=self.name, version=self.version, rule="", outcome={}, reasons=("no row fits",), facts=used
        )


__all__ = ["TYPES", "Case", "Decision", "Policy", "Rule"]
