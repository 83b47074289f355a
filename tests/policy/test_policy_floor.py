"""Layers, the floor of the law, and versions by date."""

from __future__ import annotations

import re
from typing import Any

import pytest

from voicebot.policy.book import PolicyBook, PolicyError
from voicebot.policy.lint import lint
from voicebot.policy.worked import run

LAW = """\
statutes: eu/withdrawal
effective: {from: 2014-06-13}
source: {title: Directive, url: "https://example.org", written: 2026-11-21}
notice: Not legal advice.
rules:
  - {id: eu-14d, statute: article 9, when: {region: EU, days: "<= 14"}, then: {outcome: refund, fee: 0, free: false}}
"""
SHOP = """\
policy: returns
version: 2026-11-01
include: [eu/withdrawal]
vocab:
  region: {values: [EU, US, other], default: other, unlisted: other}
  days: {type: int, unit: days since delivery, said: "it is day {}"}
  final_sale: {type: bool, default: false}
  risk: {type: bool, default: false}
  tier: {type: string, default: ""}
outcomes:
  outcome: {best_first: [refund, credit, review, deny]}
  fee: {type: int, better: lower}
  free: {type: bool, better: higher}
  note: string
rules:
  - {id: risk, layer: safety, when: {risk: true}, then: {outcome: review}}
  - {id: final, layer: promotion, say: It was a final sale., when: {final_sale: true}, then: {outcome: deny}}
  - {id: gold, layer: category, when: {tier: gold, days: "<= 60"},
     then: {outcome: refund, fee: 5, free: true, note: x}}
  - {id: usual, layer: global, when: {days: "<= 30"}, then: {outcome: refund}}
  - {id: over, layer: global, when: {}, then: {outcome: deny}}
cases:
  - {name: one, facts: {days: 3, region: EU, risk: true}, rule: eu-14d}
  - {name: two, facts: {days: 3, risk: true}, rule: risk}
  - {name: three, facts: {days: 3, final_sale: true}, rule: final}
  - {name: four, facts: {days: 3, tier: gold}, rule: gold}
  - {name: five, facts: {days: 3}, rule: usual}
  - {name: six, facts: {days: 71}, rule: over}
"""


def book(shop: str = SHOP, law: str = LAW) -> PolicyBook:
    return PolicyBook.parse({"shop.yaml": shop, "statutes/eu.yaml": law})


def decide(**facts: Any) -> Any:
    return book().decide("returns", facts, today="2026-11-21")


def test_nothing_takes_away_what_the_law_gives() -> None:
    for refused in ({"final_sale": True}, {"risk": True}):
        decision = decide(region="EU", days=14, **refused)
        assert (decision.rule, decision.floor, decision.layer) == ("eu-14d", "eu-14d", "statute")
        assert decision.outcome == {"outcome": "refund", "fee": 0, "free": False}
        assert decision.statute == "article 9"
        assert any("would give less than the law" in reason for reason in decision.reasons)
        assert decide(region="EU", days=15, **refused).outcome["outcome"] in ("deny", "review")
        assert decide(region="US", days=14, **refused).floor == ""


def test_a_row_that_gives_no_less_decides_and_is_raised_to_the_floor() -> None:
    decision = decide(region="EU", days=3, tier="gold")
    assert (decision.rule, decision.floor) == ("gold", "eu-14d")
    assert decision.outcome == {"outcome": "refund", "fee": 0, "free": True, "note": "x"}
    assert "the law makes it fee 0 instead of 5" in decision.reasons
    assert {verdict.rule for verdict in decision.trace} == {"gold", "eu-14d"}
    assert decide(region="US", days=3, tier="gold").outcome["fee"] == 5


def test_keys_left_out_stay_as_the_law_has_them() -> None:
    assert decide(region="EU", days=3).outcome == {"outcome": "refund", "fee": 0, "free": False}
    assert decide(region="US", days=3).outcome == {"outcome": "refund"}


def test_near_misses_say_what_fails_and_what_it_is() -> None:
    decision = decide(region="EU", days=71, tier="gold")
    assert decision.rule == "over"
    assert decision.near_misses == (
        "eu-14d: only the 14 days since delivery fail: it is day 71",
        "gold: only the 60 days since delivery fail: it is day 71",
        "usual: only the 30 days since delivery fail: it is day 71",
    )
    miss = decision.to_json()["misses"][1]
    assert (miss["rule"], miss["fact"], miss["value"], miss["test"]) == (
        "gold", "days", 71, "at most 60 days since delivery",
    )  # fmt: skip


def test_wordings_have_a_key_and_a_text() -> None:
    assert (decide(days=3, final_sale=True).say, decide(days=3, final_sale=True).because) == (
        "final",
        "It was a final sale.",
    )
    shared = SHOP.replace("say: It was a final sale.", "say: final_sale").replace(
        "rules:", "wordings:\n  final_sale: {en: A final sale., de: Vom Umtausch ausgeschlossen.}\nrules:", 1
    )
    facts = {"days": 3, "final_sale": True}
    decision = book(shared).decide("returns", facts, language="de")
    assert (decision.say, decision.because) == ("final_sale", "Vom Umtausch ausgeschlossen.")
    assert book(shared).decide("returns", facts, language="fr").because == "A final sale."


@pytest.mark.parametrize(
    ("old", "new", "code", "what"),
    [
        ("layer: safety", "layer: category", "P015", "stands after"),
        ("{risk: true}, then: {outcome: review}", "{risk: true}, then: {outcome: deny}", "P015", "denies"),
        ("layer: safety, ", "", "P015", "has no layer"),
        ("layer: safety", "layer: safty", "P003", "not a layer"),
        ("layer: global, when: {days", "layer: global, statute: art, when: {days", "P015", "rests on a law"),
        ("{id: risk, layer: safety", "{id: risk, layer: statute", "P015", "names no law"),
        ("[eu/withdrawal]", "[eu/withdrawel]", "P005", "there are no statutes"),
        ("[eu/withdrawal]", "[eu/withdrawal, eu/withdrawal]", "P004", "included twice"),
        ("[eu/withdrawal]", "eu/withdrawal", "P003", "not a list"),
        ("id: risk", "id: eu-14d", "P004", "also one of the law"),
        ("best_first: [refund, credit, review, deny]", "best_first: [refund]", "P003", "at least two"),
        ("{type: int, better: lower}", "{type: int, better: smaller}", "P003", "lower or higher"),
        ("say: It was a final sale.", "say: final_sael", "P005", "no wording"),
        ("say: It was a final sale.", "say: {de: Nein.}", "P003", "no en"),
        ("facts: {days: 71}", "facts: {days: seventy}", "P009", "not of type"),
        ("facts: {days: 71}", "facts: {days: 71}, but: 3", "P009", "but:"),
        ("facts: {days: 71}", "facts: {days: 71}, but: [{days: 3}]", "P009", "no rule"),
        ("facts: {days: 71}", "facts: {days: 71}, today: soon", "P010", "not a day"),
        ("facts: {days: 71}", "facts: {days: 71}, floor: eu-15d", "P009", "eu-15d"),
        ("facts: {days: 71}", "facts: {days: 71}, floor: [eu-14d]", "P009", "eu-14d"),
        ("facts: {days: 71}", "facts: {days: 71}, outcome: 3", "P009", "not a mapping"),
        ("facts: {days: 71}", "facts: [days]", "P009", "needs facts"),
        ("version: 2026-11-01", "effective: {from: 2026-13-01}", "P010", "not a day"),
        ("version: 2026-11-01", "effective: {from: 2026-12-01, to: 2026-11-01}", "P010", "before it begins"),
        ("version: 2026-11-01", "effective: now", "P010", "from: DAY"),
        ("rules:\n  - {id: risk", "wordings: 3\nrules:\n  - {id: risk", "P003", "not a mapping"),
        ("- {id: risk", "- {id: 3", "P003", "no id"),
    ],
    ids=lambda text: str(text)[:24],
)  # fmt: skip
def test_mistakes_in_the_shops_rows(old: str, new: str, code: str, what: str) -> None:
    assert old in SHOP
    with pytest.raises(PolicyError) as caught:
        book(SHOP.replace(old, new, 1))
    found = [problem for problem in caught.value.problems if problem.code == code and what in problem.what]
    assert found, caught.value
    assert all(problem.file == "shop.yaml" and problem.line > 0 and problem.fix for problem in found)


def test_something_must_say_what_is_better_than_the_law() -> None:
    text = re.sub(r"{best_first: .*|{type: \w+, better: \w+}", "string", SHOP).replace("fee: string", "fee: int")
    with pytest.raises(PolicyError, match="nothing says which outcome is better"):
        book(text.replace("free: string", "free: bool"))


def test_cases_are_a_list() -> None:
    with pytest.raises(PolicyError, match="P009 cases: is not a list"):
        book(SHOP.partition("cases:")[0] + "cases: 3\n")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("notice: Not legal advice.\n", "", "P003"),
        ("written: 2026-11-21", "written: lately", "P010"),
        (", written: 2026-11-21", "", "P003"),
        ("statute: article 9, ", "", "P015"),
        ("statutes: eu/withdrawal", "statutes: [eu]", "P002"),
        ("rules:", "rulez:", "P002"),
        ("days:", "dais:", "P005"),
    ],
)
def test_mistakes_in_the_law_point_at_its_file(old: str, new: str, code: str) -> None:
    assert old in LAW
    with pytest.raises(PolicyError) as caught:
        book(law=LAW.replace(old, new, 1))
    assert (("statutes/eu.yaml", code)) in {(problem.file, problem.code) for problem in caught.value.problems}


def test_the_law_of_the_day_counts() -> None:
    later = LAW.replace("from: 2014-06-13", "from: 2026-07-31").replace("<= 14", "<= 20").replace("eu-14d", "eu-20d")
    both = LAW.replace("from: 2014-06-13", "from: 2014-06-13, to: 2026-07-30") + "---\n" + later
    shop = (
        SHOP.replace("rule: eu-14d", "rule: eu-20d")
        + "  - {name: past, today: 2026-07-30, facts: {days: 3, region: EU}, rule: usual, floor: eu-14d}\n"
    )
    read = book(shop, both)
    facts = {"region": "EU", "days": 18, "final_sale": True}
    assert read.decide("returns", facts, today="2026-07-30").rule == "final"
    assert read.decide("returns", facts, today="2026-07-31").rule == "eu-20d"
    assert read.decide("returns", facts, today="2013-01-01").rule == "final"
    assert read.decide("returns", facts).rule == "eu-20d"
    assert not [result for result in run(read) if result.wrong]
    assert [problem for problem in lint(read) if problem.code == "P017"] == []


VERSIONS = SHOP.replace("version: 2026-11-01", "version: a\neffective: {to: 2026-12-31}") + "---\n" + SHOP.replace(
    "version: 2026-11-01", "version: b\neffective: {from: 2027-01-01, to: 2027-06-30}"
)  # fmt: skip


def test_versions_hold_on_their_days() -> None:
    read = book(VERSIONS)
    for today, version in (("2026-12-31", "a"), ("2027-01-01T09:00:00Z", "b"), ("2027-06-30", "b"), ("", "b")):
        assert read.decide("returns", {"days": 3}, today=today).version == version
    assert read.names == {"returns"}
    assert read.policies["returns"].version == "b"
    over = read.decide("returns", {"days": 3}, today="2027-07-01")
    assert (over.rule, over.reasons) == ("", ("policy 'returns' does not hold on 2027-07-01",))
    assert read.decide("returns", {"days": 3}, today="yesterday").reasons == ("today is not a day: 'yesterday'",)


@pytest.mark.parametrize("start", ["2026-12-31", "2020-01-01"])
def test_versions_may_not_overlap(start: str) -> None:
    with pytest.raises(PolicyError, match="P011"):
        book(VERSIONS.replace("2027-01-01", start))


def test_days_without_a_version_are_told() -> None:
    gap = [problem for problem in lint(book(VERSIONS.replace("2027-01-01", "2027-02-01"))) if problem.code == "P013"]
    assert len(gap) == 1
    assert "from 2027-01-01 until 2027-02-01" in gap[0].what
    assert [problem.code for problem in lint(book(VERSIONS))] == []


def test_today_is_a_fact_for_those_who_ask() -> None:
    text = SHOP.replace("vocab:", "vocab:\n  today: string").replace(
        'when: {days: "<= 30"}', "when: {expr: {it is November: \"today.startsWith('2026-11')\"}}"
    )
    read = book(text.partition("cases:")[0])
    assert read.decide("returns", {"days": 50}, today="2026-11-30").rule == "usual"
    assert read.decide("returns", {"days": 50}, today="2026-12-01").rule == "over"
