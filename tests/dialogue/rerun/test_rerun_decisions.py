from __future__ import annotations

from small_shop import policies

from voicebot.dialogue.effects import Decide
from voicebot.dialogue.rerun.decisions import decider
from voicebot.policy.book import PolicyBook

DATED = """\
policy: dated
version: 1
vocab: {today: string}
outcomes: {day: [first, other]}
rules:
  - {id: first, when: {today: ["2026-11-22"]}, then: {day: first}}
  - {id: other, when: {}, then: {day: other}}
"""


def test_a_decision_is_what_the_dialogue_is_told_of_it() -> None:
    decision = decider(policies(), "UTC")(
        Decide(request="r1", policy="late", facts={"days": 4}), "2026-11-21T10:00:00Z"
    )
    assert (decision["rule"], decision["outcome"]) == ("late", {"offer": "voucher"})
    assert decision == policies().decide("late", {"days": 4}, today="2026-11-21").to_json()


def test_it_is_made_on_the_shops_date_at_the_time() -> None:
    decide = decider(PolicyBook.parse({"dated.yaml": DATED}), "Europe/Berlin")
    effect = Decide(request="r1", policy="dated")
    assert decide(effect, "2026-11-21T23:30:00.000+00:00")["rule"] == "first"
    assert decide(effect, "2026-11-21T22:30:00Z")["rule"] == "other"


def test_a_policy_that_is_not_there_decides_nothing() -> None:
    decision = decider(policies(), "UTC")(Decide(request="r1", policy="gone"), "2026-11-21T10:00:00Z")
    assert decision["outcome"] == {}
