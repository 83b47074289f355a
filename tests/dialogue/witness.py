"""Plays calls against the engine, and keeps its own book of what may be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from facts import NOW, TODAY
from stage import ROOT, flows, policies

from voicebot.dialogue.commands import Command, Understanding
from voicebot.dialogue.effects import CommitAction, Decide, Effect, Say
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.inputs import Answered, CallOpened, Decided, Heard, Input, KeysPressed, UserSaid
from voicebot.dialogue.testing.cases import Case, TurnCase, read_suite
from voicebot.dialogue.testing.shop import Shop
from voicebot.oms.actions import HARMLESS

CALLER = "+14155550134"
NAMED = read_suite({"orders.yaml": (ROOT / "flows/tests/orders.yaml").read_text("utf-8")}).orders
ORDERS = (
    {"like": "waiting"},
    {"like": "delivered", "number": "4490318", "headline": "the Harbour raincoat"},
    {"like": "shipped", "number": "4471122", "headline": "the Alpine tent", "phone": "+14155550199", "subject": "c2"},
)


class Witness:
    """Plays a call, and keeps its own book of what was planned, proved, heard and agreed to."""

    def __init__(self, answers: Mapping[str, Any] | None = None, orders: Sequence[dict[str, Any]] = ORDERS) -> None:
        self.engine = Engine(flows())
        self.state = self.engine.start()
        self.shop = Shop(
            Case(test="any", orders=tuple(orders), answers=dict(answers or {}), turns=(TurnCase(),)), NAMED
        )
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

    def say(self, *commands: Command, hears: bool = True, text: str = "") -> None:
        """The caller speaks, after what was said before, or over its last words.

        Args:
            commands: what is understood.
            hears: what was said before, to its end.
            text: the caller's words, of which flows read what a wish names.
        """
        said, self.unheard = self.unheard, []
        for utterance in said:
            whole = hears or utterance != said[-1]
            self.give(Heard(utterance=utterance, complete=whole, heard="", now=NOW))
        self.give(UserSaid(understanding=Understanding(text=text, commands=commands), now=NOW))

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
        if plan["action"] not in HARMLESS:
            assert effect.plan in self.heard, "done without a read-back that was heard"
            assert effect.plan in self.agreed, "done without a yes"
        assert max(1, self.proved.get(plan["subject"], 0)) >= plan["needs"], "done without proof"
        assert effect.plan not in self.committed, "done twice"
        self.committed.append(effect.plan)
