"""Words as features."""

from __future__ import annotations

import numpy as np

from voicebot.dialogue.lexical import BUCKETS, WEIGHT, counts, learn

TEXTS = ["where is my order", "where is my parcel", "I want my money back"]


def test_rows_have_the_vector_and_the_words() -> None:
    vectors = np.eye(3, 5, dtype=np.float32)
    rows = learn(TEXTS).rows(vectors, TEXTS)
    assert rows.shape == (3, 5 + BUCKETS)
    assert np.allclose(rows[:, :5], vectors)
    assert np.allclose(np.linalg.norm(rows[:, 5:], axis=1), WEIGHT, atol=1e-4)


def test_half_a_word_is_better_than_none() -> None:
    cancel, cancelled, colour = counts(["cancel", "cancelled", "colour"])
    assert cancel @ cancelled > cancel @ colour


def test_words_that_all_say_weigh_least() -> None:
    lexicon = learn([f"my {word}" for word in ("order", "parcel", "money", "shoes")])
    common, rare = counts(["my"])[0] > 0, counts(["order"])[0] > 0
    assert lexicon.rarity[common].max() < lexicon.rarity[rare].max()


def test_nothing_is_no_words() -> None:
    assert not learn(TEXTS).rows(np.zeros((1, 2), np.float32), ["?!"]).any()
