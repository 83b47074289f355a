"""What only the linter tells, and files that nobody should have written."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot.policy.book import PolicyBook, PolicyError
from voicebot.policy.lint import CODES, lint
from voicebot.policy.worked import coverage, run

TEXT = """\
policy: p
vocab: {days: {type: int, default: 0}, region: {type: string, default: ""}}
outcomes: {outcome: [refund, deny]}
rules:
  - {id: early, say: {en: Yes., de: Ja.}, when: {days: "<= 14", region: EU}, then: {outcome: refund}}
  - {id: rest, say: {en: No., de: Nein.}, when: {}, then: {outcome: deny}}
cases:
  - {name: one, facts: {days: 3, region: EU}, rule: early, but: [{days: 15, rule: rest}, {region: US, rule: rest}]}
"""


def codes(text: str, **more: str) -> list[str]:
    return [problem.code for problem in lint(PolicyBook.parse({"p.yaml": text, **more}))]


def test_a_good_policy_has_no_mistakes_and_full_coverage() -> None:
    book = PolicyBook.parse({"p.yaml": TEXT})
    assert lint(book) == []
    results = run(book)
    assert [result.case.name for result in results] == ["one", "one, but days 15", "one, but region US"]
    found = coverage(book, results)
    assert (found.rule_coverage, found.near_miss_coverage, found.rules, found.near_misses) == (1.0, 1.0, 2, 2)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (", but: [{days: 15, rule: rest}, {region: US, rule: rest}]", "", ["P016"]),
        ("{days: 15, rule: rest}", "{days: 13, rule: rest}", ["P019"]),
        ("{days: 15, rule: rest}", "{days: 15, region: US, rule: rest}", ["P019"]),
        ("rule: early, but", "rule: early, outcome: {outcome: deny}, but", ["P019"]),
        ("rule: early, but", "rule: early, floor: rest, but", ["P019", "P019", "P019"]),
        ("{en: No., de: Nein.}", "No.", ["P014"]),
        ("vocab: {", 'vocab: {tier: {type: string, default: ""}, ', ["P018"]),
    ],
)
def test_what_is_told(old: str, new: str, expected: list[str]) -> None:
    assert old in TEXT
    assert codes(TEXT.replace(old, new, 1)) == expected


def test_statutes_that_nobody_includes() -> None:
    law = (
        "statutes: eu/x\nsource: {title: t, url: u, written: 2026-11-21}\nnotice: Not legal advice.\n"
        "rules:\n  - {id: a, statute: s, when: {region: EU}, then: {outcome: refund}}\n"
    )
    assert codes(TEXT, **{"law.yaml": law}) == ["P017"]
    with pytest.raises(PolicyError, match=r"P011|P004"):
        codes(TEXT, **{"law.yaml": law, "more.yaml": law})


def test_uncovered_near_misses_are_counted_and_named() -> None:
    book = PolicyBook.parse({"p.yaml": TEXT.replace("{days: 15, rule: rest}, ", "")})
    found = coverage(book, run(book))
    assert (found.near_misses_covered, found.near_misses, found.near_miss_coverage) == (1, 2, 0.5)
    assert [str(one) for one in found.uncovered] == ["p: no case fails 'early' on 'days <= 14' alone"]


@pytest.mark.parametrize(
    "text",
    [
        "3",
        "- 3",
        "policy: 3",
        "policy: ''",
        "policy: p",
        "policy: p\nvocab: 3\nrules: 3\n",
        "policy: [",
        "\x00",
        "a: &a [*a]",
        "policy: p\nvocab: &v {days: int}\nrules: *v\n",
        "policy: p\npolicy: q\n",
        "{" * 200,
        "policy: p\nvocab: {days: [int, {}]}\n",
        "policy: p\nvocab: {d: int}\noutcomes: [3]\nrules: [{id: a, when: {}, then: {b: 1}}]\n",
        "statutes: x\nrules: 3\n",
        "policy: p\nvocab: {d: int}\nrules: [3, {id: a}, {id: b, when: {}, then: {}}]\n",
        "policy: !!python/object:os.system {}\n",
        "policy: p\nvocab: {d: int}\nrules: [{id: a, when: {}, then: {b: 1}, say: 3}]\n",
        "policy: p\neffective: {from: [1]}\n",
    ],
    ids=range(19),
)
def test_nonsense_is_told_with_its_place(text: str) -> None:
    with pytest.raises(PolicyError) as caught:
        PolicyBook.parse({"p.yaml": text, "q.yaml": TEXT.replace("policy: p", "policy: good")})
    assert {problem.file for problem in caught.value.problems} == {"p.yaml"}
    assert all(problem.code in CODES and problem.line >= 1 and problem.fix for problem in caught.value.problems)


def test_an_empty_file_is_no_mistake() -> None:
    assert PolicyBook.parse({"p.yaml": "", "q.yaml": TEXT}).names == {"p"}


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("policy: é".encode("latin-1"))
    (tmp_path / "huge.yaml").write_bytes(b"#" * 2_500_000)
    (tmp_path / "good.yaml").write_text(TEXT, "utf-8")
    with pytest.raises(PolicyError) as caught:
        PolicyBook.load(tmp_path)
    assert {(problem.file, problem.code) for problem in caught.value.problems} == {
        ("latin.yaml", "P001"),
        ("huge.yaml", "P001"),
    }
    assert PolicyBook.load(tmp_path / "good.yaml").names == {"p"}
