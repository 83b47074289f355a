from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest

from voicebot.listening.other_language import is_doubtful, language_probabilities, other_language


@pytest.mark.parametrize(
    ("text", "log_prob", "seconds", "doubtful"),
    [
        ("I am waiting for you to do something else", -1.39, 3.0, True),
        ("I am waiting for you to do something else", -0.5, 3.0, False),
        ("help", -1.2, 2.0, False),
        ("where is my", -1.2, 0.6, False),
        ("", -2.0, 3.0, False),
    ],
)
def test_only_doubtful_words_are_asked_about(text: str, log_prob: float, seconds: float, doubtful: bool) -> None:
    assert is_doubtful(text, log_prob=log_prob, seconds=seconds) is doubtful


def test_another_language_only_when_ours_is_next_to_impossible() -> None:
    assert other_language({"es": 0.77, "la": 0.07, "en": 0.03}, "en") == "es"
    assert other_language({"de": 0.45, "en": 0.29}, "en") is None
    assert other_language({"en": 0.9, "es": 0.05}, "es") == "en"
    assert other_language({"pl": 0.2, "cs": 0.2, "en": 0.1}, "en") is None
    assert other_language({}, "en") is None


def test_noise_is_no_language() -> None:
    assert other_language({"nn": 0.92, "en": 0.03}, "en") is None


class Result:
    logits: ClassVar = [[np.log([0.2, 0.5, 0.1, 0.2])]]


class Model:
    def generate(self, encoded: object, prompts: list[list[int]], **_options: object) -> list[Result]:
        assert (encoded, prompts) == ("encoded", [[7, 8]])
        return [Result()]


def test_probabilities_are_among_the_languages_alone() -> None:
    found = language_probabilities(Model(), "encoded", [7, 8], {"de": 1, "en": 2})
    assert found == pytest.approx({"de": 5 / 6, "en": 1 / 6})
    assert language_probabilities(Model(), "encoded", [7, 8], {}) == {}
