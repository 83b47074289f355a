"""Values of every slot type in conversation: asked for, volunteered, corrected, given in pieces, begun anew."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from typing import Any

import pytest
from facts import NOW, TODAY
from hypothesis import given, settings
from hypothesis import strategies as st
from stage import ROOT, Stage, flows, policies

from voicebot.dialogue.commands import Command
from voicebot.dialogue.context import Context
from voicebot.dialogue.dictation import after_start_over, free_text, piece, readings
from voicebot.dialogue.effects import Expect
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.inputs import KeysPressed
from voicebot.dialogue.interpret import interpret
from voicebot.dialogue.loader import flow_files, parse_flows
from voicebot.dialogue.state import State

FLOW = """
flow: callback
slots:
  wanted: {type: TYPE, confirm: never}
  right: {type: yes_no}
  bought_on: {type: date}
steps:
  - ask: wanted
    prompt: "What is it?"
    again: ["Once more, please."]
    on: {deny: without, unsure: without}
  - ask: right
    prompt: "I have {{ wanted | KIND }}. Is that right?"
  - set: {both: right && bought_on != null}
  - id: thanks
    say: "Noted, {{ wanted | KIND }}."
    next: done
  - id: without
    say: "Without it, then."
"""
KINDS = {"date": "date", "amount": "money", "quantity": "count", "name": "name", "email": "email", "phone": "phone"}


@cache
def flow_of(kind: str) -> FlowSet:
    folder = ROOT / "flows"
    files = [f for f in flow_files(folder) if f.name != "callback.yaml"]
    texts = {str(f.relative_to(folder)): f.read_text(encoding="utf-8") for f in files}
    path = "wanted.minor, wanted.currency" if kind == "amount" else "wanted"
    written = FLOW.replace("TYPE", kind).replace("wanted | KIND", f"{path} | {KINDS.get(kind, 'plain')}")
    return parse_flows({**texts, "callback.yaml": written}, policies=policies().names)


def asked(kind: str) -> Stage:
    stage = Stage(flowset=flow_of(kind))
    stage.command("start_flow", flow="callback")
    assert stage.said == "What is it?"
    return stage


def read(words: str, context: Context) -> list[tuple[str, dict[str, Any]]]:
    return [(command.name, dict(command.args)) for command in interpret(words, context, flows(), {}).commands]


def waiting(kind: str, **more: Any) -> Context:
    return Context(today=TODAY, kind=kind, slot="it", slots={"it": kind}, **more)


@pytest.mark.parametrize(
    ("kind", "words", "value"),
    [
        ("date", "last Tuesday", "2026-11-17"),
        ("date", "I think it was two weeks ago on Friday", "2026-11-06"),
        ("date", "in October", "2026-10-01/2026-10-31"),
        ("date", "twelve ten sixty nine", "1969-12-10"),
        ("date", "the fifteenth", "2026-11-15"),
        ("amount", "twenty four ninety nine", {"minor": 2499, "currency": "USD"}),
        ("amount", "it was fifty bucks", {"minor": 5000, "currency": "USD"}),
        ("quantity", "just one please", 1),
        ("quantity", "both", 2),
        ("quantity", "two of them", 2),
        ("name", "my name is Jane Smith", "Jane Smith"),
        ("spelling", "S M I T H", "SMITH"),
        ("email", "john dot smith at gmail dot com", "john.smith@gmail.com"),
    ],
)
def test_an_answer_fills_the_slot(kind: str, words: str, value: object) -> None:
    stage = asked(kind)
    stage.say(words)
    assert stage.state.facts["wanted"] == value


@pytest.mark.parametrize("kind", ["name", "spelling", "email", "tracking_number", "phone", "postcode"])
def test_the_ears_are_patient_with_what_is_dictated(kind: str) -> None:
    stage = asked(kind)
    assert isinstance(stage.expect, Expect)
    assert (stage.expect.kind, stage.expect.patience) == (kind, "dictation")
    assert asked("date").expect.patience == "normal"  # type: ignore[union-attr]


def test_an_interval_is_read_back_as_one() -> None:
    stage = asked("date")
    assert stage.say("last week") == "I have 2026-11-09 to 2026-11-15. Is that right?"


@pytest.mark.parametrize(
    ("given", "words", "value"),
    [
        ("November third", "no, the fifteenth", "2026-11-15"),
        ("October third", "no, the fifteenth", "2026-10-15"),
        ("October third", "no, September third", "2026-09-03"),
        ("last Tuesday", "no, it was Wednesday", "2026-11-18"),
    ],
)
def test_a_date_is_corrected(given: str, words: str, value: str) -> None:
    stage = asked("date")
    stage.say(given)
    stage.say(words)
    assert stage.state.facts["wanted"] == value


def test_the_country_of_the_language_says_what_comes_first() -> None:
    british = dataclasses.replace(waiting("date"), language="en-GB")
    assert read("03/04/2026", british) == [("set_slot", {"slot": "it", "value": "2026-04-03"})]
    assert read("03/04/2026", waiting("date")) == [("set_slot", {"slot": "it", "value": "2026-03-04"})]


def test_an_amount_is_corrected() -> None:
    stage = asked("amount")
    stage.say("twenty dollars")
    stage.say("no, thirty dollars")
    assert stage.state.facts["wanted"] == {"minor": 3000, "currency": "USD"}
    assert stage.engine.context(stage.state).values["wanted"] == "3000 USD"


def test_what_is_said_in_passing_does_not_change_what_was_given() -> None:
    held = Context(
        today=TODAY, kind="yes_no", slot="ok", slots={"ok": "yes_no", "day": "date"}, values={"day": "2026-11-03"}
    )
    assert read("yes, I called you yesterday", held) == [("affirm", {})]
    assert ("correct_slot", {"slot": "day", "value": "2026-11-20"}) in read("no, it was yesterday", held)


def test_a_value_is_taken_from_a_sentence_with_other_content() -> None:
    slots = {"order_number": "order_number", "day": "date", "paid": "amount", "how_many": "quantity"}
    context = Context(today=TODAY, slots=slots, slot="wish")
    said = "order 4481207, I bought two of them last Tuesday for $24.99"
    found = {args["slot"]: args["value"] for _name, args in read(said, context)}
    assert found == {"order_number": "4481207", "day": "2026-11-17", "paid": "2499 USD", "how_many": "2"}


@pytest.mark.parametrize("words", ["can you help me with that today", "the first order", "one moment ago I was here"])
def test_words_that_only_look_like_a_value_fill_nothing_unasked(words: str) -> None:
    context = Context(today=TODAY, slots={"day": "date", "how_many": "quantity", "paid": "amount"}, slot="wish")
    assert not [name for name, _ in read(words, context) if name == "set_slot"]


# In pieces


PIECES = [
    ("order_number", ("four four eight", "one two oh seven"), "4481207"),
    ("order_number", ("It's 448.", "12", "and then 07."), "4481207"),
    ("order_number", ("four four eight", "four four eight one two oh seven"), "4481207"),
    ("order_number", ("no, four four eight", "one two oh seven"), "4481207"),
    ("phone", ("four one five five five five", "oh one three four"), "+14155550134"),
    ("email", ("john dot smith", "at gmail dot com"), "john.smith@gmail.com"),
    ("email", ("john dot smith at", "gmail dot com"), "john.smith@gmail.com"),
    ("email", ("john", "dot smith at gmail dot com"), "john.smith@gmail.com"),
    ("email", ("john dot smith", "john dot smith at gmail dot com"), "john.smith@gmail.com"),
    ("email", ("john smith", "at gmail.com"), "johnsmith@gmail.com"),
    ("postcode", ("S W one A", "one double A"), "SW1A 1AA"),
    ("date", ("the third of", "March"), "2026-03-03"),
    ("date", ("five twenty six", "forty five"), "1945-05-26"),
]


@pytest.mark.parametrize(("kind", "turns", "value"), PIECES)
def test_pieces_of_several_turns_are_joined(kind: str, turns: tuple[str, ...], value: str) -> None:
    stage = asked(kind)
    for words in turns[:-1]:
        assert stage.say(words) in ("Go on.", "Okay, and then?")
        assert "wanted" not in stage.state.facts
        assert stage.expect is not None
        assert stage.expect.kind == kind, "still waits for it"
        assert State.from_json(json.loads(json.dumps(stage.state.to_json()))) == stage.state
    stage.say(turns[-1])
    assert stage.state.facts["wanted"] == value
    assert stage.state.partial == ("", ""), "nothing is left over"


def test_a_piece_waits_without_words_where_there_is_no_pattern_for_it() -> None:
    flowset = flow_of("order_number")
    without = dataclasses.replace(
        flowset, flows={name: flow for name, flow in flowset.flows.items() if name != "patterns/go_on"}
    )
    stage = Stage(flowset=without)
    stage.command("start_flow", flow="callback")
    assert stage.say("four four eight") == ""
    assert stage.expect is not None
    stage.say("one two oh seven")
    assert stage.state.facts["wanted"] == "4481207"


def test_a_short_number_that_was_taken_for_the_whole_is_completed() -> None:
    context = waiting("order_number", values={"it": "44812"})
    assert read("oh seven", context) == [("set_slot", {"slot": "it", "value": "4481207"})]
    assert read("5530418", context) == [("set_slot", {"slot": "it", "value": "5530418"})]


@pytest.mark.parametrize("words", ["four four eight, no, start over, four five eight", "let me start over: 4 5 8"])
def test_who_starts_over_loses_what_was_said_before(words: str) -> None:
    stage = asked("order_number")
    stage.say("four four nine")
    stage.say(words)
    stage.say("one two oh seven")
    assert stage.state.facts["wanted"] == "4581207"


def test_starting_over_asks_again() -> None:
    stage = asked("order_number")
    stage.say("four four nine")
    assert stage.say("sorry, let me start over") == "All right, from the beginning. Once more, please."
    assert stage.state.partial == ("", "")
    stage.say("four four eight one two oh seven")
    assert stage.state.facts["wanted"] == "4481207"


def test_a_piece_is_forgotten_when_something_else_is_asked() -> None:
    stage = asked("order_number")
    stage.say("four four nine")
    stage.say("no")
    assert "Without it" in stage.said
    assert stage.engine.context(stage.state).partial == ""


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("order_number", "I don't have it"),
        ("order_number", "I have two orders"),
        ("order_number", "what do you mean?"),
        ("order_number", "no"),
        ("email", "yes"),
        ("email", "what is that for?"),
        ("email", "I would rather not tell you"),
        ("email", "I left it at the store"),
        ("name", "Jane"),
        ("yes_no", "four four"),
    ],
)
def test_what_is_no_piece(kind: str, words: str) -> None:
    assert piece(words, waiting(kind)) is None


def test_a_piece_is_a_command_with_all_words_so_far() -> None:
    context = waiting("order_number", partial="four four")
    assert piece("eight", context) == Command("partial", {"slot": "it", "text": "four four eight"})


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["order_number", "email", "date", "amount", "quantity", "name"]),
    st.lists(
        st.sampled_from(
            ["four four eight", "one two oh seven", "john dot", "at gmail", "start over", "no", "the", "??"]
        )
        | st.text(max_size=12),
        max_size=6,
    ),
)
def test_whatever_is_said_in_whatever_pieces_the_conversation_goes_on(kind: str, turns: list[str]) -> None:
    stage = asked(kind)
    for words in turns:
        stage.say(words)
        assert stage.state.waiting or stage.state.ended or stage.state.pending
    stage.command("partial", slot="wanted")
    stage.command("partial", slot=7, text=None)
    assert stage.state.waiting or stage.state.ended or stage.state.pending


def test_a_long_story_is_no_piece() -> None:
    assert piece("and so on " * 40 + "four four eight", waiting("order_number")) is None


def test_a_joined_value_takes_all_of_the_words() -> None:
    (found, *_rest) = readings("order_number", "one two oh seven", waiting("order_number", partial="four four eight"))
    assert (found.value, found.span) == ("4481207", (0, 16))


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("let me start over, four five", "four five"),
        ("No, from the beginning.", ""),
        ("start over. start over. 448", "448"),
        ("can we begin again from the top", ""),
        ("it was broken from the start", None),
        ("can we go over it", None),
        ("", None),
    ],
)
def test_starting_over(text: str, rest: str | None) -> None:
    assert after_start_over(text) == rest


def test_keys_answer_a_quantity() -> None:
    stage = asked("quantity")
    stage.give(KeysPressed(keys="2#", now=NOW))
    assert stage.state.facts["wanted"] == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12 Mill Road.", "12 Mill Road"),
        (" New York,", "New York"),
        ("St. Louis", "St. Louis"),
        ("…well, New York...", "well, New York"),
        ("12 Mill Road, Flat B.", "12 Mill Road, Flat B"),
        ("S A V E.", "S A V E"),
        ("NYC.", "NYC"),
        ("Washington, D.C.", "Washington, D.C."),
        ("Washington, D. C.", "Washington, D. C."),
        ("Washington, D.C.,", "Washington, D.C."),
        ("Washington, D.C. .", "Washington, D.C."),
    ],
)
def test_free_text_is_no_sentence(text: str, value: str) -> None:
    context = Context(kind="open", slot="city", slots={"city": "text"})
    assert free_text(text, context, ()) == Command("set_slot", {"slot": "city", "value": value})
