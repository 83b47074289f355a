from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.identifiers import find
from voicebot.identifiers.quantities import find_quantities


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("two", "2"),
        ("two of them", "2"),
        ("a pair", "2"),
        ("a pair of jeans", "1"),
        ("two pairs", "2"),
        ("two pairs of these blue socks", "2"),
        ("a dozen", "12"),
        ("half a dozen", "6"),
        ("two dozen", "24"),
        ("just one", "1"),
        ("just the one", "1"),
        ("both", "2"),
        ("both of them please", "2"),
        ("a couple", "2"),
        ("all three", "3"),
        ("2x", "2"),
        ("3 pieces", "3"),
        ("twenty five", "25"),
        ("I'd like 3 please", "3"),
        ("I want to return 2 of those", "2"),
        ("two, no, three", "3"),
        ("none", "0"),
    ],
)
def test_quantities(text: str, value: str) -> None:
    assert find("quantity", text)[0].value == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "account X34PYIZU1K",
        "that one",
        "the red one",
        "the second one",
        "in two days",
        "5 dollars",
        "one moment",
        "all of them",
        "four four eight one two oh seven",
        "4481207",
        "at 5 pm",
    ],
)
def test_what_is_no_quantity(text: str) -> None:
    assert find_quantities(text) == []


def test_a_number_that_may_be_something_else_has_a_low_score() -> None:
    assert find_quantities("the order has the number 12 on the label")[0].score < 0.5


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    for found in find_quantities(text):
        assert 0 <= int(found.value) <= 99_999
