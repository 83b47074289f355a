from __future__ import annotations

import pytest
from small_shop import flows

from voicebot.dialogue.commands import Command
from voicebot.dialogue.rerun.course import Question, Standing, free_of, same_commands, same_question, still_mean

NUMBER = Standing(Question("wismo", "order_number", "order_number"))
EMAIL = Standing(Question("wismo", "email", "email"))
EXPECT = {"kind": "expect", "expects": "yes_no", "slot": "sure", "choices": []}


def test_a_run_stands_at_its_last_question() -> None:
    asked = Standing().after([{"kind": "say"}, EXPECT], "wismo")
    assert asked == Standing(Question("wismo", "sure", "yes_no"))
    assert asked.after([], None) == asked
    assert asked.after([{"kind": "query"}], "wismo") == Standing()
    left = asked.after([{"kind": "hang_up"}], None)
    assert left == Standing(None, left=True)
    assert left.after([{"kind": "say"}], None).left
    assert not left.after([EXPECT], "wismo").left


def test_the_same_question_may_come_from_another_flow() -> None:
    assert same_question(NUMBER, Standing(Question("returns", "order_number", "order_number")))
    assert same_question(Standing(), Standing())
    assert not same_question(NUMBER, EMAIL)
    assert not same_question(Standing(), NUMBER)
    assert not same_question(NUMBER, Standing())


@pytest.mark.parametrize(
    ("command", "free"),
    [
        (Command("human_agent"), True),
        (Command("start_flow", {"flow": "wismo"}), True),
        (Command("set_slot", {"slot": "phone", "value": "1"}), True),
        (Command("set_slot", {"slot": "email", "value": "a@b.de"}), False),
        (Command("correct_slot", {"slot": "order_number", "value": "1"}), False),
        (Command("affirm"), False),
        (Command("not_understood"), False),
    ],
)
def test_an_answer_belongs_to_its_question(command: Command, free: bool) -> None:
    assert free_of((command,), NUMBER, EMAIL) is free


def test_commands_of_flows_that_are_gone_mean_nothing() -> None:
    start = Command("start_flow", {"flow": "wismo", "intent": "wismo"})
    fill = Command("set_slot", {"slot": "order_number", "value": "1"})
    assert still_mean((start, fill, Command("affirm")), flows())
    assert not still_mean((start,), flows(("flow: wismo", "flow: parcels")))
    assert not still_mean(
        (start,),
        flows(("flow: wismo\ntriggers: {wismo:", "flow: wismo\ntriggers: {other:"), ("{human_agent: [", "{wismo: [")),
    )
    assert not still_mean((Command("set_slot", {"slot": "postcode", "value": "1"}),), flows())


def test_commands_are_the_same_whatever_the_confidence() -> None:
    assert same_commands((Command("affirm", {}, 0.4),), (Command("affirm"),))
    assert not same_commands((Command("affirm"),), (Command("deny"),))
