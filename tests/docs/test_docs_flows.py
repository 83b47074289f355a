"""The worked example of docs/flows.md is a flow that runs, beside the shipped ones."""

from __future__ import annotations

import re
import shutil
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from voicebot.dialogue.commands import Command, Understanding
from voicebot.dialogue.effects import Decide, Effect, Query, Say
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.inputs import CallOpened, Decided, Input, KeysPressed, QueryAnswered, UserSaid
from voicebot.dialogue.lint import COMMANDS, REQUIRED
from voicebot.dialogue.loader import load_flows
from voicebot.dialogue.problems import CODES
from voicebot.dialogue.render import KINDS
from voicebot.dialogue.schema import STEPS, SlotType
from voicebot.policy.book import PolicyBook

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "flows.md").read_text("utf-8")
FILES = dict(re.findall(r"`((?:flows|policies)/\w+\.yaml)`:\n\n```yaml\n(.*?)```", PAGE, re.DOTALL))
NOW, TODAY = "2026-11-21T10:00:00Z", "2026-11-21"
_START = Command("start_flow", {"flow": "click_and_collect", "intent": "click_and_collect"})
WISH = UserSaid(understanding=Understanding(text="", commands=(_START,)), now=NOW)


class Conversation:
    """A call without audio; the order waits at the store unless told otherwise."""

    def __init__(self, engine: Engine, policies: PolicyBook, *, tier: str, state: str = "available_for_pickup") -> None:
        self._engine, self._policies = engine, policies
        self._order = {"number": "4481207", "headline": "the tent", "tier": tier, "delivery": {"state": state}}
        self._state = engine.start()
        self.give(CallOpened(now=NOW, today=TODAY))

    def give(self, first: Input) -> str:
        said: list[str] = []
        todo = [first]
        while todo:
            self._state, effects = self._engine.step(self._state, todo.pop(0))
            said += [effect.text for effect in effects if isinstance(effect, Say)]
            todo += [answer for effect in effects if (answer := self._answer(effect)) is not None]
        return " ".join(said)

    def _answer(self, effect: Effect) -> Input | None:
        match effect:
            case Query(args=args):
                return QueryAnswered(request=effect.request, result=self._found(args), now=NOW)
            case Decide():
                decision = self._policies.decide(effect.policy, effect.facts, today=TODAY)
                return Decided(request=effect.request, decision=decision.to_json(), now=NOW)
        return None

    def _found(self, args: Mapping[str, Any]) -> Mapping[str, Any]:
        orders = [self._order] if args.get("number") == self._order["number"] else []
        return {"status": "ok" if orders else "not_found", "orders": orders, "nearest": []}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, PolicyBook]:
    folder = tmp_path_factory.mktemp("shop")
    for name in ("flows", "policies"):
        shutil.copytree(ROOT / name, folder / name)
    assert sorted(FILES) == ["flows/click_and_collect.yaml", "policies/pickup_hold.yaml"]
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    policies = PolicyBook.load(folder / "policies")
    return Engine(load_flows(folder / "flows", policies=policies.names)), policies


@pytest.mark.parametrize(("tier", "days"), [("gold", "14"), ("", "7")])
def test_the_example_answers(example: tuple[Engine, PolicyBook], tier: str, days: str) -> None:
    talk = Conversation(*example, tier=tier)
    assert "What is the order number?" in talk.give(WISH)
    answer = talk.give(KeysPressed(keys="4481207", now=NOW))
    assert f"I see the tent. It's ready, and we hold it for {days} days." in answer


def test_the_example_says_when_it_is_not_there(example: tuple[Engine, PolicyBook]) -> None:
    talk = Conversation(*example, tier="", state="in_transit")
    talk.give(WISH)
    assert "It isn't at the store yet" in talk.give(KeysPressed(keys="4481207", now=NOW))


def test_the_examples_cases_hold(example: tuple[Engine, PolicyBook]) -> None:
    policy = example[1].policies["pickup_hold"]
    assert policy.cases
    for case in policy.cases:
        assert policy.decide(case.facts).rule == case.rule


def test_the_page_names_all_there_is() -> None:
    named = set(re.findall(r"\w+", PAGE))
    for there_is in (STEPS, KINDS, typing.get_args(SlotType), REQUIRED, CODES):
        assert set(there_is) <= named, set(there_is) - named
    assert {"deny", "unsure", "human_agent"} <= COMMANDS
    for code, meaning in CODES.items():
        assert f"| {code} | {meaning} |" in PAGE
