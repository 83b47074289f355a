"""When something is done: after a plan, a proof, and a plain yes to a read-back that was heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from facts import NOW
from witness import ORDERS, Witness

from voicebot.dialogue.commands import Command
from voicebot.dialogue.effects import AbandonPlan, CheckProof, Handoff, PlanAction, Say
from voicebot.dialogue.inputs import Answered, Heard, UserSilent

CANCEL = Command("start_flow", {"intent": "cancel", "flow": "cancel"})
NUMBER = Command("set_slot", {"slot": "order_number", "value": "4481207"})
QUESTION = "I can cancel the Trail Runner shoes. Nothing was charged yet. Shall I cancel it?"
POSTCODE = Command("set_slot", {"slot": "proof_postcode", "value": "94107"})


def at_the_read_back(answers: Mapping[str, Any] | None = None, orders: Sequence[dict[str, Any]] = ORDERS) -> Witness:
    witness = Witness(answers, orders)
    witness.say(CANCEL, NUMBER)
    witness.say(POSTCODE)
    return witness


def test_a_yes_to_the_read_back_does_it() -> None:
    witness = at_the_read_back()
    assert witness.committed == []
    witness.say(Command("affirm"))
    assert len(witness.committed) == 1


def test_a_yes_over_the_read_back_is_not_a_yes_to_it() -> None:
    witness = at_the_read_back()
    before = witness.effects[-2]
    witness.say(Command("affirm"), hears=False)
    assert witness.committed == []
    again = witness.effects[-2]
    assert [effect.text for effect in (before, again) if isinstance(effect, Say)] == [QUESTION] * 2, "not read in full"
    witness.say(Command("affirm"))
    assert len(witness.committed) == 1


def test_a_yes_before_the_read_back_began_is_not_a_yes_to_it() -> None:
    witness = at_the_read_back()
    witness.unheard.clear()  # nothing of it was ever played
    witness.say(Command("affirm"))
    assert witness.committed == []


@pytest.mark.parametrize(
    ("heard", "done"), [("the Trail Runner shoes. Nothing was charged yet. Shall I", 1), ("I can cancel the Trail", 0)]
)
def test_a_yes_to_a_question_that_was_heard_but_for_its_last_words(heard: str, done: int) -> None:
    witness = at_the_read_back()
    *before, last = witness.unheard
    witness.unheard = before
    witness.give(Heard(utterance=last, complete=False, heard=heard, now=NOW))
    witness.heard.update(witness.read_back.values())  # by this witness's book only what is complete was heard
    witness.say(Command("affirm"))
    assert len(witness.committed) == done


def test_a_no_over_the_read_back_is_a_no() -> None:
    witness = at_the_read_back()
    witness.say(Command("deny"), hears=False)
    assert any(isinstance(effect, AbandonPlan) for effect in witness.effects)


def test_a_yes_to_are_you_still_there_is_not_a_yes_to_the_plan() -> None:
    witness = at_the_read_back()
    for _ in range(2):
        witness.give(UserSilent(silent_ms=7000, now=NOW))
    assert "still there" in " ".join(effect.text for effect in witness.effects if isinstance(effect, Say))
    witness.say(Command("affirm"))
    assert witness.committed == [], "the yes was to another question"
    witness.say(Command("affirm"))
    assert len(witness.committed) == 1


def test_a_yes_to_the_read_back_said_once_more_counts() -> None:
    witness = at_the_read_back()
    witness.say(Command("repeat"), hears=False)
    witness.say(Command("affirm"))
    assert len(witness.committed) == 1


@pytest.mark.parametrize("other", ["review", "place_order"])
def test_a_yes_to_something_else_does_nothing(other: str) -> None:
    witness = at_the_read_back()
    witness.say(Command("start_flow", {"intent": other, "flow": other}))
    asked = witness.engine.context(witness.state)
    assert (asked.flow, asked.kind) == (other, "yes_no")
    witness.say(Command("affirm"))
    assert witness.committed == []
    assert witness.engine.context(witness.state).flow == "cancel", "it is asked again"
    witness.say(Command("affirm"))
    assert len(witness.committed) == 1


def test_who_wants_a_colleague_instead_has_nothing_done() -> None:
    witness = at_the_read_back()
    witness.say(Command("human_agent"))
    assert [type(e) for e in witness.effects if isinstance(e, Handoff | AbandonPlan)] == [Handoff, AbandonPlan]
    witness.say(Command("affirm"))
    assert witness.committed == []


def test_what_is_not_done_is_given_up() -> None:
    witness = at_the_read_back()
    witness.say(Command("deny"))
    assert [type(e) for e in witness.effects if isinstance(e, PlanAction | AbandonPlan)] == [PlanAction, AbandonPlan]
    assert witness.state.plans == {}


@pytest.mark.parametrize("said", [[], [Command("deny")], [Command("affirm")]])
def test_a_correction_makes_a_new_plan_that_is_read_back_again(said: list[Command]) -> None:
    raincoat = {"like": "waiting", "number": "4490318", "headline": "the Harbour raincoat"}
    witness = at_the_read_back(orders=({"like": "waiting"}, raincoat))
    before = len(witness.effects)
    witness.say(*said, Command("correct_slot", {"slot": "order_number", "value": "4490318"}))
    after = witness.effects[before:]
    assert witness.committed == []
    assert [effect.plan for effect in after if isinstance(effect, AbandonPlan)] == ["p1"]
    assert [effect.order for effect in after if isinstance(effect, PlanAction)] == ["id-4490318"]
    assert [effect.text for effect in after if isinstance(effect, Say)] == [
        QUESTION.replace("Trail Runner shoes", "Harbour raincoat")
    ]
    witness.say(Command("affirm"))
    assert witness.committed == ["p2"]


@pytest.mark.parametrize("level", [2, 3])
def test_a_plan_that_needs_more_proof_than_was_given_is_never_done(level: int) -> None:
    witness = at_the_read_back({"plan cancel": {"needs": level}})
    witness.say(Command("affirm"))
    assert len(witness.committed) == (level == 2)


def test_a_late_plan_that_nobody_waits_for_is_given_up() -> None:
    witness = Witness()
    witness.give(Answered(request="r99", result={"status": "ok", "plan": "p9", "subject": "c1", "needs": 2}, now=NOW))
    assert witness.effects[-1] == AbandonPlan(plan="p9")


def test_a_digression_does_not_change_what_it_interrupts() -> None:
    witness = at_the_read_back()
    number = Command("set_slot", {"slot": "order_number", "value": "4490318"})
    witness.say(Command("start_flow", {"intent": "wismo", "flow": "wismo"}), number)
    assert witness.state.facts["order"]["number"] == "4481207"
    assert "Trail Runner" in " ".join(effect.text for effect in witness.effects[-12:] if isinstance(effect, Say))
    witness.say(Command("affirm"))
    assert len(witness.committed) == 1


def test_a_side_question_at_the_proof_costs_nothing() -> None:
    witness = Witness()
    witness.say(CANCEL, NUMBER)
    witness.say(Command("start_flow", {"intent": "store_info", "flow": "store_info"}))
    witness.say(Command("deny"))
    context = witness.engine.context(witness.state)
    assert (context.flow, context.step) == ("patterns/verify", "ask_postcode")


def test_a_proof_said_twice_is_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    witness = Witness()
    answer = witness.shop.answer
    monkeypatch.setattr(witness.shop, "answer", lambda e: None if isinstance(e, CheckProof) else answer(e))
    witness.say(CANCEL, NUMBER)
    witness.say(POSTCODE)
    witness.say(POSTCODE)
    assert len([effect for effect in witness.effects if isinstance(effect, CheckProof)]) == 1, "it would count twice"


def test_who_says_the_wish_again_at_the_proof_is_asked_for_it_again() -> None:
    witness = Witness()
    witness.say(CANCEL, NUMBER)
    witness.say(CANCEL)
    context = witness.engine.context(witness.state)
    assert (context.flow, context.step) == ("patterns/verify", "ask_postcode")
