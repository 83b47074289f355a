"""Commands from words, in context."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from facts import TODAY
from hypothesis import given, settings
from hypothesis import strategies as st
from stage import flows

from voicebot import identifiers
from voicebot.dialogue.context import Context
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.interpret import interpret, needs_classifier
from voicebot.dialogue.state import Option
from voicebot.dialogue.wishes import told, wish_words
from voicebot.dialogue.wording import text

OPEN = Context(today=TODAY, slots={"wish": "wish", "order_number": "order_number"}, slot="wish")
NUMBER = Context(
    today=TODAY, kind="order_number", slot="order_number", slots={"order_number": "order_number", "email": "email"}
)
OPTIONS = (
    Option(value="4481207", label=text("the shoes"), clues=("4481207",)),
    Option(value="5530418", label=text("the tent"), clues=("5530418",)),
)


def read(
    words: str, context: Context, alternatives: tuple[str, ...] = (), **probabilities: float
) -> list[tuple[str, dict[str, object]]]:
    found = interpret(words, context, flows(), probabilities, alternatives)
    return [(command.name, dict(command.args)) for command in found.commands]


def test_a_wish_with_its_number() -> None:
    assert read("where is my order 4481207", OPEN, wismo=0.9) == [
        ("start_flow", {"flow": "wismo", "intent": "wismo"}),
        ("set_slot", {"slot": "order_number", "value": "4481207"}),
    ]


def test_a_wish_that_no_flow_serves_goes_to_humans_with_its_intent() -> None:
    all_ = flows()
    served = {name: flow for name, flow in all_.flows.items() if name != "refund"}
    fewer = FlowSet(flows=served, shop=all_.shop, version="")
    (command,) = interpret("my money back", OPEN, fewer, {"refund": 0.8}).commands
    assert (command.name, command.args) == ("start_flow", {"flow": "human_agent", "intent": "refund"})


def test_an_unsure_wish_is_none() -> None:
    assert read("something or other", OPEN, refund=0.2, wismo=0.1) == [("not_understood", {})]
    assert read("who won", OPEN, out_of_scope=0.8) == [("out_of_scope", {})]


def test_in_the_middle_of_a_question_a_wish_must_be_clear() -> None:
    assert read("something about money", NUMBER, refund=0.5) == [("not_understood", {})]
    assert read("actually I want my money back", NUMBER, refund=0.9)[0][0] == "start_flow"


def test_asking_again_for_what_is_being_dealt_with_need_not_be_as_clear() -> None:
    yes_no = Context(flow="wismo", step="offer_colleague", kind="yes_no", slot="want_colleague")
    again = [("start_flow", {"flow": "wismo", "intent": "wismo"})]
    assert read("so when will it arrive then", yes_no, wismo=0.5) == again
    assert read("something about money", yes_no, refund=0.5) == [("not_understood", {})]


def test_the_number_that_was_asked_for_wins_over_a_wish() -> None:
    assert read("my order is 4481207", NUMBER, wismo=0.99) == [
        ("set_slot", {"slot": "order_number", "value": "4481207"})
    ]


def test_seven_digits_are_an_order_number_before_they_are_a_telephone_number() -> None:
    assert read("where is my order 3107413", OPEN, wismo=0.9)[1][1] == {"slot": "order_number", "value": "3107413"}
    assert read("where is it, my phone is 415 555 0134", OPEN, wismo=0.9)[1][1] == {
        "slot": "phone",
        "value": "+14155550134",
    }


def test_known_numbers_repair_what_was_misheard() -> None:
    known = dataclasses.replace(NUMBER, known={"order_number": ("4481207",)})
    assert read("4481217", known, ("4481207",))[0][1]["value"] == "4481207"
    assert read("9999999", known)[0][1]["value"] == "9999999"


def test_alternatives_give_a_number_that_the_text_lost() -> None:
    assert read("for for ate", NUMBER, ("4481207",))[0][1]["value"] == "4481207"


def test_a_number_with_a_digit_too_many_gives_way_to_a_reading_that_can_be_one() -> None:
    heard = ("4481207", "44481207")
    assert read("It's 4448 1207.", NUMBER, heard)[0][1]["value"] == "4481207"
    assert read("It's 4448 1207.", NUMBER)[0][1]["value"] == "44481207"
    assert read("44812", NUMBER, ("4481207",))[0][1]["value"] == "44812"


def test_corrections_change_the_value_that_is_held() -> None:
    slots = {"ok": "yes_no", "order_number": "order_number"}
    held = Context(kind="yes_no", slot="ok", slots=slots, values={"order_number": "4481207"})
    assert ("correct_slot", {"slot": "order_number", "value": "4481203"}) in read("no, it ends in 3", held)
    assert ("correct_slot", {"slot": "order_number", "value": "5530418"}) in read("no it's 5530418", held)


def test_choices() -> None:
    asked = Context(kind="choice", slot="which", choice="which", options=OPTIONS, slots={"which": "choice"})
    assert read("the tent please", asked) == [("set_slot", {"slot": "which", "value": "5530418"})]
    assert read("hm", asked) == [("not_understood", {})]
    answered = Context(choice="which", options=OPTIONS, slots={"which": "choice"}, values={"which": "4481207"})
    assert ("correct_slot", {"slot": "which", "value": "5530418"}) in read("no, the other one", answered)
    longer = "and what about the lamp that came along with the other one of my parcels"
    assert read(longer, answered) == [("not_understood", {})]
    alone = Context(choice="which", slots={"which": "choice"})
    assert ("correct_slot", {"slot": "which", "value": None}) in read("no, a different order", alone)


@pytest.mark.parametrize(("words", "name"), [("yes", "affirm"), ("no thank you", "deny"), ("yeah sure", "affirm")])
def test_yes_and_no(words: str, name: str) -> None:
    assert read(words, Context(kind="yes_no", slot="ok", slots={"ok": "yes_no"})) == [(name, {})]


def test_a_condition_makes_a_yes_none_whatever_the_classifier_says() -> None:
    asked = Context(flow="cancel", step="with_refund", kind="yes_no", slot="cancel_it", slots={"cancel_it": "yes_no"})
    assert read("yes but only if it's free", asked, affirm=0.9) == [("not_understood", {})]


def test_the_option_asked_for_is_no_quantity() -> None:
    sizes = (
        Option(value="s9", label=text("size 9"), clues=("9",)),
        Option(value="s10", label=text("size 10"), clues=("10",)),
    )
    asked = Context(
        kind="choice", slot="size", choice="size", options=sizes, slots={"size": "choice", "pieces": "quantity"}
    )
    assert read("size 10 please", asked) == [("set_slot", {"slot": "size", "value": "s10"})]


def test_no_code_is_no_code() -> None:
    asked = Context(kind="digits", slot="proof_code", slots={"proof_code": "digits"})
    assert read("four eight two nine one three", asked) == [("set_slot", {"slot": "proof_code", "value": "482913"})]
    assert read("I didn't get one", asked)[0][0] != "set_slot"


def test_free_text_may_be_polite() -> None:
    asked = Context(kind="open", slot="what", slots={"what": "text"})
    assert read("a scarf, please", asked) == [("set_slot", {"slot": "what", "value": "a scarf, please"})]
    assert read("no thanks", asked)[0][0] != "set_slot"
    earlier = dataclasses.replace(asked, slots={"what": "text", "pay": "choice"}, choice="pay", values={"pay": "card"})
    assert read("The other bookshelf.", earlier) == [("set_slot", {"slot": "what", "value": "The other bookshelf"})]


def test_a_conditional_yes_is_no_yes() -> None:
    assert read("yes but only if it's free", Context(kind="yes_no", slot="ok", slots={"ok": "yes_no"})) == [
        ("not_understood", {})
    ]


@pytest.mark.parametrize("words", ["no, I don't have it", "I do not have it", "I don't know", "sorry I can't find it"])
def test_without_a_number_is_unsure_not_yes_or_no(words: str) -> None:
    assert read(words, NUMBER) == [("unsure", {})]


def test_okay_thank_you_is_thanks_unless_a_question_was_asked() -> None:
    assert read("ok thank you", OPEN) == [("thanks", {})]
    assert read("ok thank you", Context(kind="yes_no", slot="ok", slots={"ok": "yes_no"})) == [("affirm", {})]


@pytest.mark.parametrize("words", ["", "   ", "…", "???"])
def test_nothing_said_is_not_understood(words: str) -> None:
    assert read(words, OPEN, wismo=0.9) == [("not_understood", {})]


def test_the_classifier_is_spared_where_grammars_do() -> None:
    assert needs_classifier("where is my stuff", OPEN)
    assert not needs_classifier("bye", OPEN)
    assert not needs_classifier("4481207", NUMBER)
    assert not needs_classifier("yes", NUMBER)


def test_identifiers_say_nothing_about_the_wish() -> None:
    assert wish_words("4481207") == ""
    assert wish_words("where is order 4481207") == "where is order"


def test_flows_are_told_a_wish_without_what_may_be_an_identifier() -> None:
    assert told("exchange order four four eight one two zero seven for size nine") == "exchange order for size nine"
    assert told("it's four four eight one and then, in blue") == "it's and then, in blue"
    assert told("the trail runners, size 10.5 or ten") == "the trail runners, size 10.5 or ten"


def test_words_are_searched_once_in_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[tuple[str, str]] = []

    def counted(kind: str) -> Callable[..., Any]:
        finder = identifiers._FINDERS[kind]

        def search(words: str) -> Any:
            searched.append((kind, words))
            return finder(words)

        return search

    for kind in ("email", "order_number"):
        monkeypatch.setitem(identifiers._FINDERS, kind, counted(kind))
    words = "hello there, what became of my parcel with those two green garden chairs"
    context = dataclasses.replace(NUMBER, kind="quantity", slot="pieces", slots={**NUMBER.slots, "pieces": "quantity"})
    assert needs_classifier(words, context) is False  # "two"
    assert wish_words(words) == words
    read(words, context, wismo=0.9)
    assert sorted(searched) == [("email", words), ("order_number", words)]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80), st.sampled_from([OPEN, NUMBER]), st.lists(st.text(max_size=20), max_size=3))
def test_no_words_break_it(words: str, context: Context, alternatives: list[str]) -> None:
    assert interpret(words, context, flows(), {"wismo": 0.6}, alternatives).commands


STORY = Context(
    today=TODAY, slot="what_happened", slots={"what_happened": "text", "order_number": "order_number"},
    flow="complaint", running=("patterns/main", "complaint"),
)  # fmt: skip
LOOK = dataclasses.replace(
    STORY, slot="swap_words", slots={"swap_words": "text"}, flow="exchange", running=("patterns/main", "exchange")
)


@pytest.mark.parametrize(
    ("words", "context", "probabilities", "flow"),
    [
        ("actually, cancel it", STORY, {"cancel": 0.97}, "cancel"),
        ("no, wait, where is my order?", STORY, {"wismo": 0.87}, "wismo"),
        ("I want to cancel my order", STORY, {"cancel": 0.99}, "cancel"),
        ("you know what, can you change my address", LOOK, {"address_change": 0.9}, "address_change"),
        ("actually, can you cancel order 4481207", STORY, {"cancel": 0.97}, "cancel"),
    ],
)
def test_a_clear_other_wish_is_no_answer_in_free_text(
    words: str, context: Context, probabilities: dict[str, float], flow: str
) -> None:
    first = read(words, context, (), **probabilities)[0]
    assert (first[0], first[1].get("flow")) == ("start_flow", flow)


@pytest.mark.parametrize(
    ("words", "context", "probabilities"),
    [
        # Not sure enough.
        ("actually, cancel it", STORY, {"cancel": 0.7}),
        # What happened, however much it sounds like a wish.
        ("when I try to cancel my order it says error", STORY, {"cancel": 0.99}),
        ("they charged me twice and nobody answers", STORY, {"billing_dispute": 0.98}),
        ("where is my order, I have been waiting for three weeks now", STORY, {"wismo": 0.99}),
        ("I can't cancel my order", STORY, {"cancel": 0.99}),
        ("I want to return the shoes", STORY, {"return": 0.97}),
        # Goods are what was asked for.
        ("actually, do you have it in black", LOOK, {"availability": 0.92}),
        ("can I have it in black", LOOK, {"availability": 0.92}),
        ("actually the blue one", LOOK, {"order_change": 0.9}),
        # The flow itself knows the way there, or is on it.
        ("I want to return it", LOOK, {"return": 0.95}),
        ("actually, can I exchange it", LOOK, {"exchange": 0.95}),
        ("actually, what's the weather", STORY, {"out_of_scope": 0.95}),
    ],
)
def test_everything_else_is_the_answer_in_free_text(
    words: str, context: Context, probabilities: dict[str, float]
) -> None:
    assert read(words, context, (), **probabilities) == [("set_slot", {"slot": context.slot, "value": words})]


def test_a_person_is_asked_for_in_free_text() -> None:
    for words in (
        "can I talk to a human",
        "agent please",
        "I have told this three times already and now I want to speak to a manager",
        "this is going nowhere so can you please just put me through to a real person",
    ):
        assert read(words, STORY)[0][0] == "human_agent", words


def test_that_somebody_asked_for_a_person_is_a_story() -> None:
    for words in (
        "I asked to speak to a manager last week and they hung up on me twice",
        "your man on the phone said I should just talk to a person in the store and they laughed at me",
        "I couldn't hear it when the driver rang because the bell is broken, and he left",
    ):
        assert read(words, STORY) == [("set_slot", {"slot": "what_happened", "value": words})], words


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Hold on, before I tell you all of that, am I talking to a real person here", "bot_challenge"),
        ("Sorry, I didn't catch what you said, could you repeat the question for me", "repeat"),
        ("Oh, never mind, I will just keep them the way they are, it's fine", "cancel_dialogue"),
        ("I couldn't hear it when he rang the bell, so now put me through to a human", "human_agent"),
        ("Is there a real person I could talk to about this instead of you", "human_agent"),
    ],
)
def test_a_move_in_a_long_answer_counts_when_it_is_made(words: str, name: str) -> None:
    assert read(words, STORY) == [(name, {})]


def test_a_person_who_is_only_told_of_is_no_wish() -> None:
    words = "You know what, I want to know why the driver gave it to someone else in the street"
    assert read(words, STORY) == [("set_slot", {"slot": "what_happened", "value": words})]
