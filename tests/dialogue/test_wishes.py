"""One wish or several."""

from __future__ import annotations

import pytest
from facts import TODAY
from stage import flows

from voicebot.dialogue.context import Context
from voicebot.dialogue.interpret import interpret
from voicebot.dialogue.wishes import clauses, known_intents, likeliest, several

OPEN = Context(today=TODAY, slots={"wish": "wish", "order_number": "order_number"}, slot="wish")


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("where is my order and can you call me back", ("where is my order", "can you call me back")),
        ("It is late. Also, how do I get a new password?", ("It is late", "how do I get a new password?")),
        ("I need an invoice, and then cancel my subscription", ("I need an invoice", "cancel my subscription")),
    ],
)
def test_parts_that_ask_for_something(words: str, parts: tuple[str, ...]) -> None:
    assert clauses(words) == parts


@pytest.mark.parametrize(
    "words",
    [
        "I bought a coat and a hat",
        "where is my order",
        "",
        "and also",
        "it came and it was broken",
        "my parcel never came and I want my money back",
        "the shoes pinch and I'd like to send them back",
    ],
)
def test_one_part(words: str) -> None:
    assert clauses(words) == ()


def test_out_of_scope_needs_less_to_be_believed() -> None:
    assert likeliest({"wismo": 0.5, "out_of_scope": 0.4}) == ("out_of_scope", 0.4)
    assert likeliest({"wismo": 0.7, "out_of_scope": 0.3}) == ("wismo", 0.7)
    assert likeliest({}) == ("", 0.0)


def test_several_need_to_be_clear_and_of_different_flows() -> None:
    sure, other = {"wismo": 0.9}, {"human_agent": 0.9}
    assert [w.intent for w in several([sure, other], flows(), known_intents(flows()), 0.7)] == ["wismo", "human_agent"]
    assert several([sure, sure], flows(), known_intents(flows()), 0.7) == ()
    assert several([sure, {"human_agent": 0.5}], flows(), known_intents(flows()), 0.7) == ()
    assert several([sure, {"out_of_scope": 0.9}], flows(), known_intents(flows()), 0.7) == ()


def test_both_wishes_are_begun_and_people_come_last() -> None:
    words = "get me a colleague of yours, and also tell me where order 4481207 is"
    parts = [{"complaint": 0.9}, {"wismo": 0.9}]
    found = interpret(words, OPEN, flows(), {"wismo": 0.6, "complaint": 0.3}, parts=parts)
    assert "human_agent" in {command.name for command in found.commands}, "a plain request for people is for people"
    words = "tell me where order 4481207 is and also call me names"
    found = interpret(words, OPEN, flows(), {"wismo": 0.6}, parts=[{"wismo": 0.9}, {"human_agent": 0.9}])
    assert [c.name for c in found.commands] == ["human_agent", "start_flow", "set_slot"]
    assert found.intent == "wismo"
