"""The policies that come with the server: every worked case, and that the cases show everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from voicebot.policy.book import PolicyBook
from voicebot.policy.lint import lint
from voicebot.policy.worked import coverage, run

ROOT = Path(__file__).parents[2]
BOOK = PolicyBook.load(ROOT / "policies")
RESULTS = run(BOOK)


@pytest.mark.parametrize("result", RESULTS, ids=[f"{r.policy}-{r.case.name}" for r in RESULTS])
def test_worked_cases(result: Any) -> None:
    assert result.wrong == ()


def test_every_row_and_every_near_miss_has_a_case() -> None:
    found = coverage(BOOK, RESULTS)
    assert [str(one) for one in found.uncovered] == []
    assert (found.rule_coverage, found.near_miss_coverage) == (1.0, 1.0)


def test_the_linter_finds_nothing() -> None:
    assert lint(BOOK) == []


def test_what_there_is() -> None:
    assert BOOK.names == {
        "address_change",
        "cancellations",
        "delivery_promise",
        "exchanges",
        "fraud_review",
        "goodwill",
        "keep_it",
        "late_delivery",
        "price_match",
        "promo_code",
        "refunds",
        "resend",
        "returns",
        "subscription",
        "verification",
        "vip",
    }


@pytest.mark.parametrize("name", sorted(BOOK.names))
def test_every_row_says_why(name: str) -> None:
    for rule in BOOK.policies[name].rules:
        assert rule.because("en").endswith("."), rule.id


@pytest.mark.parametrize("reason", ["damaged", "defective", "wrong_item", "not_as_described"])
@pytest.mark.parametrize(
    "more", [{"final_sale": True}, {"custom_made": True}, {"hygiene": True, "opened": True}, {"condition": "worn"}]
)
@pytest.mark.parametrize("days", [0, 59, 400, 5000])
def test_a_fault_is_never_denied(reason: str, more: dict[str, Any], days: int) -> None:
    for policy in ("returns", "exchanges"):
        decision = BOOK.decide(policy, {"reason": reason, "days_since_delivery": days, **more}, today="2026-11-21")
        assert decision.outcome["outcome"] != "deny"


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({"action": "order_status"}, 1),
        *(({"action": action}, 2) for action in ("cancel", "return", "exchange", "refund", "resend", "item_change")),
        *(({"action": action}, 3) for action in ("address_change", "subscription_pause", "subscription_cancel", "")),
        *(({"action": action}, 1) for action in ("payment_link", "promo_reissue", "note")),
        ({"action": "refund", "amount_minor": 30_000}, 3),
        ({"action": "refund", "contact_changed_days": 7}, 3),
        ({"action": "return", "amount_minor": 90_000, "region": "EU", "tier": "gold"}, 2),
    ],
    ids=str,
)
def test_how_well_a_caller_must_be_known(facts: dict[str, Any], level: int) -> None:
    assert BOOK.decide("verification", facts, today="2026-11-21").outcome["level"] == level


def test_suspicion_is_reviewed_and_never_a_refusal() -> None:
    policy = BOOK.policies["fraud_review"]
    assert {rule.outcome["outcome"] for rule in policy.rules} == {"go", "review"}


def test_one_offer_to_stay_and_then_it_ends() -> None:
    wish = {"request": "cancel", "status": "active", "reason": "too_expensive"}
    assert BOOK.decide("subscription", wish).outcome["outcome"] == "save_offer"
    assert BOOK.decide("subscription", {**wish, "offered": True}).outcome == {"outcome": "cancel"}
    assert BOOK.decide("subscription", {**wish, "insists": True}).outcome == {"outcome": "cancel"}
