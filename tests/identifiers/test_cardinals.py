from __future__ import annotations

import pytest

from voicebot.identifiers.cardinals import cardinal, ordinal
from voicebot.identifiers.tokens import tokens


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("seven", 7),
        ("twenty-six", 26),
        ("a hundred and five", 105),
        ("four hundred forty eight", 448),
        ("two thousand and six", 2006),
        ("twelve hundred", 1200),
        ("two thousand three hundred and one", 2301),
        ("1,250", 1250),
        ("2 thousand", 2000),
        ("two grand", 2000),
    ],
)
def test_whole_numbers(text: str, value: int) -> None:
    stream = tokens(text)
    assert cardinal(stream, 0) == (value, len(stream))


@pytest.mark.parametrize(("text", "value"), [("third", 3), ("twenty-first", 21), ("31st", 31), ("thirtieth", 30)])
def test_ordinals(text: str, value: int) -> None:
    stream = tokens(text)
    assert ordinal(stream, 0) == (value, len(stream))


@pytest.mark.parametrize("text", ["shirt", "a shirt", "", "3 rd", "٣"])
def test_what_is_neither(text: str) -> None:
    stream = tokens(text)
    assert ordinal(stream, 0) is None
    if text != "3 rd":
        assert cardinal(stream, 0) is None
