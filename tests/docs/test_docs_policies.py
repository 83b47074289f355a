"""The page about policies: its example works, and it names all there is."""

from __future__ import annotations

import re
from pathlib import Path

from voicebot.policy.book import PolicyBook
from voicebot.policy.lint import CODES, lint
from voicebot.policy.table import LAYERS
from voicebot.policy.worked import run

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "policies.md").read_text("utf-8")


def test_the_example_works() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    book = PolicyBook.parse(
        {
            "example.yaml": example,
            "eu.yaml": (ROOT / "policies" / "statutes" / "eu.yaml").read_text("utf-8"),
        }
    )
    results = run(book)
    assert len(results) == 6
    # P017: the file of statutes has more of them than the example takes up.
    assert [problem for problem in lint(book) if problem.code != "P017"] == []
    assert [result.wrong for result in results if result.wrong] == []
    worn = {"region": "EU", "days_since_delivery": 10, "condition": "worn"}
    assert book.decide("shoe_returns", worn, today="2026-11-21").floor == "eu-withdrawal-14d"


def test_the_page_names_all_there_is() -> None:
    for code, meaning in CODES.items():
        assert f"| {code} | {meaning} |" in PAGE
    names = PolicyBook.load(ROOT / "policies").names
    for name in (*names, *LAYERS):
        assert f"`{name}`" in PAGE


def test_the_table_of_shipped_policies_says_what_they_give() -> None:
    book = PolicyBook.load(ROOT / "policies")
    table = PAGE.partition("| policy | decides | outcome |\n|---|---|---|\n")[2].partition("\n\n")[0]
    told: set[str] = set()
    for first, _, gives in (row.strip("| ").split(" | ") for row in table.splitlines()):
        names = re.findall(r"`(\w+)`", first)
        outcomes = [rule.outcome for name in names for rule in book.policies[name].rules]
        assert set(re.findall(r"`(\w+)`", gives)) == {key for outcome in outcomes for key in outcome}, names
        if values := re.match(r"`(outcome|promise)` ([\w, ]+)", gives):
            key = values[1]
            assert set(values[2].split(", ")) == {outcome[key] for outcome in outcomes if key in outcome}, names
        told.update(names)
    assert told == book.names
