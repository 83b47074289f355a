"""Policy files: read, checked, decided upon."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voicebot.policy.book import PolicyBook, PolicyError

ROOT = Path(__file__).parents[2]
SHIPPED = PolicyBook.load(ROOT / "policies")

GOOD = """\
policy: p
version: 2026-11-01
vocab: {days: int, region: string, price: double, opened: bool}
outcomes: {outcome: [refund, deny]}
rules:
  - {id: early, when: {region: [EU, UK], days: "<= 14"}, then: {outcome: refund}}
  - {id: dear, when: {opened: true, expr: "price > 300.0 && days < 60"}, then: {outcome: deny}}
  - {id: rest, when: {}, then: {outcome: deny}}
cases:
  - {name: one, facts: {days: 3, region: EU, price: 1.0, opened: false}, rule: early}
"""
FACTS: dict[str, Any] = {"days": 20, "region": "EU", "price": 10.0, "opened": False}


def test_decisions_give_reasons_and_near_misses() -> None:
    decision = PolicyBook.parse({"p.yaml": GOOD}).decide("p", FACTS)
    assert decision.rule == "rest"
    assert decision.near_misses == ("early: only days <= 14 fails: days is 20",)
    early = PolicyBook.parse({"p.yaml": GOOD}).decide("p", {**FACTS, "days": 14})
    assert early.reasons == ("region is EU or UK", "days <= 14")
    assert early.version == "2026-11-01"
    assert json.loads(json.dumps(early.to_json()))["outcome"] == {"outcome": "refund"}


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, "days is missing"),
        ({**FACTS, "days": "3"}, "days is not an int"),
        ({**FACTS, "days": True}, "days is not an int"),
    ],
)
def test_bad_facts_decide_nothing(facts: dict[str, Any], reason: str) -> None:
    decision = PolicyBook.parse({"p.yaml": GOOD}).decide("p", facts)
    assert decision.rule == ""
    assert decision.outcome == {}
    assert reason in decision.reasons


def test_a_policy_that_is_not_there_decides_nothing() -> None:
    assert SHIPPED.decide("nothing", {}).reasons == ("there is no policy 'nothing'",)


def test_facts_beyond_the_vocabulary_do_no_harm() -> None:
    assert PolicyBook.parse({"p.yaml": GOOD}).decide("p", {**FACTS, "more": object()}).rule == "rest"


def test_one_cell_that_cannot_be_computed_does_not_hold() -> None:
    text = GOOD.replace("price > 300.0 && days < 60", "days / (days - 20) > 1")
    assert PolicyBook.parse({"p.yaml": text}).decide("p", {**FACTS, "opened": True}).rule == "rest"


MISTAKES = [
    ("vocab:", "vocab: [", "P001", 0),
    ("outcomes:", "outcome:", "P002", 4),
    ("days: int", "days: integer", "P003", 3),
    ("id: dear", "id: early", "P004", 7),
    ("region: [EU, UK]", "regoin: [EU, UK]", "P005", 6),
    ("{outcome: refund}", "{outcome: refunded}", "P005", 6),
    ("facts: {days: 3", "facts: {dais: 3", "P005", 10),
    ('"<= 14"', '"<= soon"', "P006", 6),
    ('"<= 14"', "fourteen", "P006", 6),
    ("price > 300.0", "prize > 300.0", "P006", 7),
    ("price > 300.0", "price >", "P006", 7),
    ("  - {id: dear", "  - {id: all, when: {}, then: {outcome: deny}}\n  - {id: dear", "P007", 8),
    ("when: {}, then", "when: {opened: true}, then", "P008", 8),
    ("rule: early}", "rule: earlier}", "P009", 10),
]


@pytest.mark.parametrize(("old", "new", "code", "line"), MISTAKES, ids=[f"{m[2]}-{i}" for i, m in enumerate(MISTAKES)])
def test_mistakes_have_code_and_line(old: str, new: str, code: str, line: int) -> None:
    assert old in GOOD
    with pytest.raises(PolicyError) as caught:
        PolicyBook.parse({"p.yaml": GOOD.replace(old, new, 1)})
    found = [problem for problem in caught.value.problems if problem.code == code]
    assert found, caught.value
    assert not line or line in {problem.line for problem in found}
    assert all(problem.fix for problem in found)


@pytest.mark.parametrize(
    ("wide", "narrow", "reached"),
    [
        ('{days: "<= 14"}', '{days: "<= 10"}', False),
        ('{days: "<= 14"}', '{days: "<= 20"}', True),
        ('{days: "> 14"}', '{days: ">= 14"}', True),
        ('{days: ">= 14"}', '{days: "> 14"}', False),
        ('{days: "< 3"}', "{days: 2}", False),
        ("{region: [EU, UK]}", "{region: EU, opened: true}", False),
        ("{region: [EU, UK]}", "{region: [EU, US]}", True),
        ("{region: \"!= 'EU'\"}", "{region: [UK, US]}", False),
        ('{days: "!= 3"}', '{days: "> 3"}', False),
        ('{days: "!= 3"}', '{days: ">= 3"}', True),
        ("{opened: true}", "{days: 3}", True),
        ('{expr: "days > 3"}', '{expr: "days > 3"}', False),
    ],
)
def test_rows_after_a_wider_one_are_found(wide: str, narrow: str, reached: bool) -> None:
    rows = [
        f"  - {{id: wide, when: {wide}, then: {{outcome: deny}}}}",
        f"  - {{id: narrow, when: {narrow}, then: {{outcome: deny}}}}",
    ]
    text = (
        GOOD.split("rules:")[0] + "rules:\n" + "\n".join(rows) + "\n  - {id: rest, when: {}, then: {outcome: deny}}\n"
    )
    if reached:
        assert PolicyBook.parse({"p.yaml": text})
    else:
        with pytest.raises(PolicyError, match="P007"):
            PolicyBook.parse({"p.yaml": text})


def test_folders(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="P001"):
        PolicyBook.load(tmp_path)
    (tmp_path / "p.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "q.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"q\.yaml:1: P004"):
        PolicyBook.load(tmp_path)
