from __future__ import annotations

import pytest

from voicebot.call.keys import KeyCollector


def press(keys: str, kind: str = "open") -> tuple[KeyCollector, list[str]]:
    collector = KeyCollector(3000)
    done = [found for i, key in enumerate(keys) if (found := collector.press(key, i * 200.0, kind))]
    return collector, done


def test_the_hash_key_ends_the_input() -> None:
    assert press("123#")[1] == ["123"]
    assert press("#")[1] == []


def test_the_expected_length_ends_the_input() -> None:
    assert press("4481207", "order_number")[1] == ["4481207"]
    assert press("60311", "postcode")[1] == ["60311"]


@pytest.mark.parametrize("kind", ["yes_no", "choice"])
def test_one_key_is_an_answer_after_a_short_pause(kind: str) -> None:
    collector, done = press("1", kind)
    assert done == []
    assert collector.due(680.0) is None
    assert collector.due(700.0) == "1"
    assert collector.trailing("#", 900.0)


@pytest.mark.parametrize("kind", ["yes_no", "choice"])
def test_an_order_number_can_be_typed_where_one_key_would_do(kind: str) -> None:
    collector, done = press("4481207", kind)  # the last key at 1200 ms
    assert done == []
    assert collector.due(1200.0 + 900.0) is None, "who types a number may look at it in between"
    assert collector.due(1200.0 + 3000.0) == "4481207"
    assert press("4481207#", kind)[1] == ["4481207"]


def test_the_star_key_starts_over() -> None:
    assert press("99*4481207", "order_number")[1] == ["4481207"]


@pytest.mark.parametrize("kind", ["open", "yes_no", "order_number"])
def test_a_star_alone_is_an_input_of_its_own(kind: str) -> None:
    assert press("*", kind)[1] == ["*"]
    assert press("99**", kind)[1] == ["*"]


def test_a_pause_ends_the_input() -> None:
    collector, done = press("448", "order_number")
    assert done == []
    assert collector.due(3300.0) is None
    assert collector.due(3400.0) == "448"
    assert collector.due(9000.0) is None


def test_a_cat_on_the_keypad_is_bounded() -> None:
    assert press("5" * 40)[1] == ["5" * 32]


def test_a_hash_after_an_input_that_was_full_means_nothing_more() -> None:
    collector, _ = press("4481207", "order_number")  # the last key at 1200 ms
    assert collector.trailing("#", 1500.0)
    assert not collector.trailing("1", 1500.0)
    assert not collector.trailing("#", 1200.0 + 3000.0)
    collector.press("9", 1600.0, "order_number")
    assert not collector.trailing("#", 1700.0)


def test_a_hash_that_completed_the_input_is_not_trailing() -> None:
    collector, _ = press("123#")
    assert not collector.trailing("#", 700.0)
