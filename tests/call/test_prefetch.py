from __future__ import annotations

import pytest

from voicebot.call.prefetch import own_orders, prefetches
from voicebot.dialogue.context import Context

MINE = ("4481207", "4480022")


def asked(text: str, *known: str) -> list[object]:
    return [args for _, args in prefetches(text, known)]


@pytest.mark.parametrize("text", ["my number is", "four four eight", "it's 4481", "I have two orders from May", ""])
def test_half_a_number_of_nobody_is_not_asked_for(text: str) -> None:
    assert asked(text) == []


def test_whole_identifiers_are() -> None:
    assert asked("it's four four eight one two oh seven") == [{"number": "4481207"}]
    assert asked("ada at example dot com") == [{"email": "ada@example.com"}]


def test_one_that_wants_a_digit_or_two_is_searched_among_those_that_exist() -> None:
    assert list(prefetches("it's four four eight one two oh")) == [("near_orders", {"number": "448120"})]
    assert list(prefetches("it's four four eight one two oh", MINE)) == [("find_orders", {"number": "4481207"})]


def test_beside_a_whole_identifier_no_part_is_searched() -> None:
    assert asked("my number is four one five five five five oh one three four") == [{"phone": "+14155550134"}]


def test_half_a_number_is_enough_when_it_begins_one_of_the_callers_own() -> None:
    assert asked("four four eight one", *MINE) == [{"number": "4481207"}]
    assert asked("four four eight", *MINE) == [], "it may be either"
    assert asked("four four", *MINE) == []


def test_a_misheard_number_of_the_callers_own_is_asked_for_as_it_is() -> None:
    assert asked("four four eight one two oh one", *MINE) == [{"number": "4481207"}]
    assert asked("nine nine nine one two oh one", *MINE) == [{"number": "9991201"}]


def test_own_orders_are_those_that_the_conversation_knows() -> None:
    known = {"order_number": MINE, "email": ("ada@example.com",), "other": MINE[:1]}
    slots = {"order_number": "order_number", "email": "email", "other": "order_number"}
    assert own_orders(Context(known=known, slots=slots)) == MINE
