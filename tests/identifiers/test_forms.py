from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.identifiers.forms import DIGITS, LETTERS, fit, forms
from voicebot.identifiers.heard import dictated, heard


def test_patterns() -> None:
    assert forms("A@#") == (("A", LETTERS, DIGITS),)
    assert forms("#{2}-[AB]") == ((DIGITS, DIGITS, "AB"),)
    assert [len(form) for form in forms("@{1,2}#{3,4}")] == [4, 5, 5, 6]


@pytest.mark.parametrize("pattern", ["", "--", "#{41}"])
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(ValueError, match="not a form"):
        forms(pattern)


def test_what_was_said_costs_nothing() -> None:
    best = fit("a b 1 2", forms("@@##"))[0]
    assert (best.value, best.cost) == ("AB12", 0.0)


def test_the_form_decides_between_readings() -> None:
    assert fit("four 1 2 3", forms("@###"), dearest=5.0)[0].value[1:] == "123"
    assert fit("oh 1 2 3", forms("@###"))[0].value == "O123"
    assert fit("oh 1 2 3", forms("####"))[0].value == "0123"
    assert fit("for you 2 3", forms("#@##"))[0].value == "4U23"


def test_repairs_cost_by_their_sound() -> None:
    costs = {found.value: found.cost for found in fit("m 1 2", forms("[NQ]##"), dearest=5.0)}
    assert "N12" in costs
    assert costs["N12"] < costs.get("Q12", 9.0)


def test_a_fixed_character_may_be_missing() -> None:
    best = fit("1 2 3 4", forms("X####"))[0]
    assert best.value == "X1234"
    assert best.cost > 0.5


def test_spans_are_those_of_the_text() -> None:
    text = "well, my number is, let me see, a b 1 2, thanks"
    assert text[slice(*fit(text, forms("@@##"))[0].span)] == "a b 1 2"


def test_nothing_is_found_where_nobody_dictates() -> None:
    assert fit("where is my order", forms("@@##"), dearest=1.0) == []
    assert dictated("where is my order").characters == 0


def test_readings_of_a_word() -> None:
    _, options = heard("double u and M")
    assert {reading.text for reading in options[0]} >= {"W", ""}
    assert {reading.text for reading in options[2]} >= {"N", "M", ""}
    assert [reading.cost for reading in options[3] if reading.text == "M"] == [0.0]


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    for found in fit(text, forms("@{1,2}#{2}")):
        assert len(found.value) in (3, 4)
        assert 0 <= found.span[0] <= found.span[1] <= len(text)
