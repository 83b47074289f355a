"""What changes between two books of policies."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot.policy.book import PolicyBook
from voicebot.policy.diff import Recorded, changes, decisions

TEXT = """\
policy: p
version: 1
vocab: {days: {type: int, unit: days}, region: {type: string, default: ""}}
outcomes: {outcome: [refund, deny], fee: int}
rules:
  - {id: early, when: {days: "<= 14"}, then: {outcome: refund, fee: 0}}
  - {id: europe, when: {region: EU, days: "<= 30"}, then: {outcome: refund, fee: 0}}
  - {id: rest, when: {}, then: {outcome: deny}}
"""


def book(text: str = TEXT) -> PolicyBook:
    return PolicyBook.parse({"p.yaml": text})


@pytest.mark.parametrize(
    ("old", "new", "what", "words"),
    [
        ('"<= 14"', '"<= 20"', "rule_changed", 'early: "at most 14 days" is now "at most 20 days"'),
        ("fee: 0}}\n  - {id: europe", "fee: 5}}\n  - {id: europe", "rule_changed", "early: fee 0 is now 5"),
        ("{outcome: deny}", "{outcome: deny, fee: 3}", "rule_changed", "rest: fee nothing is now 3"),
        ("region: EU, ", "", "rule_changed", 'europe: no longer asks for "region is EU"'),
        ('{days: "<= 14"}', '{days: "<= 14", region: US}', "rule_changed", 'early: now also asks for "region is US"'),
        ("{id: rest, when", "{id: rest, say: No., when", "rule_changed", "rest: the wording changed"),
        ("id: europe", "id: eu", "rule_added", 'eu is new: "region is EU" and "at most 30 days" -> outcome refund'),
        ("id: europe", "id: eu", "rule_removed", "europe is gone"),
        ("vocab: {", "vocab: {tier: {type: string, default: x}, ", "fact_added", "tier is read now"),
        ("vocab: {", "vocab: {tier: string, ", "fact_added", "tier is read now, and must be given"),
        ('default: ""', "default: US", "fact_changed", "region is defined otherwise"),
        ("version: 1", "version: 2", "version", "version 1 (any day) is now 2 (any day)"),
        ("version: 1", "version: 1\neffective: {from: 2026-11-01}", "version", "2026-11-01 to further notice"),
        ("policy: p", "policy: q", "policy_added", "policy q is new, with 3 rows"),
        ("policy: p", "policy: q", "policy_removed", "policy p is gone"),
    ],
)  # fmt: skip
def test_changes_in_words(old: str, new: str, what: str, words: str) -> None:
    assert old in TEXT
    found = list(changes(book(), book(TEXT.replace(old, new, 1))))
    assert [change for change in found if change.what == what and words in change.words], found
    assert list(changes(book(), book())) == []


def test_rows_that_moved() -> None:
    lines = TEXT.splitlines()
    lines[5], lines[6] = lines[6], lines[5]
    (change,) = changes(book(), book("\n".join(lines)))
    assert (change.what, change.words) == ("rule_moved", "the order changed: europe stands where early stood")


def test_more_versions() -> None:
    two = TEXT.replace("version: 1", "version: 1\neffective: {to: 2026-12-31}")
    two += "---\n" + TEXT.replace("version: 1", "version: 2\neffective: {from: 2027-01-01}")
    assert "the version of 2027-01-01 to further notice is new" in [c.words for c in changes(book(), book(two))]


def test_a_change_in_every_period_of_the_law_is_told_once() -> None:
    folder = Path(__file__).parents[2] / "policies"
    files = {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*.yaml")}
    shorter = files["returns.yaml"].replace('{gift: true, days_since_delivery: "<= 60"}', "{gift: true}")
    shorter = shorter.replace("    but:\n      - {days_since_delivery: 61, rule: window-over}\n", "", 1)
    assert shorter != files["returns.yaml"]
    before, after = PolicyBook.parse(files), PolicyBook.parse({**files, "returns.yaml": shorter})
    assert len(before.versions["returns"]) > 2
    assert [change.words for change in changes(before, after)] == [
        'gift-60d: no longer asks for "at most 60 days since delivery"'
    ]


def test_recorded_decisions_that_change() -> None:
    recorded = [
        Recorded(call="c1", policy="p", day="2026-11-20", facts={"days": 18, "region": ""}),
        Recorded(call="c2", policy="p", day="2026-11-20", facts={"days": 40, "region": ""}),
        Recorded(call="c3", policy="gone", day="2026-11-20", facts={}),
    ]
    (changed,) = decisions(book(), book(TEXT.replace('"<= 14"', '"<= 20"')), recorded)
    assert (changed.call, changed.rule_a, changed.rule_b) == ("c1", "rest", "early")
    assert changed.to_json()["outcome_b"] == {"outcome": "refund", "fee": 0}
    assert list(decisions(book(), book(), recorded)) == []
