"""Slots that the words of the wish fill."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from stage import Stage

from voicebot.dialogue.commands import Command, Understanding
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.inputs import UserSaid
from voicebot.dialogue.loader import parse_flows
from voicebot.dialogue.problems import FlowError
from voicebot.dialogue.state import State

BASE = (Path(__file__).parent / "mistakes" / "base.yaml").read_text("utf-8")
NOW = "2026-11-20T12:00:00Z"
EXTRA = """\
flow: extra
triggers:
  invoice: [send me a bill]
slots:
  thing: {type: text, from_wish: true}
steps:
  - id: ask_thing
    ask: thing
    prompt: "What is it called?"
    again: ["Its name, please."]
  - say: "It is called {{ thing | plain }}."
  - spot: dialogue.wish
    among: "[['8', '9'], ['navy', 'navy blue']]"
    said_as: "{'navy': 'blue'}"
    into: said
  - say: "Said: {{ said | list }}."
    if: size(said) > 0
  - call: pick
  - set: {thing: "null"}
    next: ask_thing
---
flow: pick
slots:
  one: {type: choice, from_wish: true}
steps:
  - ask: one
    prompt: "Which one, {{ choices }}?"
    again: ["{{ choices }}?"]
    choices:
      of: "[{'id': 'a', 'name': 'the red lamp'}, {'id': 'b', 'name': 'the green lamp'}]"
      as: option
      value: option.id
      label: "{{ option.name }}"
  - say: "Picked {{ one | plain }}."
"""


def flows(extra: str = EXTRA) -> FlowSet:
    return parse_flows({"base.yaml": BASE, "extra.yaml": extra})


def wish(text: str, stage: Stage | None = None, **args: str) -> Stage:
    stage = stage or Stage(flowset=flows())
    start = Command("start_flow", {"flow": "extra", "intent": "invoice", **args})
    stage.give(UserSaid(understanding=Understanding(text=text, commands=(start,)), now=NOW))
    return stage


def test_text_and_choice_are_taken_from_the_wish_and_not_asked() -> None:
    said = wish("I want the red lamp in navy blue, size nine").said
    assert said.startswith("It is called red lamp. Said: navy blue, 9. Picked a.")


def test_a_number_in_the_wish_must_be_named_as_a_size() -> None:
    assert "Said" not in wish("I want the red lamp, I called before and it was nine").said
    longer = EXTRA.replace("spot: dialogue.wish", "spot: \"'lamp, ' + dialogue.wish\"")
    assert "Said" not in wish("the red lamp, it was nine", Stage(flowset=flows(longer))).said
    asked = EXTRA.replace("spot: dialogue.wish", "spot: \"'it was nine'\"")
    assert "Said: 9." in wish("the red lamp, it was eight", Stage(flowset=flows(asked))).said


def test_a_wish_fills_a_slot_once() -> None:
    assert wish("I want the red lamp").said.endswith("What is it called?")


def test_where_the_wish_names_nothing_it_is_asked() -> None:
    assert wish("I want something").said == "What is it called?"
    assert wish("").said == "What is it called?"


def test_where_more_than_one_may_be_meant_it_is_asked() -> None:
    assert wish("I want the lamp").said.endswith("Which one, the red lamp or the green lamp?")


def test_the_words_of_one_wish_of_several_are_its_own() -> None:
    stage = wish("the green lamp and something else", words="something else")
    assert stage.said == "What is it called?"


def test_an_identifier_is_no_part_of_the_wish() -> None:
    stage = wish("my order four four eight one two zero eight, and the red lamp")
    assert "Said" not in stage.said
    assert "Picked a." in stage.said


def test_the_wish_said_again_with_more_words_counts() -> None:
    stage = wish("I want something")
    assert "Picked b." in wish("I want the green lamp", stage).said


def test_a_flow_begun_by_keys_has_no_words() -> None:
    stage = Stage(flowset=flows())
    stage.command("start_flow", flow="extra", intent="invoice")
    assert stage.said == "What is it called?"


def test_the_words_are_part_of_the_state() -> None:
    state = wish("I want the red lamp").state
    assert state.stack[-1].wish == "I want the red lamp"
    assert set(state.stack[-1].wished) == {"thing", "one"}
    assert State.from_json(json.loads(json.dumps(state.to_json()))) == state
    older = state.to_json()
    for frame in older["stack"]:
        del frame["wish"], frame["wished"]
    assert State.from_json(older).stack[-1].wished == ()


@pytest.mark.parametrize("kind", ["order_number", "yes_no", "date"])
def test_only_a_text_or_a_choice_can_be_named(kind: str) -> None:
    with pytest.raises(FlowError, match="from_wish is for a choice or a text"):
        flows(EXTRA.replace("type: text, from_wish", f"type: {kind}, from_wish"))
