from __future__ import annotations

import pytest

from voicebot.identifiers.numbers import find_order_numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A B 4 4 8 1 2", "AB44812"),
        ("AB44812", "AB44812"),
        ("AB 44812", "AB44812"),
        ("a as in apple b as in boy four four eight one two", "AB44812"),
        ("m like mother four four eight one two", "M44812"),
        ("double u 2 3 7 8 1 5 6", "W2378156"),
        ("are four four eight one two oh", "R448120"),
    ],
)
def test_letters_and_digits(text: str, value: str) -> None:
    assert find_order_numbers(text)[0].value == value


@pytest.mark.parametrize(
    ("text", "formats", "value", "score"),
    [
        ("AB-44812", ["@@#####"], "AB44812", 1.0),
        ("my order is a b 4 4 8 1 2", ["@@#####"], "AB44812", 1.0),
        ("2378156", ["W#######"], "W2378156", 0.8),
        ("w 2378156", ["W#######"], "W2378156", 1.0),
        ("nine oh one two", ["####"], "9012", 1.0),
        ("SO-2024-001", ["SO-####-###"], "SO2024001", 1.0),
        ("it's two two four eight one two", ["[12]#{5}"], "224812", 1.0),
    ],
)
def test_formats_of_a_shop(text: str, formats: list[str], value: str, score: float) -> None:
    found = find_order_numbers(text, formats)[0]
    assert (found.value, found.score) == (value, score)


def test_another_format_than_the_shops_is_only_worth_a_question() -> None:
    assert max(found.score for found in find_order_numbers("4481207", ["@@#####"])) < 0.5


@pytest.mark.parametrize("text", ["put 20000 into my account", "I ordered 2 for 30 dollars"])
def test_everyday_words_are_no_letters(text: str) -> None:
    assert all(found.score < 0.5 for found in find_order_numbers(text))


def test_a_format_without_places_is_refused() -> None:
    with pytest.raises(ValueError, match="not a form"):
        find_order_numbers("4481207", ["--"])
