from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.identifiers.spoken import digits, runs

WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


@pytest.mark.parametrize(
    "text",
    [
        "four four eight one two oh seven",
        "double four eight one two oh seven",
        "forty-four eighty-one two oh seven",
        "four hundred and forty eight twelve oh seven",
        "four hundred forty eight one thousand two hundred seven",
        "448-1207.",
        "4,481,207",
        "4 4 8 uh 1 2 o 7",
        "4-4-8-1-2-0-7",
        "44 81 207",
        "My number is 448 ... and then, um, one two 07, thanks",
        "four 4 eight won two 0 seven",
    ],
)
def test_a_number_said_in_any_way(text: str) -> None:
    assert digits(text) == "4481207"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A B 1 2 3 4", ["AB1234"]),
        ("AB1234 please", ["AB1234"]),
        ("my order is a 4481207", ["4481207"]),
        ("W as in whiskey 2378156", ["W2378156"]),
        ("b for boy d for dog four five", ["BD45"]),
        ("bravo delta four five", ["BD45"]),
        ("S W one A one double A", ["SW1A1AA"]),
        ("triple two nine", ["2229"]),
        ("I need to return 2 shirts for 3 friends", ["2", "3"]),
        ("the 2nd one", []),
        ("that one, not this one", []),
        ("at 5pm", []),
        ("(202) 456-1111", ["2024561111"]),
        ("JVPE 870", ["JVPE870"]),
        ("KW ZAG 266.", ["KWZAG266"]),
        ("MF-G-I-K 260", ["MFGIK260"]),
        ("QEJQT77", ["QEJQT77"]),
        ("AB-44812", ["AB44812"]),
        ("a a i l zero", ["AAIL0"]),
        ("v as in boy 4 5", ["B45"]),
        ("double u 4 5", ["W45"]),
        ("AM44812", ["AM44812"]),
        ("in november 2026", ["2026"]),
        ("UPS 44812 is late", ["44812"]),
        ("the ID is 44812", ["44812"]),
        ("", []),
        ("٣٤٥", []),
    ],
)
def test_runs_of_characters(text: str, expected: list[str]) -> None:
    assert [run.text for run in runs(text)] == expected


def test_homophones_count_only_between_digits() -> None:
    assert digits("four to eight") == "428"
    assert digits("I want to wait for it") == ""


def test_spans_cover_what_was_said() -> None:
    text = "order four four eight, please"
    (run,) = runs(text)
    assert text[slice(*run.span)] == "four four eight"


@given(st.text(alphabet="0123456789", min_size=1, max_size=12))
def test_every_digit_string_survives_being_spelled(value: str) -> None:
    assert digits(" ".join(WORDS[int(c)] for c in value)) == value
    assert digits(" ".join(value)) == value
    assert digits(value) == value


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    for run in runs(text):
        assert run.text.isalnum()
        assert 0 <= run.start < run.end <= len(text)
