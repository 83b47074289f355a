"""The package's front door: `find`, `completes`, corrections, yes and no."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.identifiers import (
    KINDS,
    Completeness,
    apply_correction,
    completeness,
    completes,
    find,
    find_correction,
    find_phones,
    yes_no,
)


def best(kind: str, text: str) -> str | None:
    found = find(kind, text)
    return found[0].value if found else None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("hi, where's my order 4481207", "4481207"),
        ("four four eight no four four eight one two oh seven", "4481207"),
        ("four four eight okay so one two oh seven", "4481207"),
        ("order 4481207, zip 90210", "4481207"),
        ("zip 90210 and the order is 4481207", "4481207"),
        ("4481209, sorry, 4481207", "4481207"),
        ("W2378156", "W2378156"),
        ("44A 1207", "4481207"),
        ("I don't have it", None),
        ("two shirts", None),
    ],
)
def test_order_numbers(text: str, value: str | None) -> None:
    assert best("order_number", text) == value


def test_another_length_is_only_worth_a_question() -> None:
    (found,) = find("order_number", "it's 448120")
    assert found.score < 0.5


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("two oh two four five six one one one one", "+12024561111"),
        ("(202) 456-1111", "+12024561111"),
        ("plus four four twenty seventy nine forty six oh nine five eight", "+442079460958"),
        ("555-0123", None),
        ("12", None),
    ],
)
def test_phones(text: str, value: str | None) -> None:
    assert best("phone", text) == value


def test_phones_of_another_region() -> None:
    assert find_phones("oh two oh seven nine four six oh nine five eight", "GB")[0].value == "+442079460958"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("john dot smith at gmail dot com", "john.smith@gmail.com"),
        ("my email is John.Smith at gmail.com", "john.smith@gmail.com"),
        ("It's J O H N underscore smith ninety nine at yahoo dot co dot uk please", "john_smith99@yahoo.co.uk"),
        ("jo at gmail", "jo@gmail.com"),
        ("maria double s at my shop dot com thanks", "mariass@myshop.com"),
        ("Elena@Example.org.", "elena@example.org"),
        ("I am at home", None),
        ("meet me at five", None),
    ],
)
def test_emails(text: str, value: str | None) -> None:
    assert best("email", text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("one nine three three five", "19335"), ("S W one A one double A", "SW1A 1AA"), ("12", None)],
)
def test_postcodes(text: str, value: str | None) -> None:
    assert best("postcode", text) == value


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("yes", True),
        ("Yeah, that's right.", True),
        ("um yes please", True),
        ("uh-huh", True),
        ("okay", True),
        ("no", False),
        ("no thanks", False),
        ("that's not right", False),
        ("Not really.", False),
        ("uh-uh", False),
        ("No, that's right.", None),
        ("I don't know", None),
        ("yes but only if it's free", None),
        ("I ordered it last week", None),
        ("", None),
    ],
)
def test_yes_and_no(text: str, verdict: bool | None) -> None:
    assert yes_no(text) is verdict


@pytest.mark.parametrize(
    ("text", "given", "corrected"),
    [
        ("no, it ends in 3", "4481207", "4481203"),
        ("the last digit is three", "4481207", "4481203"),
        ("last two digits are oh nine", "4481207", "4481209"),
        ("the third digit is a five", "4481207", "4451207"),
        ("it starts with forty-five", "4481207", "4581207"),
        ("eight, not two", "4481207", "4481807"),
        ("not two, eight", "4481207", "4481807"),
    ],
)
def test_corrections(text: str, given: str, corrected: str) -> None:
    correction = find_correction(text)
    assert correction is not None
    assert apply_correction(correction, given) == corrected


@pytest.mark.parametrize("text", ["it's not here", "4481207", "no", "I ordered two, not from you", ""])
def test_what_is_no_correction(text: str) -> None:
    assert find_correction(text) is None


def test_a_correction_that_does_not_fit_changes_nothing() -> None:
    for text in ("eight, not nine", "it ends in 12345678", "the ninth digit is 3"):
        correction = find_correction(text)
        assert correction is None or apply_correction(correction, "4481207") is None


COMPLETE, PLAUSIBLE, INCOMPLETE = Completeness


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("order_number", "four seven two", INCOMPLETE),
        ("order_number", "my order number is", INCOMPLETE),
        ("order_number", "it's four four eight one two oh seven.", COMPLETE),
        ("order_number", "no, it ends in 3", COMPLETE),
        ("order_number", "I don't have it", PLAUSIBLE),
        ("open", "my order number is 472", INCOMPLETE),
        ("open", "where's my order 4481207", COMPLETE),
        ("open", "where is my order?", COMPLETE),
        ("open", "I ordered a", INCOMPLETE),
        ("open", "I want to talk to a human", PLAUSIBLE),
        ("open", "", INCOMPLETE),
        ("open", "could you tell me where my order is?", COMPLETE),
        ("order_number", "I don't know the order number.", PLAUSIBLE),
        ("order_number", "My order number.", INCOMPLETE),
        ("open", "Hi.", INCOMPLETE),
        ("open", "Um, hello there,", INCOMPLETE),
        ("open", "Hi, I need help", PLAUSIBLE),
        ("yes_no", "yes", COMPLETE),
        ("yes_no", "yes but", INCOMPLETE),
        ("email", "john dot smith at", INCOMPLETE),
        ("email", "john dot smith at gmail dot com", COMPLETE),
        ("phone", "two oh two", INCOMPLETE),
        ("something new", "whatever", PLAUSIBLE),
    ],
)
def test_completeness(kind: str, text: str, expected: Completeness) -> None:
    assert completeness(kind, text) is expected


def test_a_choice_is_complete_when_one_was_named() -> None:
    assert completes("choice", "the red one", ("red", "blue"))
    assert not completes("choice", "the", ("red", "blue"))


@given(st.sampled_from([*KINDS, "open", "choice", "nonsense"]), st.text(max_size=60))
def test_no_text_breaks_anything(kind: str, text: str) -> None:
    for found in find(kind, text):
        assert 0.0 <= found.score <= 1.0
    completes(kind, text, ("a", "(b"))
    find_correction(text)


@pytest.mark.parametrize("words", ["I do not", "I do not have it", "I'm not", "I am not", "I didn't"])
def test_a_denial_that_begins_like_an_assent_is_a_no(words: str) -> None:
    assert yes_no(words) is False


def test_seven_digits_without_a_country_code_are_no_sure_phone_number() -> None:
    assert all(found.score < 1.0 for found in find("phone", "3107413"))
    assert find("phone", "4155550134")[0].score == 1.0


def test_a_search_is_remembered_and_stays_as_it_was() -> None:
    words = "my order is 4481207 and this is only said in this test"
    first = find("order_number", words)
    first.clear()
    assert [found.value for found in find("order_number", words)] == ["4481207"]


def test_what_is_remembered_of_one_country_or_day_does_not_answer_for_another() -> None:
    assert best("amount", "fifty dollars") == "5000 USD"
    assert find("amount", "fifty dollars", region="CA")[0].value == "5000 CAD"
    days = {find("date", "yesterday", today=date(2026, 11, day))[0].value for day in (19, 20)}
    assert days == {"2026-11-18", "2026-11-19"}
