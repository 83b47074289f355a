from __future__ import annotations

from voicebot.listening.loudness import Loudness


def test_nothing_is_known_before_the_first_turn() -> None:
    assert Loudness().quieter_db(-60.0) is None


def test_the_usual_level_follows_the_turns() -> None:
    loudness = Loudness()
    loudness.spoke(-20.0)
    assert loudness.quieter_db(-34.0) == 14.0
    assert loudness.quieter_db(-17.0) == -3.0
    for _ in range(10):
        loudness.spoke(-30.0)
    assert abs((loudness.quieter_db(-34.0) or 0.0) - 4.0) < 0.1
