from __future__ import annotations

import numpy as np
import pytest

from voicebot.listening.windows import LONG_FRAMES, MAX_FRAMES, SHORT_FRAMES, cleaned, framed, pieces

RATE = 16_000


@pytest.mark.parametrize("audio", [np.zeros(0, np.float32), np.zeros(RATE, np.float32), np.full(RATE, 0.7, np.float32)])
def test_nothing_to_hear(audio: np.ndarray) -> None:
    assert cleaned(audio) is None


def test_offset_overload_and_broken_samples_go() -> None:
    audio = np.tile(np.array([0.9, -0.5], np.float32), RATE)
    audio[:3] = np.nan, np.inf, -np.inf
    clean = cleaned(audio)
    assert clean is not None
    assert np.isfinite(clean).all()
    assert np.abs(clean).max() <= 1.0
    assert abs(float(clean.mean())) < 1e-3


def test_a_long_monologue_is_cut_where_it_is_quietest() -> None:
    audio = np.random.default_rng(0).normal(0, 0.1, 40 * RATE).astype(np.float32)
    audio[24 * RATE : 25 * RATE] = 0.0
    first, second = pieces(audio)
    assert 24 * RATE <= len(first) <= 25 * RATE
    assert len(first) + len(second) == len(audio)


@pytest.mark.parametrize(
    ("frames", "at_least", "window"),
    [
        (100, SHORT_FRAMES, SHORT_FRAMES),
        (470, SHORT_FRAMES, 600),
        (100, LONG_FRAMES, 1000),
        (2990, SHORT_FRAMES, MAX_FRAMES),
    ],
)
def test_a_window_is_a_little_longer_than_the_speech(frames: int, at_least: int, window: int) -> None:
    features = np.ones((80, frames), np.float32)
    padded = framed(features, at_least)
    assert padded.shape == (80, window)
    assert padded.sum() == 80 * min(frames, window)
