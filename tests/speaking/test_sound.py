from __future__ import annotations

import numpy as np
import pytest

from voicebot.speaking import sound


def tone(ms: int, rate: int = 22_050, level: float = 0.3) -> sound.Samples:
    t = np.arange(rate * ms // 1000) / rate
    return (level * np.sin(2 * np.pi * 220 * t)).astype(np.float32)


def silence(ms: int, rate: int = 22_050) -> sound.Samples:
    return np.zeros(rate * ms // 1000, np.float32)


def test_silence_is_cut_to_the_pads() -> None:
    clip = sound.trim(np.concatenate([silence(60), tone(500), silence(200)]), 22_050, lead_ms=10, tail_ms=25)
    assert len(clip.samples) / 22.05 == pytest.approx(10 + 500 + 25, abs=6)
    assert clip.start / 22.05 == pytest.approx(50, abs=6)


def test_pads_are_never_more_than_there_is() -> None:
    clip = sound.trim(tone(100), 22_050, lead_ms=10, tail_ms=25)
    assert (clip.start, len(clip.samples)) == (0, len(tone(100)))


@pytest.mark.parametrize("samples", [silence(300), silence(0), silence(1)])
def test_silence_alone_becomes_empty(samples: sound.Samples) -> None:
    clip = sound.trim(samples, 22_050, lead_ms=10, tail_ms=25)
    assert len(clip.samples) == 0
    assert sound.to_house(sound.level(clip.samples, 3.0), 22_050) == b""


def test_pauses_inside_are_kept() -> None:
    clip = sound.trim(np.concatenate([tone(100), silence(300), tone(100)]), 22_050, lead_ms=10, tail_ms=25)
    assert len(clip.samples) / 22.05 == pytest.approx(500, abs=1)


def test_the_gain_is_the_same_for_loud_and_quiet_clips() -> None:
    loud, quiet = sound.level(tone(100, level=0.4), 3.0), sound.level(tone(100, level=0.1), 3.0)
    assert np.abs(loud).max() / np.abs(quiet).max() == pytest.approx(4, rel=0.01)
    assert np.abs(quiet).max() == pytest.approx(0.1 * 10 ** (3 / 20), rel=0.01)


def test_peaks_are_rounded_off_and_never_clipped() -> None:
    hot = sound.level(tone(100, level=1.0), 6.0)
    assert 0.8 < np.abs(hot).max() < 1.0
    assert np.isfinite(hot).all()


def test_house_audio_is_sixteen_kilohertz_and_begins_and_ends_in_silence() -> None:
    pcm = np.frombuffer(sound.to_house(tone(500), 22_050), "<i2")
    assert len(pcm) == pytest.approx(8000, abs=2)
    assert pcm[0] == 0
    assert abs(int(pcm[-1])) < 200
    assert np.abs(pcm).max() == pytest.approx(0.3 * 32767, rel=0.05)


def test_house_audio_of_the_house_is_only_ramped() -> None:
    samples = tone(100, rate=16_000)
    pcm = np.frombuffer(sound.to_house(samples, 16_000), "<i2")
    assert np.allclose(pcm[32:-32], np.round(samples[32:-32] * 32767))
