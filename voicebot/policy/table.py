"""A policy: a decision table whose first fitting row decides, above the floor of the law.

Rows are read from the top. A row of the layer `statute` that fits does not end the search: it is the floor, the least
that the customer gets. The first row of another layer that fits is the shop's answer. When that gives less than the
floor in what the decision is about (the first compared key of `outcomes`), the floor decides as it stands. Otherwise
the shop's answer decides, and in every other key the customer gets the better of the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.policy.cells import Cell
from voicebot.policy.decision import Decision, Miss, Verdict
from voicebot.policy.failing import Listed, Numbered, failing_cells
from voicebot.policy.outcomes import Outcomes
from voicebot.policy.vocab import TYPES, Fact

STATUTE, SAFETY = "statute", "safety"
#: In the order in which rows of them stand.
LAYERS = (STATUTE, SAFETY, "promotion", "category", "region", "global")
LANGUAGE = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row. `say` is the key of its wording, `words` the wording by language. `file` and `line`: where it stands."""

    id: str
    cells: tuple[Cell, ...]
    outcome: Mapping[str, Any]
    layer: str = ""
    say: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    statute: str = ""
    file: str = ""
    line: int = 0

    def because(self, language: str) -> str:
        return self.words.get(language) or self.words.get(LANGUAGE, "")

    def can_miss(self) -> bool:
        """Whether failing on one cell is worth telling: of a row with a single plain value it is not."""
        return len(self.cells) > 1 or any(cell.ordered for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A worked example beside the policy.

    Attributes:
        today: the day it happens on, ISO 8601; empty for the last day on which the policy holds, or any.
        floor: the statute row that must have fitted; None to leave that open.
        near: a row that must be among the near misses; empty to leave that open.
    """

    name: str
    facts: Mapping[str, Any]
    rule: str
    outcome: Mapping[str, Any] | None = None
    today: str = ""
    floor: str | None = None
    near: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days on which something holds, both included, ISO 8601; empty: open."""

    first: str = ""
    last: str = ""

    def __contains__(self, day: str) -> bool:
        return self.first <= day and (not self.last or day <= self.last)


#: Which cell of a row fails alone: none does, or several do.
NONE, SEVERAL = -1, -2


@dataclass(frozen=True, slots=True)
class _Row:
    """A rule as it is evaluated. `plain`: the bits of its cells on one fact; `places`: which cell a bit is."""

    rule: Rule
    plain: int
    places: Mapping[int, int]
    expressions: tuple[tuple[int, Cell], ...]
    can_miss: bool

    def expressed(self, place: int, used: Mapping[str, Any], computed: dict[str, bool]) -> int:
        """`place`, with the row's expressions counted in. `computed` keeps them for other rows."""
        for number, cell in self.expressions:
            held = computed.get(cell.source)
            if held is None:
                held = computed[cell.source] = cell.test.holds(used)
            if not held:
                if place != NONE:
                    return SEVERAL
                place = number
        return place


def _row(rule: Rule, bits: Mapping[str, int]) -> _Row:
    places = {bits[cell.source]: number for number, cell in enumerate(rule.cells) if cell.fact}
    expressions = tuple((number, cell) for number, cell in enumerate(rule.cells) if not cell.fact)
    return _Row(rule, sum(places), places, expressions, rule.can_miss())


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of a policy."""

    name: str
    version: str
    vocab: Mapping[str, Fact]
    rules: tuple[Rule, ...]
    outcomes: Outcomes = field(default_factory=lambda: Outcomes({}))
    cases: tuple[Case, ...] = ()
    effective: Period = field(default_factory=Period)
    file: str = ""
    line: int = 1

    _rows: tuple[_Row, ...] = field(init=False, repr=False, compare=False)
    _look_up: tuple[tuple[str, Fact, Listed | Numbered], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        bits: dict[str, tuple[int, Cell]] = {}
        for rule in self.rules:
            for cell in rule.cells:
                if cell.fact:
                    bits.setdefault(cell.source, (1 << len(bits), cell))
        rows = tuple(_row(rule, {source: bit for source, (bit, _) in bits.items()}) for rule in self.rules)
        look_up = tuple((name, fact, failing_cells(fact, bits.values())) for name, fact in self.vocab.items())
        object.__setattr__(self, "_rows", rows)
        object.__setattr__(self, "_look_up", look_up)

    def decide(self, facts: Mapping[str, Any], *, language: str = LANGUAGE) -> Decision:
        """Decide. Facts beyond the vocabulary are ignored; when one is missing and has no default, or is of the wrong
        type, no row is guessed: the decision has no rule and an empty outcome, and says what is wrong."""
        used: dict[str, Any] = {}
        wrong: list[str] = []
        failing = 0
        for name, fact, cells in self._look_up:
            try:
                used[name] = value = fact.taken(facts.get(name))
            except ValueError as error:
                wrong.append(str(error))
            else:
                failing |= cells.of(value)
        if wrong:
            return self._none(tuple(wrong), facts)
        floor: Rule | None = None
        answer: Rule | None = None
        computed: dict[str, bool] = {}
        missed: list[tuple[Rule, int]] = []
        for row in self._rows:
            failed = row.plain & failing
            if failed & (failed - 1):
                continue  # two cells or more
            place = row.places[failed] if failed else NONE
            if row.expressions:
                place = row.expressed(place, used, computed)
            if place == NONE:
                if row.rule.layer != STATUTE:
                    answer = row.rule
                    break
                floor = floor or row.rule
            elif place != SEVERAL and row.can_miss:
                missed.append((row.rule, place))
        return self._decided(floor, answer, self._misses(missed, used), used, language)

    def _decided(
        self, floor: Rule | None, answer: Rule | None, misses: tuple[Miss, ...], used: dict[str, Any], language: str
    ) -> Decision:
        outcome: Mapping[str, Any] | None = None
        notes: tuple[str, ...] = ()
        if floor is not None and answer is not None:
            raised = self.outcomes.above(floor.outcome, answer.outcome)
            if raised is None:
                notes = (f"{answer.id} would give less than the law",)
            else:
                outcome, notes = raised.outcome, tuple([f"the law makes it {text}" for text in raised.raised])
        rule = floor if answer is None or (floor is not None and outcome is None) else answer
        if rule is None:
            return self._none(("no row fits",), used)
        because, statute = rule.because(language), (floor or rule).statute
        reasons = [text for text in (because, statute) if text]
        reasons += [cell.words for cell in rule.cells]
        trace = [_verdict(rule, cell, used) for cell in rule.cells]
        if floor is not None and floor is not rule:
            trace += [_verdict(floor, cell, used) for cell in floor.cells]
        return Decision(
            policy=self.name, version=self.version, rule=rule.id, layer=rule.layer, say=rule.say, because=because,
            outcome=rule.outcome if outcome is None else outcome, statute=statute, floor=floor.id if floor else "",
            reasons=(*reasons, *notes),
            near_misses=tuple([f"{miss.rule}: {miss.text}" for miss in misses]),
            trace=tuple(trace), misses=misses, facts=used,
        )  # fmt: skip

    def _misses(self, missed: list[tuple[Rule, int]], used: Mapping[str, Any]) -> tuple[Miss, ...]:
        said: dict[str, str] = {}
        found: list[Miss] = []
        for rule, place in missed:
            cell = rule.cells[place]
            name = cell.fact
            if not name:
                found.append(Miss(rule.id, place, "", cell.words, None, cell.alone))
                continue
            if name not in said:
                said[name] = self.vocab[name].words(used[name], used)
            found.append(Miss(rule.id, place, name, cell.words, used[name], f"{cell.alone}: {said[name]}"))
        return tuple(found)

    def _none(self, reasons: tuple[str, ...], facts: Mapping[str, Any]) -> Decision:
        given = {name: facts.get(name) for name in self.vocab}
        return Decision(policy=self.name, version=self.version, rule="", outcome={}, reasons=reasons, facts=given)


def _verdict(rule: Rule, cell: Cell, used: Mapping[str, Any]) -> Verdict:
    return Verdict(rule.id, cell.fact, cell.words, used[cell.fact] if cell.fact else True)


__all__ = ["LAYERS", "TYPES", "Case", "Decision", "Period", "Policy", "Rule"]
