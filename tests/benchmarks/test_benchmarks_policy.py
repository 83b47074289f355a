"""That the policy benchmark's sides decide alike, and that it notices when they do not."""

from __future__ import annotations

from pathlib import Path

import _benchmarks_path  # noqa: F401
import pytest
from policy import FLAT, TODAY, WHOLE, PlainLoop, disagreement, measure, workload, zen_model

from voicebot.policy.book import PolicyBook

BOOK = PolicyBook.load(Path(__file__).parents[2] / "policies")


@pytest.mark.parametrize("name", [WHOLE, FLAT])
def test_all_sides_agree(name: str) -> None:
    found = measure(BOOK, name, workload(BOOK, name, 150), 1, zen=name == FLAT)
    assert found["facts"] > 150
    assert found["p95_us"] >= found["p50_us"] > 0
    assert (found["zen_p50_us"] is not None) == (name == FLAT)


def test_random_facts_reach_most_rows() -> None:
    reached = {BOOK.decide(WHOLE, facts, today=TODAY).rule for facts in workload(BOOK, WHOLE, 150)}
    assert len(reached) > 20


def test_a_difference_is_noticed() -> None:
    policy = BOOK.policies[FLAT]
    (facts, *_) = workload(BOOK, FLAT, 0)
    floor, answer, near = PlainLoop(policy).find(dict(BOOK.decide(FLAT, facts).facts))
    assert not disagreement(BOOK, FLAT, facts, (floor, answer, near), answer)
    for wrong, zen in (((floor, "x", near), answer), ((floor, answer, ("x",)), answer), (("x", answer, near), answer)):
        assert disagreement(BOOK, FLAT, facts, wrong, zen)
    assert disagreement(BOOK, FLAT, facts, (floor, answer, near), "x")


def test_the_model_for_zen_has_every_row_and_cell() -> None:
    policy = BOOK.policies[FLAT]
    table = zen_model(policy)["nodes"][1]["content"]
    assert [row["rule"].strip('"') for row in table["rules"]] == [rule.id for rule in policy.rules]
    by_id = {row["_id"]: row for row in table["rules"]}
    assert by_id["final-sale-size"]["reason"] == '"too_small", "too_big"'
    assert by_id["final-sale-size"]["days_since_delivery"] == "<= 30"
    assert by_id["window-over"]["final_sale"] == ""
