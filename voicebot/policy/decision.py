"""What a policy decided, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Verdict(NamedTuple):
    """One cell of a row that fitted: its row, its fact (empty for an expression), what it asks, the fact's value."""

    rule: str
    fact: str
    test: str
    value: Any


class Miss(NamedTuple):
    """A row that failed on one cell only."""

    rule: str
    cell: int
    """Which of the row's cells, from 0."""
    fact: str
    test: str
    value: Any
    text: str
    """`only the 60 days since delivery fail: it is day 71`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a policy decided, and why. JSON all through.

    Attributes:
        rule: id of the row that decided; empty when the facts were not fit to decide upon.
        layer: the row's layer; empty in a policy without layers.
        outcome: what the row gives.
        say: key of the row's wording: its `say` when that names one of the policy's wordings, otherwise the row's id.
        because: that wording, to be spoken.
        statute: the law that the outcome rests on, or that was the least it had to give.
        floor: id of the statute row that fitted, whichever row decided.
        reasons: the row's own words, its law if it rests on one, and the conditions that held.
        near_misses: rows before it that failed on one condition only, and on which.
        trace: every cell of the row that decided and of the floor.
        misses: the near misses in detail.
        facts: what was decided upon, defaults included.
    """

    policy: str
    version: str
    rule: str
    outcome: Mapping[str, Any]
    reasons: tuple[str, ...] = ()
    near_misses: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    layer: str = ""
    say: str = ""
    because: str = ""
    statute: str = ""
    floor: str = ""
    trace: tuple[Verdict, ...] = ()
    misses: tuple[Miss, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The `decision` of the engine's `Decided`."""
        return {
            "policy": self.policy,
            "version": self.version,
            "rule": self.rule,
            "layer": self.layer,
            "outcome": dict(self.outcome),
            "say": self.say,
            "because": self.because,
            "statute": self.statute,
            "floor": self.floor,
            "reasons": list(self.reasons),
            "near_misses": list(self.near_misses),
            "trace": [verdict._asdict() for verdict in self.trace],
            "misses": [miss._asdict() for miss in self.misses],
            "facts": dict(self.facts),
        }
