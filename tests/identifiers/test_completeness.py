"""How finished a text looks, for every kind of value."""

from __future__ import annotations

import pytest

from voicebot.identifiers import Completeness, completeness, completes

COMPLETE, PLAUSIBLE, INCOMPLETE = Completeness


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("email", "john dot", INCOMPLETE),
        ("email", "john dot smith", INCOMPLETE),
        ("email", "john dot smith at", INCOMPLETE),
        ("email", "john dot smith at gmail", INCOMPLETE),
        ("email", "john dot smith at gmail dot", INCOMPLETE),
        ("email", "john dot smith at gmail dot com", COMPLETE),
        ("email", "john dot smith at yahoo dot co", INCOMPLETE),
        ("email", "john dot smith at yahoo dot co dot uk", COMPLETE),
        ("email", "john smith", PLAUSIBLE),
        ("email", "I don't have one", PLAUSIBLE),
        ("email", "my email is", INCOMPLETE),
        ("email", "j o h n", INCOMPLETE),
        ("spelling", "S M I T H", PLAUSIBLE),
        ("spelling", "M A R I A", PLAUSIBLE),
        ("spelling", "S as in", INCOMPLETE),
        ("spelling", "M-A-R-", INCOMPLETE),
        ("spelling", "it's spelled", INCOMPLETE),
        ("name", "Jane Smith", PLAUSIBLE),
        ("name", "my name is", INCOMPLETE),
        ("name", "my name is Jane Smith", PLAUSIBLE),
        ("name", "Smith with a", INCOMPLETE),
        ("name", "Jane Smith, thanks", COMPLETE),
        ("date", "last Tuesday", COMPLETE),
        ("date", "last", INCOMPLETE),
        ("date", "the third of", INCOMPLETE),
        ("date", "March third", PLAUSIBLE),
        ("date", "March third twenty twenty five", COMPLETE),
        ("date", "March 3rd, 2025", COMPLETE),
        ("date", "03/04/2026", COMPLETE),
        ("date", "five twenty six", INCOMPLETE),
        ("date", "five twenty six forty five", PLAUSIBLE),
        ("date", "two weeks", INCOMPLETE),
        ("date", "two weeks ago", PLAUSIBLE),
        ("date", "the day before", INCOMPLETE),
        ("date", "yesterday", COMPLETE),
        ("date", "I don't know", PLAUSIBLE),
        ("date", "it was on", INCOMPLETE),
        ("amount", "twenty four", PLAUSIBLE),
        ("amount", "twenty four ninety nine", PLAUSIBLE),
        ("amount", "twenty four dollars", PLAUSIBLE),
        ("amount", "twenty four dollars and", INCOMPLETE),
        ("amount", "$24.99", COMPLETE),
        ("quantity", "two", COMPLETE),
        ("quantity", "twenty", PLAUSIBLE),
        ("quantity", "twenty four", COMPLETE),
        ("quantity", "just", PLAUSIBLE),
        ("quantity", "just one", COMPLETE),
        ("postcode", "SW1A 1AA", COMPLETE),
        ("postcode", "SW1A", INCOMPLETE),
        ("postcode", "90210", COMPLETE),
        ("postcode", "902", INCOMPLETE),
        ("tracking_number", "1Z999AA10123456784", COMPLETE),
        ("tracking_number", "1Z 999", INCOMPLETE),
        ("yes_no", "I guess", PLAUSIBLE),
        ("yes_no", "yes", COMPLETE),
        ("phone", "four one five five five five", INCOMPLETE),
        ("phone", "415 555 0134", COMPLETE),
    ],
)
def test_while_it_is_being_dictated(kind: str, text: str, expected: Completeness) -> None:
    assert completeness(kind, text) is expected


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("email", "john dot smith at gmail dot com"),
        ("date", "the day before yesterday"),
        ("date", "november third twenty twenty five"),
        ("amount", "twelve pounds and fifty pence"),
        ("quantity", "twenty four"),
        ("postcode", "S W 1 A 1 A A"),
        ("order_number", "four four eight one two oh seven"),
        ("tracking_number", "1Z 999 AA1 0123 4567 84"),
        ("phone", "four one five five five five oh one three four"),
        ("spelling", "S A T T E R F I E L D"),
        ("name", "my name is Ludwig van der Berg"),
    ],
)
def test_nothing_is_complete_before_its_last_word(kind: str, text: str) -> None:
    words = text.split()
    for end in range(1, len(words)):
        assert completeness(kind, " ".join(words[:end])) is not COMPLETE, words[:end]


@pytest.mark.parametrize("kind", ["name", "spelling"])
def test_a_name_never_becomes_complete_by_itself(kind: str) -> None:
    for text in ("Smith", "S M I T H", "Jane Smith", "my name is Jane Smith, S M I T H", "it's M as in Mike, A, X"):
        assert completeness(kind, text) is PLAUSIBLE


def test_a_letter_at_the_end_of_a_spelling_is_no_dangling_article() -> None:
    assert completeness("spelling", "M A R I A") is PLAUSIBLE
    assert completeness("name", "she is a") is INCOMPLETE


def test_an_order_number_answers_a_choice_too() -> None:
    assert completes("choice", "4480022", ("the coffee beans", "the shoes"))
    assert completes("choice", "the shoes", ("the coffee beans", "the shoes"))
    assert not completes("choice", "448 00", ("the coffee beans", "the shoes"))


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("I would like to know where my order is.", Completeness.COMPLETE),
        ("Can you tell me what the delivery costs are", Completeness.COMPLETE),
        ("What I want to know is", Completeness.INCOMPLETE),
        ("My order number is", Completeness.INCOMPLETE),
        ("I don't know what is", Completeness.INCOMPLETE),
        ("where my order is", Completeness.INCOMPLETE),
    ],
)
def test_a_question_inside_a_sentence_ends_it(text: str, how: Completeness) -> None:
    assert completeness("open", text) is how


def test_what_may_go_on_is_not_complete() -> None:
    assert completeness("order_number", "Or T9713") is not Completeness.COMPLETE
    assert completeness("order_number", "5 5 2 8 7 6") is Completeness.INCOMPLETE
    assert completeness("order_number", "Bye.") is Completeness.PLAUSIBLE
    assert completeness("open", "Bye.") is Completeness.COMPLETE
