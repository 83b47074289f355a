from __future__ import annotations

import pytest

from voicebot.listening.guards import is_phantom, one_round, repeated, too_fast


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("7 3 5 8 7 3 5 8", 4),
        ("4 4 1 5 4 4 1 5 4 4", 4),
        ("yes yes yes yes yes yes yes yes", 1),
        ("my order is late my order is late", 4),
        ("make me a double shot with milk make me a double", 7),
        ("two two two two", 0),
        ("no no no", 0),
        ("4 4 8 1 2 0 7", 0),
        ("1 2 1 2", 0),
        ("", 0),
    ],
)
def test_repetition(words: str, unit: int) -> None:
    assert repeated(words.split()) == unit


def test_a_repetition_is_reduced_to_one_round() -> None:
    assert "".join(one_round("7358735873")) == "7358"
    assert one_round(["where", "is", "my", "order"]) == ["where", "is", "my", "order"]
    assert "".join(one_round("so441524415244152")) == "so44152"


def test_nobody_speaks_faster_than_people_do() -> None:
    assert too_fast("1 2 3 4 5 6 7 8 9 0 1 2", 1.0)
    assert not too_fast("4481207", 1.2)


@pytest.mark.parametrize(
    ("text", "no_speech", "log_prob"),
    [
        ("Thanks for watching!", 0.0, -0.2),
        ("[Music]", 0.0, -0.2),
        ("I'm going to put it in the fridge.", 0.64, -1.63),
        ("A-A-A-A-A-A", 0.24, -0.7),
        ("Thank you.", 0.7, -1.2),
        ("NOOOOO", 0.4, -0.9),
        ("", 0.0, 0.0),
        ("...", 0.0, 0.0),
    ],
)
def test_phantoms(text: str, no_speech: float, log_prob: float) -> None:
    assert is_phantom(text, no_speech=no_speech, log_prob=log_prob)


@pytest.mark.parametrize(
    ("text", "no_speech", "log_prob"),
    [
        ("Thank you.", 0.1, -0.4),
        ("Yes.", 0.28, -1.08),
        ("735825", 0.91, -0.94),
        ("Help.", 0.37, -1.25),
        ("No, no, no.", 0.2, -0.8),
        ("Where is my order?", 0.0, -0.3),
    ],
)
def test_speech_is_kept(text: str, no_speech: float, log_prob: float) -> None:
    assert not is_phantom(text, no_speech=no_speech, log_prob=log_prob)
