from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from voicebot.identifiers import Doubt, doubts, fuse, settle
from voicebot.identifiers.doubts import align

VALUES = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=10)


def test_the_place_that_differs() -> None:
    assert doubts("AM44812", ["AN44812"]) == (Doubt(1, "M", ("N",)),)
    assert doubts("AM44812", ["AN44812", "AM44812", "AL44812"]) == (Doubt(1, "M", ("N", "L")),)


def test_several_places() -> None:
    assert doubts("F59", ["S59", "F55"]) == (Doubt(0, "F", ("S",)), Doubt(2, "9", ("5",)))


def test_a_character_too_few_or_too_many() -> None:
    assert doubts("4481207", ["448127"]) == (Doubt(5, "0", ("",)),)
    (doubt,) = doubts("448127", ["4481207"])
    assert (doubt.said, doubt.alternatives) == ("", ("0",))
    assert settle("448127", doubt, "0") == "4481207"


def test_another_value_is_no_doubt() -> None:
    assert doubts("4481207", ["9935506", ""]) == ()


def test_an_answer_settles_it() -> None:
    (doubt,) = doubts("AM44812", ["AN44812"])
    assert settle("AM44812", doubt, "N") == "AN44812"


def test_attempts_that_agree_leave_no_doubt() -> None:
    fused = fuse([["4481207"], ["4481207"]])
    assert fused is not None
    assert (fused.value, fused.doubts, fused.agreement) == ("4481207", (), 1.0)


def test_errors_in_different_places_cancel_out() -> None:
    fused = fuse([["4481297"], ["4491207"], ["4481201"]])
    assert fused is not None
    assert fused.value == "4481207"


def test_lower_hypotheses_count_less() -> None:
    fused = fuse([["AN12", "AM12"], ["AN12"]])
    assert fused is not None
    assert fused.value == "AN12"


def test_two_attempts_that_differ_leave_a_question() -> None:
    fused = fuse([["AM44812"], ["AN44812"]])
    assert fused is not None
    assert [(d.index, {d.said, *d.alternatives}) for d in fused.doubts] == [(1, {"M", "N"})]


def test_a_dropped_character_is_put_back() -> None:
    fused = fuse([["448120"], ["4481207"], ["4481207"]])
    assert fused is not None
    assert fused.value == "4481207"


def test_nothing_heard() -> None:
    assert fuse([]) is None
    assert fuse([[], [""]]) is None


@given(VALUES, VALUES)
def test_an_alignment_keeps_both_sides(heard: str, said: str) -> None:
    pairs = align(heard, said)
    assert "".join(h for h, _ in pairs) == heard
    assert "".join(s for _, s in pairs) == said


@given(VALUES, VALUES)
def test_settling_all_doubts_gives_the_other_value(value: str, other: str) -> None:
    result = value
    for doubt in reversed(doubts(value, [other])):
        result = settle(result, doubt, doubt.alternatives[0])
    assert result in (value, other)
