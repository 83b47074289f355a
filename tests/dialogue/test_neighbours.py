"""Votes of the nearest."""

from __future__ import annotations

import numpy as np

from voicebot.dialogue.neighbours import neighbours

VECTORS = np.array([[1, 0], [0.96, 0.28], [0, 1]], np.float32)


def test_the_nearest_have_the_say() -> None:
    shares = neighbours(VECTORS, ["a/x", "a/y", "b"], ["a", "b"]).shares(np.array([[1, 0], [0, 1]], np.float32))
    assert np.allclose(shares.sum(1), 1.0)
    assert shares[0, 0] > 0.99
    assert shares[1, 1] > 0.99


def test_between_two_both_have_a_say() -> None:
    middle = np.array([[0.7071, 0.7071]], np.float32)
    shares = neighbours(VECTORS[[0, 2]], ["a", "b"], ["a", "b"]).shares(middle)
    assert np.allclose(shares, 0.5, atol=1e-3)
