"""Nothing is done that was not planned, proved and agreed to, whatever happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from facts import NOW, TODAY
from hypothesis import given, settings
from hypothesis import strategies as st
from stage import ROOT, flows, policies

from voicebot.dialogue.commands import Command, Understanding
from voicebot.dialogue.effects import AbandonPlan, CheckProof, CommitAction, Decide, Effect, PlanAction, Say
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.inputs import (
    Answered,
    CallOpened,
    Decided,
    Failed,
    Heard,
    Input,
    KeysPressed,
    UserSaid,
    UserSilent,
)
from voicebot.dialogue.testing.cases import Case, TurnCase, read_suite
from voicebot.dialogue.testing.shop import Shop

CALLER = "+14155550134"
NAMED = read_suite({"orders.yaml": (ROOT / "flows/tests/orders.yaml").read_text("utf-8")}).orders
ORDERS = (
    {"like": "waiting"},
    {"like": "delivered", "number": "4490318", "headline": "the Harbour raincoat"},
    {"like": "shipped", "number": "4471122", "headline": "the Alpine tent", "phone": "+14155550199", "subject": "c2"},
)


class Witness:
    """Plays a call, and keeps its own book of what was planned, proved, heard and agreed to."""

    def __init__(self, answers: Mapping[str, Any] | None = None) -> None:
        self.engine = Engine(flows())
        self.state = self.engine.start()
        self.shop = Shop(Case(test="any", orders=ORDERS, answers=dict(answers or {}), turns=(TurnCase(),)), NAMED)
        self.planned: dict[str, Mapping[str, Any]] = {}
        self.agreed: set[str] = set()
        self.heard: set[str] = set()
        self.read_back: dict[str, str] = {}
        self.unheard: list[str] = []
        self.proved: dict[str, int] = {}
        self.committed: list[str] = []
        self.effects: list[Effect] = []
        self.give(CallOpened(now=NOW, today=TODAY, caller_number=CALLER))

    def give(self, first: Input) -> None:
        todo: list[Input] = [first]
        while todo:
            event = todo.pop(0)
            self._note(event)
            self.state, effects = self.engine.step(self.state, event)
            self.effects += effects
            spoken = [effect.utterance for effect in effects if isinstance(effect, Say)]
            self.unheard += spoken
            if spoken and (confirming := self._confirming()):
                self.read_back[spoken[-1]] = confirming
            for effect in effects:
                self._check(effect)
                if isinstance(effect, Decide):
                    decision = policies().decide(effect.policy, effect.facts, today=TODAY).to_json()
                    todo.append(Decided(request=effect.request, decision=decision, now=NOW))
                elif (answer := self.shop.answer(effect)) is not None:
                    todo.append(answer)

    def say(self, *commands: Command, hears: bool = True) -> None:
        """The caller speaks, after what was said before, or over its last words."""
        said, self.unheard = self.unheard, []
        for utterance in said:
            whole = hears or utterance != said[-1]
            self.give(Heard(utterance=utterance, complete=whole, heard="", now=NOW))
        self.give(UserSaid(understanding=Understanding(text="", commands=commands), now=NOW))

    def _note(self, event: Input) -> None:
        """What an event permits, read without the engine's own book."""
        if isinstance(event, Heard) and event.complete and event.utterance in self.read_back:
            self.heard.add(self.read_back[event.utterance])
        if isinstance(event, Answered):
            if event.result.get("status") == "ok" and "plan" in event.result:
                self.planned[event.result["plan"]] = event.result
            if "proved" in event.result:
                subject = event.result["subject"]
                self.proved[subject] = max(self.proved.get(subject, 0), event.result["proved"])
        if not isinstance(event, UserSaid | KeysPressed):
            return
        names = [c.name for c in event.understanding.commands] if isinstance(event, UserSaid) else []
        if {"set_slot", "correct_slot"} & set(names):
            self.agreed.clear()
        confirming = self._confirming()
        if confirming and ("affirm" in names or (isinstance(event, KeysPressed) and event.keys.strip("*#") == "1")):
            self.agreed.add(confirming)
        elif confirming and names:
            self.agreed.discard(confirming)

    def _confirming(self) -> str:
        """The plan that the question being asked is about."""
        context = self.engine.context(self.state)
        place = self.engine.flows.place(context.flow or "", context.step or "")
        variable = getattr(place.step, "confirms", None) if place and context.slot else None
        facts = self.state.facts.get(variable) if variable else None
        return str(facts.get("plan", "")) if isinstance(facts, Mapping) else ""

    def _check(self, effect: Effect) -> None:
        if not isinstance(effect, CommitAction):
            return
        plan = self.planned[effect.plan]
        assert effect.plan in self.heard, "done without a read-back that was heard"
        assert effect.plan in self.agreed, "done without a yes"
        assert max(1, self.proved.get(plan["subject"], 0)) >= plan["needs"], "done without proof"
        assert effect.plan not in self.committed, "done twice"
        self.committed.append(effect.plan)


WISHES = sorted({(intent, flow) for intent, flow in flows().intents.items()})
SLOTS = sorted({name for flow in flows().flows.values() for name in flow.slots})
VALUES = ("4481207", "4490318", "94107", "10115", "482913", "111111", "Sam Carter", "no idea", 1, True, None)
commands = st.one_of(
    st.sampled_from(["affirm", "deny", "unsure", "cancel_dialogue", "repeat", "human_agent", "thanks", "goodbye"]).map(
        Command
    ),
    st.sampled_from(WISHES).map(lambda wish: Command("start_flow", {"intent": wish[0], "flow": wish[1]})),
    st.builds(
        lambda name, slot, value: Command(name, {"slot": slot, "value": value}),
        st.sampled_from(["set_slot", "correct_slot"]),
        st.sampled_from(SLOTS),
        st.sampled_from(VALUES),
    ),
)
events = st.one_of(
    st.lists(commands, min_size=1, max_size=3),
    st.just("answer"),
    st.just("answer"),
    st.just("talk over"),
    st.just("silent"),
    st.just("failed"),
    st.sampled_from(["1", "2", "0", "94107#", "482913#", "4481207#"]).map(lambda keys: KeysPressed(keys=keys, now=NOW)),
)
statuses = st.dictionaries(
    st.sampled_from(
        ["commit", "send_code", "prove postcode", "find_orders", "message", "handoff"]
        + [f"plan {action}" for action in ("cancel", "return", "exchange", "refund", "resend")]
    ),
    st.sampled_from(["unknown", "failed", "timeout", "unavailable", "no_target", "conflict", "mismatch"]),
    max_size=2,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(events, max_size=30), statuses)
def test_nothing_is_done_without_plan_proof_and_yes(given_events: list[Any], answers: dict[str, str]) -> None:
    witness = Witness(answers)
    for event in given_events:
        match event:
            case list():
                witness.say(*event)
            case KeysPressed():
                witness.give(event)
            case "silent":
                witness.give(UserSilent(silent_ms=7000, now=NOW))
            case "talk over":
                witness.say(*_an_answer(witness), hears=False)
            case "failed":
                witness.give(Failed(where="dialogue", now=NOW))
            case _:
                witness.say(*_an_answer(witness))
        state = witness.state
        assert state.ended or state.waiting or state.pending is not None, "nobody knows what comes next"


def _an_answer(witness: Witness) -> tuple[Command, ...]:
    """What helps the conversation on, so that many of them come to an end."""
    context = witness.engine.context(witness.state)
    if context.slot is None or context.kind == "open":
        return (Command("start_flow", {"intent": "cancel", "flow": "cancel"}),)
    if context.kind == "yes_no":
        return (Command("affirm"),)
    value: Any = {"postcode": "94107", "order_number": "4481207", "digits": "482913"}.get(context.kind, "Sam Carter")
    if context.kind == "choice" and context.options:
        value = context.options[0].value
    return (Command("set_slot", {"slot": context.slot, "value": value}),)


CANCEL = Command("start_flow", {"intent": "cancel", "flow": "cancel"})
NUMBER = Command("set_slot", {"slot": "order_number", "value": "4481207"})
QUESTION = "I can cancel the Trail Runner shoes. Nothing was charged yet. Shall I cancel it?"
POSTCODE = Command("set_slot", {"slot": "proof_postcode", "value": "94107"})


def at_the_read_back(answers: Mapping[str, Any] | None = None) -> Witness:
    witness = Witness(answers)
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


def test_a_yes_to_something_else_does_nothing() -> None:
    witness = at_the_read_back()
    witness.say(Command("human_agent"))
    witness.say(Command("deny"))
    assert witness.committed == []


def test_what_is_not_done_is_given_up() -> None:
    witness = at_the_read_back()
    witness.say(Command("deny"))
    assert [type(e) for e in witness.effects if isinstance(e, PlanAction | AbandonPlan)] == [PlanAction, AbandonPlan]
    assert witness.state.plans == {}


def test_a_correction_makes_a_new_plan_that_is_read_back_again() -> None:
    witness = at_the_read_back()
    witness.say(Command("deny"), Command("correct_slot", {"slot": "order_number", "value": "4490318"}))
    assert witness.committed == []


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
