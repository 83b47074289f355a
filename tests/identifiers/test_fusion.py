from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from voicebot.identifiers.fusion import align, fuse

VALUES = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=10)


def test_attempts_that_agree() -> None:
    assert fuse([["4481207"], ["4481207"]]) == "4481207"


def test_errors_in_different_places_cancel_out() -> None:
    assert fuse([["4481297"], ["4491207"], ["4481201"]]) == "4481207"


def test_lower_hypotheses_count_less() -> None:
    assert fuse([["AN12", "AM12"], ["AN12"]]) == "AN12"


def test_a_dropped_character_is_put_back() -> None:
    assert fuse([["448120"], ["4481207"], ["4481207"]]) == "4481207"


def test_nothing_heard() -> None:
    assert fuse([]) is None
    assert fuse([[], [""]]) is None


@given(VALUES, VALUES)
def test_an_alignment_keeps_both_sides(heard: str, said: str) -> None:
    pairs = align(heard, said)
    assert "".join(h for h, _ in pairs) == heard
    assert "".join(s for _, s in pairs) == said
