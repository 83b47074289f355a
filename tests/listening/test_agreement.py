"""Agreement between partial hypotheses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.listening.agreement import Agreement, common


@pytest.mark.parametrize(
    ("before", "text", "agreed"),
    [
        ("", "where is", ""),
        ("Where is my", "where is my order", "where is my"),
        ("Where is my boarder", "Where is my order?", "Where is my"),
        ("where is my order", "Where is my order?", "Where is my order?"),
        ("It's 448", "It's 4481207", "It's"),
        ("4481207", "4481207.", "4481207."),
        ("4481203", "4481207", ""),
        ("four four eight", "four four", "four four"),
        ("you", "where is my order", ""),
    ],
)
def test_the_common_beginning_is_agreed(before: str, text: str, agreed: str) -> None:
    assert common(before, text) == agreed


def test_a_new_turn_begins_with_nothing() -> None:
    agreement = Agreement()
    assert agreement.heard(1, "4481207") == ""
    assert agreement.heard(1, "4481207") == "4481207"
    assert agreement.heard(2, "4481207") == ""


@given(st.lists(st.text(max_size=20), max_size=6))
def test_what_is_agreed_begins_the_latest_hypothesis(texts: list[str]) -> None:
    agreement = Agreement()
    for text in texts:
        assert text.startswith(agreement.heard(1, text))
