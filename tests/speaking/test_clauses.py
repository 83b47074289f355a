from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speaking.clauses import Clause, pause_ms, split
from voicebot.speaking.verbaliser import SpokenPart

TODAY = date(2026, 11, 21)


def cut(*parts: SpokenPart, first_words: int = 8) -> list[str]:
    return [clause.spoken for clause in split(parts, today=TODAY, first_words=first_words)]


def fixed(text: str, first_words: int = 8) -> list[str]:
    return cut(("text", text), first_words=first_words)


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Yes.", ["Yes."]),
        ("Let me look at that order.", ["Let me look at that order."]),
        ("Sure. Which order is it?", ["Sure.", "Which order is it?"]),
        ("Thanks! One moment… I'm looking.", ["Thanks!", "One moment…", "I'm looking."]),
        (
            "I found your order, and it is on its way to you right now.",
            ["I found your order,", "and it is on its way to you right now."],
        ),
        (
            "I can look that up for you if you tell me the number of the order.",
            ["I can look that up for you,", "if you tell me the number of the order."],
        ),
        (
            "Please tell me the seven digits of your order number now",
            ["Please tell me the seven digits of your order number now,"],
        ),
        ("   ", []),
        ("... !", []),
        ("", []),
    ],
)
def test_fixed_wording(text: str, clauses: list[str]) -> None:
    assert fixed(text) == clauses


def test_only_the_first_sentence_is_cut() -> None:
    long = "I have looked everywhere for it, and it is still in the warehouse of the shop."
    assert fixed(f"Sorry. {long}") == ["Sorry.", long]


def test_short_ends_are_not_cut_off() -> None:
    assert len(fixed("I have looked for your order everywhere, really.")) == 1


def test_values_are_never_cut_and_never_end_a_sentence() -> None:
    clauses = split(
        [
            ("text", "Your order "),
            ("order_number", "4481207"),
            ("text", " left with "),
            ("plain", "Smith Inc."),
            ("text", " on "),
            ("date", "2026-11-24"),
            ("text", ". Anything else?"),
        ],
        today=TODAY,
    )
    assert clauses == (
        Clause("Your order four four eight, one two zero seven,", "Your order 4481207", False),
        Clause(
            "left with Smith Inc. on Tuesday, November the twenty-fourth.",
            "left with Smith Inc. on Tue, Nov 24.",
            False,
        ),
        Clause("Anything else?", "Anything else?", True),
    )


def test_a_value_at_the_end_of_a_sentence_closes_it() -> None:
    assert cut(("text", "It is a "), ("plain", "blue mug"), ("text", ". Right?")) == ["It is a blue mug.", "Right?"]


def test_a_relative_day_loses_its_preposition_in_speech_only() -> None:
    (clause,) = split([("text", "It comes on "), ("date", "2026-11-22"), ("text", ".")], today=TODAY)
    assert clause == Clause("It comes tomorrow.", "It comes on Sun, Nov 22.", False)


def test_a_number_sign_is_said() -> None:
    assert cut(("text", "Order #"), ("order_number", "1207"), ("text", "?")) == ["Order number one two zero seven?"]


def test_punctuation_is_preferred_to_conjunctions_and_later_cuts_to_earlier_ones() -> None:
    assert fixed("Well, it is here, so I will send it off to you today.") == [
        "Well, it is here,",
        "so I will send it off to you today.",
    ]


@pytest.mark.parametrize(
    ("text", "silence"), [("Yes.", 220), ("Really?", 220), ("Well,", 110), ("so: ", 40), ("so:", 110)]
)
def test_pauses_follow_the_punctuation(text: str, silence: int) -> None:
    assert pause_ms(text) == silence


PARTS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), st.text("abc ,.?#on", max_size=60)),
        st.tuples(st.just("order_number"), st.from_regex(r"[0-9]{1,9}", fullmatch=True)),
        st.tuples(st.just("date"), st.sampled_from(["2026-11-22", "2026-12-24"])),
        st.tuples(st.just("plain"), st.text("xy. ", max_size=12)),
    ),
    max_size=8,
)


@given(PARTS, st.integers(1, 12))
def test_nothing_is_lost_or_doubled(parts: list[SpokenPart], first_words: int) -> None:
    clauses = split(parts, today=TODAY, first_words=first_words)
    whole = split(parts, today=TODAY, first_words=10_000)
    written = "".join(clause.display for clause in clauses).replace(" ", "")
    assert written == "".join(clause.display for clause in whole).replace(" ", "")
    assert all(any(char.isalnum() for char in clause.spoken) for clause in clauses)
    kinds = {kind for kind, value in parts if value.strip()}
    if kinds <= {"text"}:
        assert all(clause.fixed for clause in clauses)


def test_the_fixed_words_before_a_value_are_a_clause_of_their_own_when_punctuation_ends_them() -> None:
    found = split([("text", "I found it: "), ("plain", "the shoes"), ("text", ".")], today=TODAY)
    assert [(clause.spoken, clause.fixed) for clause in found] == [("I found it:", True), ("the shoes.", False)]


def test_without_such_punctuation_a_short_sentence_stays_whole() -> None:
    found = split([("text", "It comes with "), ("carrier", "DHL"), ("text", ".")], today=TODAY)
    assert len(found) == 1


@pytest.mark.parametrize("text", ["word " * 400, "first, " * 100, "and then it went on " * 30])
def test_a_sentence_without_end_is_cut_into_breaths(text: str) -> None:
    found = fixed(f"Well. {text.strip()}.")
    assert all(len(clause.split()) <= 30 for clause in found)
    assert " ".join(found).replace(",", "").split() == f"Well. {text.strip()}.".replace(",", "").split()


@pytest.mark.parametrize(
    ("text", "spoken", "display"),
    [
        ("That is 19.99 $.", "That is nineteen dollars and ninety-nine cents.", "That is 19.99 $."),
        ("Save 20 % 🎉 now!", "Save twenty percent now!", "Save 20 % 🎉 now!"),
        ("We are here 24/7.", "We are here twenty-four seven.", "We are here 24/7."),
        ("<speak>Hi</speak> [[hɛ]] there.", "Hi hɛ there.", "<speak>Hi</speak> [[hɛ]] there."),
    ],
)
def test_what_is_written_is_said_in_words_and_shown_as_it_was(text: str, spoken: str, display: str) -> None:
    (clause,) = split([("text", text)], today=TODAY)
    assert (clause.spoken, clause.display) == (spoken, display)


def test_pictures_alone_are_not_said() -> None:
    assert split([("text", "🎉 👍 <br/>")], today=TODAY) == ()
