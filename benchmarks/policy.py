"""A policy's decision with its whole trace: ours, a plain Python loop, and zen-engine.

    python benchmarks/policy.py [--quick] [--json] [--policies DIR]

Ours: `PolicyBook.decide` from facts as a flow sends them: version of the day, types and defaults checked, outcome above
the law's floor, every cell of the deciding row, every row that failed on one cell only, all in words. The plain loop:
the same cells as Python expressions, row by row, with the defaults already filled in; it finds the floor, the deciding
row and the near misses, and puts nothing into words. zen-engine: the same rows as a first-hit decision table with its
trace, for the policy without laws. All sides must give the same on every set of facts, or there is no result. Facts are
the policies' worked cases and random ones (seeded) that stay near the cells.
"""

from __future__ import annotations

import json
import math
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from _common import ROOT, arguments, finish, note, percentile, refuse, rounded
from zen import ZenEngine

from voicebot.policy.book import PolicyBook
from voicebot.policy.cells import Cell
from voicebot.policy.table import STATUTE, Policy, Rule
from voicebot.policy.vocab import Fact

Facts = Mapping[str, Any]
#: The floor's row, the first other row that fits, the rows before it that failed on one cell only.
Found = tuple[str, str, tuple[str, ...]]

TARGET_P95_US = 50.0
TODAY = "2026-11-21"
#: The largest table, and one that is a plain first-hit table, which zen-engine can hold.
WHOLE, FLAT = "returns", "exchanges"
_SEED, _RANDOM, _ROUNDS = 20261121, 2_000, 5
_QUICK_RANDOM, _QUICK_ROUNDS = 300, 2


class PlainLoop:
    """The table as Python expressions."""

    def __init__(self, policy: Policy) -> None:
        self._rows = [(rule, [_python(cell.source) for cell in rule.cells], rule.can_miss()) for rule in policy.rules]

    def find(self, facts: dict[str, Any]) -> Found:
        floor, near = "", []
        for rule, tests, can_miss in self._rows:
            failed = 0
            for test in tests:
                if not test(facts):
                    failed += 1
                    if failed > 1:
                        break
            if failed == 1 and can_miss:
                near.append(rule.id)
            elif not failed and rule.layer != STATUTE:
                return floor, rule.id, tuple(near)
            elif not failed and not floor:
                floor = rule.id
        return floor, "", tuple(near)


class Zen:
    """The rows as a decision table of zen-engine."""

    def __init__(self, policy: Policy) -> None:
        self._decision = ZenEngine().create_decision(json.dumps(zen_model(policy)))

    def find(self, facts: dict[str, Any]) -> str:
        return str(self._decision.evaluate(facts, {"trace": True})["result"]["rule"])


def zen_model(policy: Policy) -> dict[str, Any]:
    """A JDM graph: the facts go in, the row's id comes out."""
    names = sorted({cell.fact for rule in policy.rules for cell in rule.cells})
    rows = [
        {"_id": rule.id, **{cell.fact: _unary(cell) for cell in rule.cells}, "rule": json.dumps(rule.id)}
        for rule in policy.rules
    ]
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in names],
        "outputs": [{"id": "rule", "name": "rule", "field": "rule"}],
        "rules": [{**dict.fromkeys(names, ""), **row} for row in rows],
    }
    nodes: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("in", "inputNode", {}),
        ("table", "decisionTableNode", table),
        ("out", "outputNode", {}),
    )
    place = {"x": 0, "y": 0}
    return {
        "nodes": [{"id": i, "name": i, "type": kind, "content": c, "position": place} for i, kind, c in nodes],
        "edges": [
            {"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b}
            for a, b in (("in", "table"), ("table", "out"))
        ],
    }


def main() -> None:
    """Decide on all facts with all sides, print the times."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--policies", type=Path, default=ROOT / "policies", help="folder with the policies")
    args = parser.parse_args()
    count, rounds = (_QUICK_RANDOM, _QUICK_ROUNDS) if args.quick else (_RANDOM, _ROUNDS)
    book = PolicyBook.load(args.policies)
    result: dict[str, Any] = {"target_p95_us": TARGET_P95_US, "rounds": rounds}
    sides = ("", "loop_", "zen_")
    columns = [f"{side}{q}_us" for side in sides for q in ("p50", "p95")]
    lines = [f"{'':<11}{'rows':>5}{'facts':>6}" + "".join(f"{column:>13}" for column in columns)]
    for name in (WHOLE, FLAT):
        note(f"{name}: {rounds} rounds", as_json=args.json)
        result[name] = found = measure(book, name, workload(book, name, count), rounds, zen=name == FLAT)
        figures = "".join(f"{'-' if found[column] is None else found[column]:>13}" for column in columns)
        lines.append(f"{name:<11}{found['rows']:>5}{found['facts']:>6}{figures}")
    result |= {"p50_us": result[WHOLE]["p50_us"], "p95_us": result[WHOLE]["p95_us"]}
    met = "met" if result["p95_us"] <= TARGET_P95_US else "not met"
    lines += [f"target    p95 <= {TARGET_P95_US:g} us: {met}", "identical on all facts"]
    finish(result, lines, as_json=args.json)


def measure(book: PolicyBook, name: str, facts: Sequence[Facts], rounds: int, *, zen: bool) -> dict[str, Any]:
    """Times of every side on every set of facts, after all sides were found to agree."""
    policy = book.at(name, TODAY)
    if policy is None:
        refuse(f"there is no policy {name!r} on {TODAY}")
    loop = PlainLoop(policy)
    table = Zen(policy) if zen else None
    filled = [dict(book.decide(name, one, today=TODAY).facts) for one in facts]
    for one, full in zip(facts, filled, strict=True):
        if why := disagreement(book, name, one, loop.find(full), table.find(full) if table else None):
            refuse(f"{name}: the sides disagree on {one}: {why}")
    ours: list[float] = []
    plain: list[float] = []
    zens: list[float] = []
    for _ in range(rounds):
        ours += timed(lambda one: book.decide(name, one, today=TODAY), facts)
        plain += timed(loop.find, filled)
        zens += timed(table.find, filled) if table else []
    figures = {
        f"{side}{label}_us": rounded(percentile(times, q))
        for side, times in (("", ours), ("loop_", plain), ("zen_", zens))
        for label, q in (("p50", 50), ("p95", 95))
    }
    return {"rows": len(policy.rules), "facts": len(facts), **figures}


def disagreement(book: PolicyBook, name: str, facts: Facts, plain: Found, zen: str | None) -> str:
    """How the sides differ; empty when they do not."""
    decision = book.decide(name, facts, today=TODAY)
    floor, answer, near = plain
    if decision.floor != floor or decision.rule not in (answer, floor):
        return f"ours {decision.rule} on {decision.floor or 'no law'}, the loop {answer} on {floor or 'no law'}"
    if (missed := tuple(miss.rule for miss in decision.misses)) != near:
        return f"near misses {missed} and {near}"
    return f"ours {decision.rule}, zen {zen}" if zen is not None and zen != decision.rule else ""


def workload(book: PolicyBook, name: str, count: int) -> list[Facts]:
    """The worked cases and `count` random sets of facts."""
    chance = random.Random(_SEED)
    policy = book.policies[name]
    values = {fact: _values(policy.vocab[fact], policy.rules) for fact in policy.vocab if fact != "today"}
    worked = [case.facts for version in book.versions[name] for case in version.cases if "today" not in case.facts]
    return [*worked, *({fact: chance.choice(near) for fact, near in values.items()} for _ in range(count))]


def timed(decide: Callable[[Any], object], facts: Sequence[Any]) -> list[float]:
    """Microseconds of each."""
    found: list[float] = []
    for one in facts:
        start = time.perf_counter_ns()
        decide(one)
        found.append((time.perf_counter_ns() - start) / 1_000)
    return found


def _values(fact: Fact, rules: Sequence[Rule]) -> list[Any]:
    """Values of a fact on both sides of every cell about it; the default half of the time, as in calls."""
    near: list[Any] = list(fact.values) or ([True, False] if fact.kind == "bool" else [])
    for cell in (cell for rule in rules for cell in rule.cells if cell.fact == fact.name):
        near += cell.values
        bounds = cell.bound if isinstance(cell.bound, tuple) else (cell.bound,) if cell.op else ()
        step = 1 if fact.kind == "int" else 0.01
        near += [b + d for b in bounds for d in (-step, 0, step)] if fact.kind in ("int", "double") else bounds
    low, high = (-math.inf if fact.low is None else fact.low), (math.inf if fact.high is None else fact.high)
    if fact.kind in ("int", "double"):
        near = [value for value in near if low <= value <= high]
    default = [] if fact.default is None else [fact.default] * (len(near) + 1)
    return [*near, *default] or [""]


def _python(source: str) -> Callable[[dict[str, Any]], bool]:
    """A cell's CEL, as far as the shipped policies use it, as Python."""
    text = re.sub(r"!(?!=)", " not ", source.replace("&&", " and ").replace("||", " or "))
    text = re.sub(r"\b(true|false)\b", lambda word: word.group().title(), text)
    compiled: Callable[[dict[str, Any]], bool] = eval(f"lambda f: {_named(text)}")
    return compiled


def _named(text: str) -> str:
    """Names become look-ups; strings stay."""
    words = re.compile(r"'[^']*'|\b(?!(?:and|or|not|in|True|False)\b)[A-Za-z_]\w*")
    return words.sub(lambda word: word.group() if word.group()[0] == "'" else f"f[{word.group()!r}]", text)


def _unary(cell: Cell) -> str:
    """A cell in zen's unary language."""
    if cell.values:
        return ", ".join(json.dumps(value) for value in cell.values)
    if isinstance(cell.bound, tuple):
        return f"[{cell.bound[0]}..{cell.bound[1]}]"
    return f"{cell.op} {json.dumps(cell.bound)}"


if __name__ == "__main__":
    main()
