from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.records.redaction import CARD, luhn, redact, redact_all

SPOKEN = "four one one one one one one one one one one one one one one one"


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111, 1111, 1111, 1111",
        "4111. 1111. 1111. 1111",
        "3782 822463 10005",
        "6011000990139424",
        "2223003122003222",
        "4222222222222",
        SPOKEN,
        "four triple one, one one one one, uh, one one one one and one one one one",
        "forty one eleven eleven eleven eleven eleven eleven eleven",
        "4111 eleven eleven double one double one 1111",
        "4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1",
        "FOUR ONE ONE ONE 1111 1111 1111",
    ],
)
def test_card_numbers_are_found_in_digits_and_in_words(text: str) -> None:
    assert redact(f"My card is {text} thanks") == f"My card is {CARD} thanks"


@pytest.mark.parametrize(
    "text",
    [
        "Order 4481207, please",
        "orders 4481207, 4481210 and 4481333",
        "call me on +49 30 1234 5678",
        "4111 1111 1111 1112",
        "one of the two, or three or four of them",
        "on 12/05/2026 at 10:30 I paid 49.99",
        "it's twenty twenty six",
        "",
        "1Z999AA10123456784",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert redact(text) == text


def test_what_comes_in_one_breath_with_the_number_goes_too() -> None:
    assert redact("4111 1111 1111 1111 12 26 737 please") == f"{CARD} please"
    assert redact("4111 1111 1111 1111, 12/26, 737 please") == f"{CARD} please"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("the CVV is 123.", "the CVV is [security code]."),
        ("security code: 1 2 3 4", "security code: [security code]"),
        ("my security code is one two three ok", "my security code is [security code] ok"),
        ("cvc 12345678", "cvc 12345678"),
        ("which security code?", "which security code?"),
    ],
)
def test_security_codes(text: str, clean: str) -> None:
    assert redact(text) == clean


def test_several_numbers_in_one_text() -> None:
    assert redact("4111111111111111 or 5500005555555559") == f"{CARD} or {CARD}"


def test_json_values_are_cleaned_all_through_and_left_alone_when_clean() -> None:
    clean = {"a": ("x", 4111111111111111), "b": None}
    assert redact_all(clean) is clean
    assert redact_all({"a": ["4111111111111111", {"b": "ok"}]}) == {"a": (CARD, {"b": "ok"})}


@pytest.mark.parametrize(("digits", "valid"), [("4111111111111111", True), ("4111111111111112", False), ("0", True)])
def test_luhn(digits: str, valid: bool) -> None:
    assert luhn(digits) is valid


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    assert isinstance(redact(text), str)


@given(st.text(alphabet="abcdefgh .,!?", max_size=60), st.from_regex(r"\A4\d{14}\Z"), st.sampled_from(["", " ", "-"]))
def test_no_valid_number_gets_through(around: str, start: str, joint: str) -> None:
    start = "".join(str(int(digit)) for digit in start)
    number = next(start + str(check) for check in range(10) if luhn(start + str(check)))
    grouped = joint.join(number[i : i + 4] for i in range(0, 16, 4))
    assert grouped not in redact(f"{around} {grouped} {around}")
