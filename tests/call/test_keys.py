from __future__ import annotations

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
    assert press("1", "yes_no")[1] == ["1"]


def test_the_star_key_starts_over() -> None:
    assert press("99*4481207", "order_number")[1] == ["4481207"]


def test_a_pause_ends_the_input() -> None:
    collector, done = press("448", "order_number")
    assert done == []
    assert collector.due(3300.0) is None
    assert collector.due(3400.0) == "448"
    assert collector.due(9000.0) is None


def test_a_cat_on_the_keypad_is_bounded() -> None:
    assert press("5" * 40)[1] == ["5" * 32]
