"""Playing tests against the engine, counting what they take, and telling what came of it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from voicebot.dialogue.commands import Command, Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.loader import parse_flows
from voicebot.dialogue.testing.cases import read_suite
from voicebot.dialogue.testing.coverage import Coverage, branches, steps
from voicebot.dialogue.testing.play import Played, Player
from voicebot.dialogue.testing.report import Result, junit, summary
from voicebot.policy.book import PolicyBook

ROOT = Path(__file__).parents[3]
BASE = (ROOT / "tests/dialogue/mistakes/base.yaml").read_text("utf-8")
FLOW = """\
flow: parcel
triggers:
  wismo: [where is it, my parcel please, has it been sent yet, when does it come, track it, any news of it]
slots:
  order_number: {type: order_number, confirm: never, on_change: look}
  sure: {type: yes_no}
steps:
  - ask: order_number
    prompt: Which number?
    again: ["The number, please."]
    on: {deny: none, unsure: none}
  - id: look
    query: find_orders
    args: {number: order_number}
    into: found
  - branch:
      - {if: size(found.orders) > 0, next: sure}
      - {next: none}
  - id: sure
    ask: sure
    prompt: Shall I look at it?
    again: ["Please say yes or no."]
  - branch:
      - {if: sure, next: late}
      - {next: none}
  - id: late
    decide: late_delivery
    facts: {state: "'delayed'", days_late: "found.orders[0].days_late"}
    into: offer
  - if: offer.outcome.offer == 'voucher'
    say: "{{ offer.because }} There is a voucher."
    next: done
  - id: none
    say: There is nothing to offer.
"""
POLICY = """\
policy: late_delivery
version: 1
vocab: {state: {type: string}, days_late: {type: int, unit: days, said: "it is {} days late"}}
outcomes: {offer: {best_first: [voucher, nothing]}}
rules:
  - {id: week, layer: category, say: It is a week late., when: {days_late: ">= 7"}, then: {offer: voucher}}
  - {id: rest, layer: global, say: It is not late., when: {}, then: {offer: nothing}}
cases:
  - {name: week, facts: {state: delayed, days_late: 8}, rule: week, but: [{days_late: 1, rule: rest}]}
"""
BOOK = PolicyBook.parse({"late.yaml": POLICY})
FLOWS = parse_flows({"base.yaml": BASE, "parcel.yaml": FLOW}, policies=BOOK.names)
ORDER = "order: late\nfacts: {number: '4481207', days_late: 8}\n---\n"
WORDS = {
    "where is it": (Command("start_flow", {"flow": "parcel", "intent": "wismo"}),),
    "yes": (Command("affirm"),),
    "no": (Command("deny"),),
    "4481207": (Command("set_slot", {"slot": "order_number", "value": "4481207"}),),
    "bye": (Command("goodbye"),),
}


class Ears:
    """Understands some words, as they stand in a table."""

    def understand_now(self, text: str, context: Context) -> Understanding:
        commands = WORDS.get(text, (Command("not_understood"),))
        intent = next((str(c.args["intent"]) for c in commands if "intent" in c.args), None)
        return Understanding(text=text, intent=intent, commands=commands)


def play_all(text: str) -> tuple[list[Result], Coverage]:
    suite = read_suite({"t.yaml": ORDER + text})
    assert not suite.problems
    coverage = Coverage()
    player = Player(Engine(FLOWS, watch=coverage), Ears(), BOOK, suite.orders, lambda say, _today: say.text)
    return [Result(written, player.play(written.case), 0.25) for written in suite.tests], coverage


def play(turns: str, rest: str = "orders: [{like: late}]\n") -> Played:
    [result], _ = play_all(f"test: T\n{rest}turns:\n{turns}")
    return result.played


def wrong(turns: str, rest: str = "orders: [{like: late}]\n") -> list[tuple[int, str]]:
    return [(failure.turn, failure.what) for failure in play(turns, rest).failures]


GOOD = """\
  - {says: How can I help, at: main, ends: false}
  - {caller: where is it, intent: wismo, commands: start_flow, says: Which number, at: parcel.ask_1}
  - {keys: "4481207", says: Shall I look, does: query find_orders, does_not: [decide late_delivery, handoff]}
  - {caller: yes, says: [a week late, voucher, help you], never: nothing, does: decide late_delivery, at: main}
  - {caller: bye, does: hangup goodbye, ends: true}
"""


def test_a_good_conversation_has_no_failures_and_is_written_down() -> None:
    played = play(GOOD)
    assert played.failures == []
    assert played.talk[:4] == [
        ("bot", "How can I help you?"),
        ("caller", "where is it"),
        ("understood", "start_flow parcel"),
        ("bot", "Which number?"),
    ]
    assert ("caller", "(keys 4481207)") in played.talk
    assert played.talk[-1] == ("bot", "Goodbye.")


def test_what_was_said_before_the_first_deed_is_in_the_talk_as_well() -> None:
    assert play("  - {caller: bye}\n").talk[0] == ("bot", "How can I help you?")


@pytest.mark.parametrize(
    ("turn", "what"),
    [
        ("says: [number, Which]", "does not say 'Which': 'Which number?'"),
        ("never: '^which'", "says '^which': 'Which number?'"),
        ("intent: refund", "the intent is wismo, not refund"),
        ("commands: [deny, start_flow]", "the commands are start_flow, not deny, start_flow"),
        ("at: parcel.look", "stands at parcel.ask_1, not at parcel.look"),
        ("does: query find_orders", "does not 'query find_orders', but nothing"),
        ("ends: true", "the call goes on"),
    ],
)
def test_what_is_not_as_it_should_be_is_told_with_its_turn(turn: str, what: str) -> None:
    assert wrong(f"  - says: help\n  - {{caller: where is it, {turn}}}\n") == [(1, what)]


def test_what_was_done_and_should_not_be_and_an_end_that_came() -> None:
    asked = "  - {caller: where is it}\n  - {keys: '4481207', does_not: query, does: [query, commit]}\n"
    assert wrong(asked) == [(1, "does not 'commit', but query, query find_orders"), (1, "does 'query'")]
    assert wrong("  - {caller: bye, ends: false}\n") == [(0, "the call has ended")]


def test_effects_are_wanted_in_order() -> None:
    answered = "  - {caller: where is it}\n  - {caller: '4481207'}\n  - {caller: yes, does: [decide late_delivery]}\n"
    assert wrong(answered) == []
    twice = answered.replace("[decide late_delivery]", "[decide late_delivery, decide]")
    assert [turn for turn, _ in wrong(twice)] == [2]


def test_effects_are_wanted_with_what_they_are_given() -> None:
    def asked(more: str) -> list[tuple[int, str]]:
        return wrong(f"  - {{caller: where is it}}\n  - {{caller: '4481207', {more}}}\n")

    assert asked("does: {query find_orders: {number: '4481207'}}") == []
    assert asked("does_not: {query find_orders: {number: '4481208'}}") == []
    [(_, told)] = asked("does: {query find_orders: {number: '4481208'}}")
    assert told.startswith("does not 'query find_orders' with number '4481208', but 'query find_orders' with ")
    assert "number '4481207'" in told
    [(_, told)] = asked("does_not: [{query find_orders: {number: '4481207'}}]")
    assert told == "does 'query find_orders' with number '4481207'"
    [(_, told)] = asked("does: {query find_orders: {colour: red}}")
    assert told.startswith("does not 'query find_orders' with colour 'red'")


def test_a_failure_does_not_keep_the_rest_from_being_played() -> None:
    failed = wrong(
        "  - {caller: hm, says: nonsense}\n  - {caller: where is it, says: Which}\n  - {caller: no, at: x}\n"
    )
    assert [turn for turn, _ in failed] == [0, 2]


def test_nobody_talks_after_the_call_was_handed_over() -> None:
    over = (
        "  - {understood: [human_agent], does: handoff caller_asked, ends: true}\n  - {caller: yes}\n  - {caller: no}\n"
    )
    assert wrong(over) == [(1, "the call has ended before this turn")]
    assert wrong(over, "answers: {handoff: no_target}\n")[0] == (0, "the call goes on")


def test_silence_noise_and_commands_are_deeds_of_the_caller() -> None:
    played = play("  - silence: true\n  - noise: true\n  - understood: [{set_slot: {slot: x, value: y}}, affirm]\n")
    assert [what for who, what in played.talk if who == "caller"] == ["(silence)", "(noise)", "(commands)"]
    assert ("understood", "set_slot x=y, affirm") in played.talk


def test_a_policys_outcome_can_be_changed() -> None:
    turns = "  - {caller: where is it}\n  - {caller: '4481207'}\n  - {caller: yes, says: nothing to offer}\n"
    assert [turn for turn, _ in wrong(turns)] == [2], "the real policy gives a voucher"
    changed = "orders: [{like: late}]\nanswers: {decide late_delivery: {offer: nothing}}\n"
    assert wrong(turns, changed) == []


def test_a_late_answer_comes_behind_the_next_deed() -> None:
    turns = """\
  - {caller: where is it}
  - {caller: "4481207", never: Shall I look}
  - {silence: true, says: [One moment, Shall I look]}
"""
    assert wrong(turns, "orders: [{like: late}]\nanswers: {find_orders: late}\n") == []


def test_a_caller_who_interrupts_the_goodbye_did_not_hear_it() -> None:
    heard = play("  - {caller: bye}\n  - {caller: bye}\n")
    over = play("  - {caller: bye}\n  - {caller: bye, interrupts: true, does: hangup goodbye}\n")
    assert over.failures == heard.failures == []


def test_steps_and_ways_are_counted() -> None:
    _, nothing = play_all("test: T\nturns: [{says: help}]\n")
    _, all_but_one = play_all(f"test: T\norders: [{{like: late}}]\nturns:\n{GOOD}")
    own = {way for way in steps(FLOWS) if way[0] == "parcel"}
    assert own <= set(nothing.missing_steps(FLOWS))
    assert own & set(all_but_one.missing_steps(FLOWS)) == {("parcel", "none", "run")}
    assert {way for way in all_but_one.missing_branches(FLOWS) if way[0] == "parcel"} == {
        ("parcel", "ask_1", "on deny"),
        ("parcel", "ask_1", "on unsure"),
        ("parcel", "branch_3", "case 2"),
        ("parcel", "branch_5", "case 2"),
        ("parcel", "say_7", "left out"),
    }
    assert all_but_one.step_share(FLOWS) > nothing.step_share(FLOWS)
    all_ = len(list(branches(FLOWS)))
    assert nothing.branch_share(FLOWS) == round(100 * (all_ - len(nothing.missing_branches(FLOWS))) / all_, 2)


def test_everything_taken_is_a_hundred_percent() -> None:
    coverage = Coverage()
    for way in (*steps(FLOWS), *branches(FLOWS)):
        coverage(*way)
    assert (coverage.step_share(FLOWS), coverage.branch_share(FLOWS)) == (100.0, 100.0)
    assert coverage.missing_steps(FLOWS) == coverage.missing_branches(FLOWS) == []


BOTH = f"test: Good & <well>\norders: [{{like: late}}]\nturns:\n{GOOD}---\ntest: Bad\nturns:\n  - says: Goodbye\n"


def test_totals_are_passed_failed_and_two_shares() -> None:
    results, coverage = play_all(BOTH)
    totals = summary(results, coverage, FLOWS)
    assert list(totals) == ["passed", "failed", "step_coverage", "branch_coverage"]
    assert (totals["passed"], totals["failed"]) == (1, 1)
    assert 0 < totals["step_coverage"] < 100


def test_a_failure_is_told_as_file_and_line() -> None:
    good, bad = play_all(BOTH)[0]
    assert good.passed
    assert not good.failures
    assert bad.failures == ["t.yaml:15: does not say 'Goodbye': 'How can I help you?'"]
    assert bad.talk == "    bot: How can I help you?"


def test_junit_has_a_suite_a_file_and_a_case_a_test() -> None:
    results, _ = play_all(BOTH)
    top = ElementTree.fromstring(junit(results).encode())
    assert (top.tag, [child.tag for child in top]) == ("testsuites", ["testsuite"])
    [suite] = top
    assert suite.attrib == {"name": "t.yaml", "tests": "2", "failures": "1", "time": "0.500"}
    good, bad = suite
    assert good.attrib == {"classname": "t.yaml", "name": "Good & <well>", "time": "0.250"}
    assert len(good) == 0
    [failure] = bad
    assert failure.attrib["message"] == "does not say 'Goodbye': 'How can I help you?'"
    assert failure.text is not None
    assert "t.yaml:15" in failure.text
    assert "bot: How can I help you?" in failure.text
