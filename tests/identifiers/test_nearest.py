from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.identifiers.distance import sound_distance
from voicebot.identifiers.nearest import FARTHEST, LETTERS_LEFT_AWAY, NumberIndex

DIGITS = st.text("0123456789", min_size=5, max_size=9)
MIXED = st.from_regex(r"\A[A-Z]{1,2}[0-9]{4,6}\Z")


def near(index: NumberIndex, heard: str, limit: int = 5) -> list[str]:
    return [number for number, _ in index.nearest(heard, limit)]


def test_slips_of_one() -> None:
    index = NumberIndex(["4481207", "9999999"])
    for heard in ("4481207", "4481201", "448120", "44812077", "481207", "4841207", "448-1207"):
        assert near(index, heard) == ["4481207"], heard


def test_what_sounds_alike_comes_first() -> None:
    assert near(NumberIndex(["4481203", "4481209"]), "4481205") == ["4481209", "4481203"]
    assert near(NumberIndex(["AM4021", "AX4021"]), "AN4021") == ["AM4021", "AX4021"]
    assert near(NumberIndex(["4481203", "4481209"]), "4481205", limit=1) == ["4481209"]


def test_what_is_far_is_not_there() -> None:
    index = NumberIndex(["4481207"])
    assert near(index, "4400000") == []
    assert near(index, "12") == []
    assert near(index, "") == []
    assert near(index, "4" * 60) == []
    assert index.nearest("4481207", 0) == []
    assert index.nearest([], 5) == []
    assert near(NumberIndex(), "4481207") == []


def test_spelling_of_numbers_does_not_matter() -> None:
    index = NumberIndex(["#W 261-1340"])
    assert index.nearest("w2611340", 5) == [("W2611340", 0.0)]
    assert "#w2611340" in index


def test_letters_left_away() -> None:
    index = NumberIndex(["W2611340", "2611349"])
    assert index.nearest("2611340", 5)[0] == ("W2611340", LETTERS_LEFT_AWAY)
    assert near(index, "2611348") == ["2611349", "W2611340"]


def test_a_weaker_hypothesis_begins_farther_away() -> None:
    index = NumberIndex(["4481207", "5530418"])
    found = index.nearest([("4481201", -0.2), ("5530418", -0.6)], 5)
    assert [number for number, _ in found] == ["5530418", "4481207"]
    assert found[0][1] == pytest.approx(0.2)
    assert near(index, "4481201") == ["4481207"]


def test_numbers_are_added_once_and_found_at_once() -> None:
    index = NumberIndex(["4481207"])
    index.add("4481208")
    index.add("4481208")
    index.add("")
    assert len(index) == 2
    assert near(index, "4481208") == ["4481208", "4481207"]


def test_many_numbers_added_one_by_one_are_as_good_as_all_at_once() -> None:
    random = Random(9)
    numbers = [f"W{number}" for number in random.sample(range(100_000, 1_000_000), 2_500)]
    grown = NumberIndex(numbers[:1000])
    whole = NumberIndex(numbers)
    for number in numbers[1000:]:
        grown.add(number)
        if random.random() < 0.05:
            assert number in grown
            assert grown.nearest(number, 1) == [(number, 0.0)], "it is there at once"
    assert len(grown) == len(whole) == len(numbers)
    for number in numbers[::250]:
        for heard in (number[:-1] + "3", number[1:], number[:3] + number[4:]):
            assert grown.nearest(heard, 4) == whole.nearest(heard, 4)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.one_of(DIGITS, MIXED), max_size=30, unique=True), st.one_of(DIGITS, MIXED))
def test_distances_are_true_and_nothing_nearer_of_that_length_is_missed(numbers: list[str], heard: str) -> None:
    index = NumberIndex(numbers)
    found = dict(index.nearest(heard, 50))
    for number, distance in found.items():
        assert distance <= FARTHEST
        true = sound_distance(heard, number)
        bare = LETTERS_LEFT_AWAY + sound_distance(heard, "".join(c for c in number if c.isdigit()))
        assert distance == pytest.approx(min(true, bare) if bare <= FARTHEST else true)
    for number in numbers:
        if len(number) == len(heard) and sum(a != b for a, b in zip(heard, number, strict=True)) <= 2:
            assert number in found or sound_distance(heard, number) > FARTHEST


def test_among_many_the_nearest_are_those_of_a_full_search() -> None:
    random = Random(5)
    numbers = [str(number) for number in random.sample(range(1_000_000, 10_000_000), 20_000)]
    index = NumberIndex(numbers)
    for heard in ("4481207", "7700155", numbers[7][:-1] + "3"):
        true = sorted(d for n in numbers if (d := sound_distance(heard, n)) <= FARTHEST)[:5]
        assert [distance for _, distance in index.nearest(heard, 5)] == pytest.approx(true)
