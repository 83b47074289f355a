"""Which ways the tests took."""

from __future__ import annotations

from pathlib import Path

from voicebot.dialogue.commands import Command, Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.loader import parse_flows
from voicebot.dialogue.testing.cases import read_suite
from voicebot.dialogue.testing.coverage import Coverage, Way
from voicebot.dialogue.testing.play import Player
from voicebot.policy.book import PolicyBook

ROOT = Path(__file__).parents[3]
BASE = (ROOT / "tests/dialogue/mistakes/base.yaml").read_text("utf-8")
FLOW = """\
flow: parcel
triggers:
  wismo: [where is it, my parcel please, has it been sent yet, when does it come, track it, any news of it]
slots:
  order_number: {type: order_number, confirm: never}
steps:
  - id: number
    ask: order_number
    prompt: Which number?
    again: ["The number, please."]
    on: {deny: proof, unsure: proof, human_agent: proof}
  - id: look
    query: find_orders
    args: {number: order_number}
    into: found
    on_failure: proof
  - set: {order: "found.orders[0]"}
    next: done
  - id: proof
    set: {order: "{'id': 'o1'}"}
  - id: prove
    verify: 2
    on_failure: sorry
  - id: sorry
    say: There is nothing to tell.
"""
FLOWS = parse_flows({"base.yaml": BASE, "parcel.yaml": FLOW})


class Ears:
    """Words are commands."""

    def understand_now(self, text: str, context: Context) -> Understanding:
        name, _, value = text.partition(" ")
        args = {"flow": {"flow": value, "intent": "wismo"}, "slot": {"slot": "order_number", "value": value}}
        made = {"flow": "start_flow", "slot": "set_slot"}.get(name, name)
        return Understanding(text=text, commands=(Command(made, args.get(name, {})),))


def missing(*callers: str, answers: str = "{}") -> list[Way]:
    """Branches of the flow that conversations leave out, each written as its turns with a bar between them."""
    coverage = Coverage()
    player = Player(Engine(FLOWS, watch=coverage), Ears(), PolicyBook({}, ""), {}, lambda say, _today: say.text)
    for number, caller in enumerate(callers):
        turns = "".join(f"  - caller: {turn}\n" for turn in caller.split("|"))
        [written] = read_suite({"t.yaml": f"test: T{number}\nanswers: {answers}\nturns:\n{turns}"}).tests
        player.play(written.case)
    return [way for way in coverage.missing_branches(FLOWS) if way[0] == "parcel"]


def test_each_way_out_of_a_question_and_each_failure_is_a_branch() -> None:
    assert missing("repeat") == [
        ("parcel", "number", "on deny"),
        ("parcel", "number", "on unsure"),
        ("parcel", "number", "on human_agent"),
        ("parcel", "look", "failed"),
        ("parcel", "prove", "failed"),
    ]


def test_a_way_out_counts_when_it_was_gone() -> None:
    assert ("parcel", "number", "on deny") not in missing("flow parcel|deny")
    assert ("parcel", "number", "on deny") in missing("flow parcel|unsure")
    assert ("parcel", "number", "on human_agent") not in missing("flow parcel|human_agent")


def test_a_failure_counts_when_it_came() -> None:
    assert ("parcel", "look", "failed") in missing("flow parcel|slot 4481207")
    assert ("parcel", "look", "failed") not in missing("flow parcel|slot 4481207", answers="{find_orders: timeout}")
    assert ("parcel", "prove", "failed") not in missing("flow parcel|deny|unsure")
