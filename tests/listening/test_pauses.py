from __future__ import annotations

import numpy as np
import pytest

from voicebot.listening.pauses import skipped, without


@pytest.mark.parametrize(
    ("ended", "noticed", "span"),
    [(1000.0, 2000.0, (1150.0, 1790.0)), (1000.0, 1400.0, None), (0.0, 460.0, (150.0, 250.0))],
)
def test_of_a_long_pause_the_middle_is_skipped(ended: float, noticed: float, span: tuple[float, float] | None) -> None:
    assert skipped(ended, noticed) == span


def test_what_is_skipped_is_cut_out() -> None:
    audio = np.arange(16 * 100, dtype=np.float32)
    cut = without(audio, [(1010.0, 1020.0), (1050.0, 1090.0)], from_ms=1000.0)
    assert np.array_equal(cut, np.concatenate([audio[:160], audio[320:800], audio[1440:]]))


def test_nothing_to_skip_leaves_the_audio_alone() -> None:
    audio = np.zeros(100, np.float32)
    assert without(audio, []) is audio


def test_a_span_outside_the_audio_takes_nothing_that_is_not_there() -> None:
    audio = np.ones(160, np.float32)
    assert len(without(audio, [(900.0, 950.0)], from_ms=1000.0)) == 160
    assert len(without(audio, [(1005.0, 5000.0)], from_ms=1000.0)) == 80
