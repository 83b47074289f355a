"""The classifier learns, and its probabilities are probabilities."""

from __future__ import annotations

import numpy as np

from voicebot.dialogue.classifier import train


def clouds(seed: int, spread: float) -> tuple[np.ndarray, list[str]]:
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(4, 16))
    names = [f"label{i % 4}" for i in range(120)]
    points = np.array([centres[i % 4] for i in range(120)]) + random.normal(size=(120, 16)) * spread
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), names


def test_it_tells_clouds_apart() -> None:
    classifier = train(*clouds(1, 0.5))
    vectors, names = clouds(2, 0.5)
    probabilities = classifier.probabilities(vectors)
    best = [classifier.labels[i] for i in probabilities.argmax(1)]
    assert np.mean([a == b for a, b in zip(best, names, strict=True)]) > 0.95
    assert np.allclose(probabilities.sum(1), 1.0, atol=1e-4)


def test_it_is_less_sure_of_what_it_gets_wrong() -> None:
    classifier = train(*clouds(1, 2.0))
    vectors, names = clouds(2, 2.0)
    probabilities = classifier.probabilities(vectors)
    right = np.array([classifier.labels[i] == n for i, n in zip(probabilities.argmax(1), names, strict=True)])
    top = probabilities.max(1)
    assert top[right].mean() > top[~right].mean()
    assert abs(top.mean() - right.mean()) < 0.2


def test_training_is_deterministic() -> None:
    assert np.array_equal(train(*clouds(3, 1.0)).weights, train(*clouds(3, 1.0)).weights)
