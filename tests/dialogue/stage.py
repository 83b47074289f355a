"""A conversation without a house around it: answers requests from a table, understands without a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from facts import NOW, TODAY, found

from voicebot.dialogue.commands import Alternative, Command, Understanding
from voicebot.dialogue.effects import BookCallback, Decide, Effect, Expect, Handoff, HangUp, Query, Say
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.inputs import (
    CallbackBooked,
    CallOpened,
    Decided,
    HandoffResult,
    Heard,
    Input,
    KeysPressed,
    QueryAnswered,
    UserSaid,
    UserSilent,
)
from voicebot.dialogue.interpret import interpret
from voicebot.dialogue.loader import load_flows
from voicebot.policy.book import PolicyBook

ROOT = Path(__file__).parents[2]

#: Words that stand for a wish, in place of the classifier.
WISHES = (
    ("lost", "lost_package"), ("never got", "lost_package"), ("late", "delayed_order"),
    ("where", "wismo"), ("order status", "wismo"),
    ("refund", "refund"), ("return", "return"), ("weather", "out_of_scope"),
)  # fmt: skip


@cache
def flows() -> FlowSet:
    return load_flows(ROOT / "flows", policies=policies().names)


@cache
def policies() -> PolicyBook:
    return PolicyBook.load(ROOT / "policies")


def probabilities(text: str) -> Mapping[str, float]:
    return next(({label: 0.9} for word, label in WISHES if word in text.lower()), {})


class Stage:
    """Plays a call. `orders` answers queries: a function of the arguments, or one answer for all."""

    def __init__(
        self,
        orders: Callable[[Mapping[str, Any]], Mapping[str, Any]] | Mapping[str, Any] | None = None,
        *,
        caller: str | None = None,
        transfer: str = "no_target",
        flowset: FlowSet | None = None,
        hold: Iterable[str] = (),
    ) -> None:
        self.engine = Engine(flowset or flows())
        self.state = self.engine.start()
        self.effects: list[Effect] = []
        self.last: list[Effect] = []
        self._orders, self._transfer = orders if orders is not None else found(), transfer
        self.hold = set(hold)
        """Kinds of effects that are not answered."""
        self.give(CallOpened(now=NOW, today=TODAY, caller_number=caller))

    def give(self, *events: Input) -> str:
        """Feed inputs and answer what the engine asks for; returns what was said."""
        todo: list[Input] = [*self._heard(events[0]), *events]
        self.last = []
        while todo:
            self.state, effects = self.engine.step(self.state, todo.pop(0))
            self.last += effects
            todo += [answer for effect in effects if (answer := self._answer(effect)) is not None]
        self.effects += self.last
        return self.said

    def _heard(self, event: Input) -> list[Input]:
        """What was said is heard to its end before the caller does something, unless a test tells otherwise."""
        if not isinstance(event, UserSaid | KeysPressed | UserSilent):
            return []
        said = [effect.utterance for effect in self.last if isinstance(effect, Say)]
        return [Heard(utterance=utterance, complete=True, heard="", now=NOW) for utterance in said]

    def say(self, text: str, *alternatives: Alternative) -> str:
        """The caller speaks."""
        context = self.engine.context(self.state)
        understanding = interpret(text, context, self.engine.flows, probabilities(text), alternatives)
        return self.give(UserSaid(understanding=understanding, now=NOW))

    def command(self, name: str, **args: Any) -> str:
        return self.give(UserSaid(understanding=Understanding(text="", commands=(Command(name, args),)), now=NOW))

    @property
    def said(self) -> str:
        return " ".join(effect.text for effect in self.last if isinstance(effect, Say))

    @property
    def expect(self) -> Expect | None:
        return next((e for e in reversed(self.last) if isinstance(e, Expect)), None)

    def all(self, kind: type[Any]) -> list[Any]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    @property
    def hung_up(self) -> bool:
        return bool(self.all(HangUp))

    def _answer(self, effect: Effect) -> Input | None:
        if type(effect).__name__ in self.hold:
            return None
        match effect:
            case Query():
                result = self._orders(effect.args) if callable(self._orders) else self._orders
                return QueryAnswered(request=effect.request, result=result, now=NOW)
            case Decide():
                decision = policies().decide(effect.policy, effect.facts, today=TODAY)
                return Decided(request=effect.request, decision=decision.to_json(), now=NOW)
            case Handoff():
                return HandoffResult(request=effect.request, status=self._transfer, now=NOW)
            case BookCallback():
                return CallbackBooked(request=effect.request, number=effect.number, due="2026-11-22T10:00:00Z", now=NOW)
        return None
