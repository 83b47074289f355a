"""What counts as voice: in a clip, on the line, and live."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voicebot.caller import clips
from voicebot.caller.g711 import Pcm
from voicebot.caller.voiced import Onset, begins, clip_voice, level_dbfs

FIXTURES = Path(__file__).parents[2] / "audio_fixtures"


def tone(seconds: float, dbfs: float) -> Pcm:
    t = np.arange(int(8000 * seconds)) / 8000
    return np.asarray(32768 * np.sqrt(2) * 10 ** (dbfs / 20) * np.sin(2 * np.pi * 500 * t)).astype(np.int16)


@pytest.mark.parametrize("dbfs", [-10.0, -30.0, -45.0])
def test_level(dbfs: float) -> None:
    assert level_dbfs(tone(0.02, dbfs)) == pytest.approx(dbfs, abs=0.3)


def test_level_of_nothing_and_of_dc() -> None:
    assert level_dbfs(np.zeros(0, dtype=np.int16)) == -120
    assert level_dbfs(np.full(160, 9000, dtype=np.int16)) < -100


def test_a_click_does_not_begin_speech() -> None:
    assert begins([False, True, False, False, False, False, False]) == []
    assert begins([True, True, True, False, False, False]) == []
    assert begins([False, True, False, True, True, True, False]) == [1]


def test_a_clip_is_trimmed_to_its_voice() -> None:
    pcm = clips.load(FIXTURES / "where_is_my_order.flac")
    voice = clip_voice(pcm)
    assert voice is not None
    first, last = voice
    assert 2 <= first <= 15
    assert len(pcm) / 160 - 40 < last < len(pcm) / 160 - 8
    padded = np.concatenate([np.zeros(1600, dtype=np.int16), pcm, np.zeros(8000, dtype=np.int16)])
    assert clip_voice(padded) == (first + 10, last + 10)


@pytest.mark.parametrize("name", ["silence_3s", "line_hiss_3s"])
def test_noise_of_the_line_is_no_voice(name: str) -> None:
    assert clip_voice(clips.load(FIXTURES / f"{name}.flac")) is None


def test_an_empty_clip_has_no_voice() -> None:
    assert clip_voice(np.zeros(100, dtype=np.int16)) is None


def play(onset: Onset, loud: str, *, start: float = 0.0) -> None:
    for i, one in enumerate(loud):
        onset.hear(start + 0.02 * i, one == "#")


def test_live_onset_is_reported_back_to_its_first_packet() -> None:
    onset = Onset(gap_s=0.2)
    play(onset, "..####")
    assert onset.began_at == pytest.approx(0.04)
    assert onset.last_at == pytest.approx(0.10)
    assert onset.speaking(0.25)
    assert not onset.speaking(0.31)


def test_live_click_is_no_onset() -> None:
    onset = Onset(gap_s=0.2)
    play(onset, "..#........##.......")
    assert onset.began_at is None


def test_a_short_gap_goes_on_and_a_long_one_begins_anew() -> None:
    onset = Onset(gap_s=0.2)
    play(onset, "######" + "." * 9 + "##" + "." * 20 + "#####")
    assert onset.began_at == pytest.approx(37 * 0.02)
    assert onset.last_at == pytest.approx(41 * 0.02)
