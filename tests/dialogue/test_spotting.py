"""Which values are said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.spotting import flat, spotted

SIZES = ("XS", "S", "M", "L", "XL")
SAID_AS = {
    "XS": "x s|extra[- ]small",
    "S": "small",
    "M": "medium",
    "L": "large",
    "XL": "x l|extra[- ]large",
    "navy": "navy blue|dark blue|blue",
    "grey": "gray",
}


@pytest.mark.parametrize(
    ("words", "values", "said"),
    [
        ("extra large", SIZES, ["XL"]),
        ("an extra-small please", SIZES, ["XS"]),
        ("large", SIZES, ["L"]),
        ("a medium, not a large", SIZES, ["M", "L"]),
        ("medium large", SIZES, ["M", "L"]),
        ("medium large", (*SIZES, "medium large"), ["medium large"]),
        # What is not among the values takes its words as well.
        ("extra large", ("S", "M", "L"), []),
        ("X L", SIZES, ["XL"]),
        ("it's larger than I thought", SIZES, []),
        ("it's the M", SIZES, ["M"]),
        ("size 10", ("10", "10.5"), ["10"]),
        ("size 10.5", ("10", "10.5"), ["10.5"]),
        ("ten and a half", ("10", "10.5"), ["10.5"]),
        ("ten point five", ("10", "10.5"), ["10.5"]),
        ("ten and a half", ("10", "11"), []),
        ("10.5", ("10", "5"), []),
        ("ten", ("10", "10.5"), ["10"]),
        ("eight, nine or 10", ("8", "9", "10"), ["8", "9", "10"]),
        ("8,9", ("8", "9"), ["8", "9"]),
        ("forty two", ("2", "40", "42"), ["42"]),
        ("forty two", ("2", "40"), []),
        ("forty-two", ("42",), ["42"]),
        ("forty", ("40", "4"), ["40"]),
        ("the red one", ("1", "red"), ["red"]),
        ("size one", ("1",), ["1"]),
        ("120", ("12", "120"), ["120"]),
        ("navy blue", ("navy", "navy blue", "blue"), ["navy blue"]),
        ("navy blue", ("navy", "sand"), ["navy"]),
        ("the blue one", ("navy", "sand"), ["navy"]),
        ("the blue one", ("navy", "blue"), ["blue"]),
        ("dark blue", ("navy", "blue"), ["navy"]),
        ("gray", ("grey",), ["grey"]),
        ("Moss  Green", ("moss green",), ["moss green"]),
        ("moss-green", ("moss green",), ["moss green"]),
        ("in sand, size nine", ("9", "sand"), ["sand", "9"]),
        ("sandal", ("sand",), []),
        ("", SIZES, []),
    ],
)
def test_the_longest_value_wins_its_words(words: str, values: tuple[str, ...], said: list[str]) -> None:
    assert list(spotted(words, values, SAID_AS)) == said


def test_a_broken_pattern_leaves_the_value_as_it_is_written() -> None:
    assert spotted("(red", ("red",), {"red": "(crimson"}) == ("red",)


def test_lists_in_lists_are_values() -> None:
    assert flat([["9", "navy"], ["10", None, True], 4]) == ["9", "navy", "10", "4"]
    assert flat(None) == []


_PATTERNS = st.dictionaries(st.text(max_size=6), st.text("ab |()?", max_size=8))


@given(st.text(max_size=400), st.lists(st.text(max_size=12), max_size=6), _PATTERNS)
def test_only_values_are_spotted_whatever_is_said(words: str, values: list[str], said_as: dict[str, str]) -> None:
    assert set(spotted(words, values, said_as)) <= set(values)
