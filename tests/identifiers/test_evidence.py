from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.identifiers import KINDS, rank
from voicebot.identifiers.evidence import characters


def test_the_best_hypothesis_with_a_value_counts() -> None:
    ranked = rank("postcode", ["and 11:6 said p", "M 11 6 z p"])
    assert ranked[0].value == "M11 6ZP"


def test_a_second_attempt_completes_the_first() -> None:
    first = ["e 72 5 l z", "e 7 T 2 v l z"]
    second = ["l e 7 2 5 l z"]
    assert rank("postcode", second, [first])[0].value == "LE72 5LZ"


def test_attempts_wrong_in_different_places() -> None:
    assert rank("postcode", ["G 4 5 3 S B"], [["J 4 5 3 F B"], ["G 4 5 3 F B"]])[0].value == "G45 3FB"


def test_an_attempt_that_says_nothing_changes_nothing() -> None:
    alone = rank("postcode", ["b t 1 6 f r"])
    assert rank("postcode", ["b t 1 6 f r"], [["hello?"], []])[0].value == alone[0].value == "BT1 6FR"


def test_a_part_heard_later_confirms() -> None:
    ranked = rank("postcode", ["t q 1 9"], [["T 1 9 9 d j", "T Q 1 9 9 d j"]])
    assert ranked[0].value == "TQ19 9DJ"
    assert ranked[0].span == (0, 0)


def test_a_spelling_decides_how_a_name_is_written() -> None:
    said = ["Brian Gardner", "Bryan Gardner"]
    assert rank("name", said)[0].value == "Brian Gardner"
    assert rank("name", ["B-R-Y-A-N"], [said])[0].value == "Bryan Gardner"


def test_names_win_over_words() -> None:
    assert rank("name", ["after drinking", "Catherine King", "Katherine King"])[0].value == "Catherine King"


def test_scores_are_shares_of_belief() -> None:
    ranked = rank("order_number", ["AM44812", "AN44812"])
    assert [f.value for f in ranked] == ["AM44812", "AN44812"]
    assert 1.0 >= sum(f.score for f in ranked) > 0.5


def test_log_probabilities_weigh_more_than_places() -> None:
    near = rank("order_number", [("AM44812", -0.20), ("AN44812", -0.21)])
    far = rank("order_number", [("AM44812", -0.20), ("AN44812", -1.80)])
    assert near[0].value == far[0].value == "AM44812"
    assert near[0].score < far[0].score


def test_spans_are_those_of_this_attempt() -> None:
    text = "it's AB44812 please"
    assert text[slice(*rank("order_number", [text])[0].span)] == "AB44812"


def test_other_kinds_are_ranked_by_their_readings() -> None:
    assert rank("tracking_number", ["1Z5R89390397567127", "1Z5R89390357567127"])[0].value == "1Z5R89390357567127"
    assert rank("no such kind", ["4481207"]) == []
    assert rank("postcode", []) == []


@pytest.mark.parametrize(("text", "said"), [("are you 5", "RU5"), ("x-ray one two", "X12"), ("double four", "44")])
def test_characters_of_a_text(text: str, said: str) -> None:
    assert characters(text) == said


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(KINDS), st.lists(st.text(max_size=30), max_size=3), st.lists(st.text(max_size=30), max_size=2))
def test_no_text_breaks_it(kind: str, texts: list[str], earlier: list[str]) -> None:
    for found in rank(kind, texts, [earlier]):
        assert 0.0 <= found.score <= 1.0
