from __future__ import annotations

import pytest

from voicebot.identifiers import apply_correction, find_correction


@pytest.mark.parametrize(
    ("text", "given", "corrected"),
    [
        ("the third letter is a D", "ABC44", "ABD44"),
        ("M not N", "AN44812", "AM44812"),
        ("it's with a D, not a T", "SMIT", "SMID"),
        ("no, M as in Mike", "AN44812", "AM44812"),
        ("no, M as in Mike, not N as in Nancy", "AN44812", "AM44812"),
        ("the second to last digit is five", "4481207", "4481257"),
        ("it ends with a K", "DRAVC", "DRAVK"),
        ("no, there's an E at the end", "CLARK", "CLARKE"),
        ("it starts with a T", "DRAVK", "TRAVK"),
        ("no, there's an E at the end", "Anne Clark", "Anne Clarke"),
        ("M not N", "ann@example.org", None),
        ("D not T", "tom@example.org", "dom@example.org"),
    ],
)
def test_letters(text: str, given: str, corrected: str | None) -> None:
    correction = find_correction(text)
    assert correction is not None
    assert apply_correction(correction, given) == corrected


def test_a_letter_that_could_stand_in_two_places_changes_nothing() -> None:
    correction = find_correction("no, M as in Mike")
    assert correction is not None
    assert apply_correction(correction, "NAN44") is None
    assert apply_correction(correction, "4481207") is None


@pytest.mark.parametrize("text", ["no, it's B as in boy, O, B", "M as in Mike", "no", "put it at the end"])
def test_what_is_no_correction_of_a_letter(text: str) -> None:
    assert find_correction(text) is None
