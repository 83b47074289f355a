from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from voicebot.oms.demo.nearest import distance, nearest, one_edit, two_edits


def near(heard: str, *real: str, limit: int = 5) -> list[str]:
    def existing(candidates: Iterable[str]) -> list[str]:
        wanted = set(candidates)
        return [number for number in real if number in wanted]

    return nearest(heard, existing, limit)


def test_slips_of_one() -> None:
    for heard in ("4481201", "448120", "44812077", "4841207", "4481207"):
        assert near(heard, "4481207", "9999999") == ["4481207"], heard


def test_two_slips_only_when_nothing_is_closer() -> None:
    assert near("4481251", "4481207") == ["4481207"]
    assert near("4812007", "4481207") == ["4481207"]
    assert near("4481201", "4481207", "4481255") == ["4481207"]
    assert near("4400000", "4481207") == []


def test_alike_digits_come_first() -> None:
    assert near("4481205", "4481203", "4481209") == ["4481209", "4481203"]
    assert near("4481205", "4481203", "4481209", limit=1) == ["4481209"]


def test_what_is_no_order_number() -> None:
    assert near("", "1") == []
    assert near("12", "123") == []
    assert near("W261134", "2611340") == []
    assert near("1" * 30, "1" * 30) == []
    assert near("4481207", "4481207", limit=0) == []


@given(st.text("0123456789", min_size=3, max_size=8), st.text("0123456789", min_size=3, max_size=8))
def test_candidates_are_exactly_what_is_within_reach(heard: str, real: str) -> None:
    plain = distance(heard, real)
    assert plain == distance(real, heard)
    assert (plain == 0) == (heard == real)
    if real in one_edit(heard):
        assert plain <= 1
    if real in two_edits(heard):
        assert plain <= 2
    if plain == 0.5 or (plain == 1 and len(heard) != len(real)):
        assert real in one_edit(heard) | two_edits(heard)


@given(st.text("0123456789", min_size=7, max_size=7), st.data())
def test_every_pair_of_changes_is_reached(number: str, data: st.DataObject) -> None:
    i = data.draw(st.integers(0, 6))
    j = data.draw(st.integers(0, 6))
    digits = list(number)
    digits[i] = data.draw(st.sampled_from("0123456789"))
    digits[j] = data.draw(st.sampled_from("0123456789"))
    other = "".join(digits)
    assert other == number or other in one_edit(number) | two_edits(number)
