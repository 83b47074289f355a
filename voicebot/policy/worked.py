"""Runs the worked cases beside the policies, and tells what they leave open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from voicebot.policy.book import PolicyBook
from voicebot.policy.decision import Decision
from voicebot.policy.table import Case, Policy, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One case. `wrong` says how the decision differs; empty when it passed."""

    policy: str
    version: str
    case: Case
    file: str
    decision: Decision
    wrong: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "version": self.version,
            "case": self.case.name,
            "where": f"{self.file}:{self.case.line}",
            "passed": not self.wrong,
            "rule": self.decision.rule,
            "wrong": list(self.wrong),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncovered:
    """A row that no case decides by, or a cell (`test` says which) that is never a row's only failing one."""

    policy: str
    rule: Rule
    test: str = ""

    def __str__(self) -> str:
        if self.test:
            return f"{self.policy}: no case fails {self.rule.id!r} on {self.test!r} alone"
        return f"{self.policy}: no case is decided by {self.rule.id!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of the policies the cases show. A row is covered when a case is decided by it or has it as its floor; a
    near miss when in some case that cell alone keeps the row from fitting."""

    rules: int
    rules_covered: int
    near_misses: int
    near_misses_covered: int
    uncovered: tuple[Uncovered, ...]

    @property
    def rule_coverage(self) -> float:
        """0..1."""
        return _share(self.rules_covered, self.rules)

    @property
    def near_miss_coverage(self) -> float:
        """0..1."""
        return _share(self.near_misses_covered, self.near_misses)


def run(book: PolicyBook) -> list[Result]:
    """All cases of all policies."""
    return [_result(policy, case) for policy in _all(book) for case in policy.cases]


def coverage(book: PolicyBook, results: Sequence[Result]) -> Coverage:
    """What the cases cover. A row that stands in several periods of a policy counts once."""
    decided: set[tuple[str, str, str]] = set()
    missed: set[tuple[str, str, str, int]] = set()
    for result in results:
        where = (result.policy, result.version)
        decided |= {(*where, result.decision.rule), (*where, result.decision.floor)}
        missed |= {(*where, miss.rule, miss.cell) for miss in result.decision.misses}
    rules: set[tuple[str, str, str]] = set()
    cells: set[tuple[str, str, str, int]] = set()
    uncovered: list[Uncovered] = []
    for policy in _all(book):
        for rule in policy.rules:
            key = (policy.name, policy.version, rule.id)
            if key in rules:
                continue
            rules.add(key)
            if key not in decided:
                uncovered.append(Uncovered(policy=policy.name, rule=rule))
            for number, cell in enumerate(rule.cells if rule.can_miss() else ()):
                cells.add((*key, number))
                if (*key, number) not in missed:
                    uncovered.append(Uncovered(policy=policy.name, rule=rule, test=cell.words))
    return Coverage(
        rules=len(rules), rules_covered=len(rules & decided), near_misses=len(cells),
        near_misses_covered=len(cells & missed), uncovered=tuple(uncovered),
    )  # fmt: skip


def _all(book: PolicyBook) -> Iterator[Policy]:
    for versions in book.versions.values():
        yield from versions


def _result(policy: Policy, case: Case) -> Result:
    decision = policy.decide({"today": case.today, **case.facts})
    wrong: list[str] = []
    if decision.rule != case.rule:
        because = f" ({'; '.join(decision.reasons)})" if not decision.rule else ""
        wrong.append(f"decided by {decision.rule or 'nothing'}{because}, not by {case.rule}")
    if case.outcome is not None and decision.outcome != case.outcome:
        wrong.append(f"gives {_pairs(decision.outcome)}, not {_pairs(case.outcome)}")
    if case.floor is not None and decision.floor != case.floor:
        wrong.append(f"rests on {decision.floor or 'no law'}, not on {case.floor or 'none'}")
    if case.near and case.near not in {miss.rule for miss in decision.misses}:
        wrong.append(f"{case.near} is not a near miss")
    return Result(
        policy=policy.name, version=policy.version, case=case, file=policy.file, decision=decision, wrong=tuple(wrong)
    )


def _pairs(outcome: Any) -> str:
    return ", ".join(f"{key} {value}" for key, value in outcome.items()) or "nothing"


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0
