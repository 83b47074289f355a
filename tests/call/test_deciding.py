"""A policy's decision in a call: the event has all its reasons, and the flow has what it may say."""

from __future__ import annotations

from call_fakes import answer, room, said

from voicebot.dialogue.effects import Decide, Effect
from voicebot.dialogue.inputs import Decided, Input, UserSaid
from voicebot.policy.book import PolicyBook
from voicebot.records.events.policy import PolicyDecided

POLICY = """\
policy: returns
version: 2026-11-01
vocab: {days: {type: int, unit: days, said: "it is day {}"}, region: string}
outcomes: {outcome: {best_first: [refund, deny]}}
rules:
  - {id: law, layer: statute, statute: article 9, say: The law gives fourteen days., when: {region: EU, days: "<= 14"},
     then: {outcome: refund}}
  - {id: rest, layer: global, say: It is too late., when: {}, then: {outcome: deny}}
"""


async def test_a_decision_is_logged_with_its_reasons_and_given_to_the_flow() -> None:
    given: list[Decided] = []

    def rule(received: Input) -> tuple[Effect, ...]:
        if isinstance(received, Decided):
            given.append(received)
            return ()
        asked = {"days": 3, "region": "EU"}
        return (
            (Decide(request="r1", policy="returns", facts=asked),)
            if isinstance(received, UserSaid)
            else answer(received)
        )

    r = room(rule)
    r.conversation.policies = PolicyBook.parse({"p.yaml": POLICY})
    r.conversation.feed(said("I want to return it"))
    (event,) = r.log.of(PolicyDecided)
    assert isinstance(event, PolicyDecided)
    assert (event.rule, event.layer, event.floor, event.statute) == ("law", "statute", "law", "article 9")
    assert (event.say, event.because) == ("law", "The law gives fourteen days.")
    assert event.trace == (
        {"rule": "law", "fact": "region", "test": "region is EU", "value": "EU"},
        {"rule": "law", "fact": "days", "test": "at most 14 days", "value": 3},
    )
    (decided,) = given
    assert decided.decision["outcome"] == {"outcome": "refund"}
    assert decided.decision["because"] == "The law gives fourteen days."
    assert decided.decision["near_misses"] == []
