from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.identifiers.sound import swap_cost
from voicebot.identifiers.wordsound import word_distance

CHARACTERS = string.ascii_uppercase + string.digits


@pytest.mark.parametrize(
    ("near", "far"), [("MN", "MQ"), ("FS", "FO"), ("BD", "BL"), ("59", "52"), ("A8", "A7"), ("BV", "BH"), ("0O", "0E")]
)
def test_what_telephones_mix_up_is_near(near: str, far: str) -> None:
    assert swap_cost(*near) < swap_cost(*far)


@given(st.sampled_from(CHARACTERS), st.sampled_from(CHARACTERS))
def test_costs_are_symmetrical_and_bounded(one: str, other: str) -> None:
    assert swap_cost(one, other) == swap_cost(other, one)
    assert 0.0 <= swap_cost(one, other) <= 1.0
    assert (swap_cost(one, other) == 0.0) == (one == other)


def test_what_has_no_name_is_unlike_everything() -> None:
    assert swap_cost("-", "A") == 1.0
    assert swap_cost("-", "-") == 0.0


@pytest.mark.parametrize(
    ("one", "other", "stranger"),
    [("SMITH", "SMYTH", "SMOKE"), ("FOX", "FOXX", "BOX"), ("PHILIPS", "FILLIPS", "PHELPS"), ("LEIGH", "LEY", "LEWIS")],
)
def test_names_that_sound_alike_are_near(one: str, other: str, stranger: str) -> None:
    assert word_distance(one, other) < 0.7
    assert word_distance(one, other) < word_distance(one, stranger)


@given(st.text(string.ascii_uppercase, max_size=8), st.text(string.ascii_uppercase, max_size=8))
def test_words_are_as_far_there_as_back(one: str, other: str) -> None:
    assert word_distance(one, other) == pytest.approx(word_distance(other, one))
    assert (word_distance(one, other) == 0.0) == (one == other)
