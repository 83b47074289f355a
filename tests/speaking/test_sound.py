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
    assert sound.to_house(sound.level(clip.samples, 22_050, -20.0), 22_050) == b""


def test_pauses_inside_are_kept() -> None:
    clip = sound.trim(np.concatenate([tone(100), silence(300), tone(100)]), 22_050, lead_ms=10, tail_ms=25)
    assert len(clip.samples) / 22.05 == pytest.approx(500, abs=1)


@pytest.mark.parametrize("amplitude", [0.06, 0.1, 0.3, 0.5])
@pytest.mark.parametrize("pause_ms", [0, 400])
def test_clips_are_equally_loud_whatever_their_pauses(amplitude: float, pause_ms: int) -> None:
    clip = np.concatenate([tone(300, level=amplitude), silence(pause_ms), tone(300, level=amplitude)])
    found = sound.loudness_dbfs(sound.level(clip, 22_050, -20.0), 22_050)
    assert found == pytest.approx(-20.0, abs=0.5)


def test_one_sharp_sound_does_not_make_the_rest_quiet() -> None:
    clip = tone(600, level=0.1)
    clip[5000] = 0.9
    assert sound.loudness_dbfs(sound.level(clip, 22_050, -20.0), 22_050) == pytest.approx(-20.0, abs=0.7)


def test_what_is_nearly_nothing_is_not_blown_up() -> None:
    hiss = tone(300, level=0.006)
    assert np.abs(sound.level(hiss, 22_050, -20.0)).max() <= 0.006 * 4.01
    assert sound.loudness_dbfs(silence(300), 22_050) is None


@pytest.mark.parametrize("samples", [silence(0), silence(5), np.full(9000, np.float32(1.0))])
def test_odd_clips_are_levelled_too(samples: sound.Samples) -> None:
    levelled = sound.level(samples, 22_050, -20.0)
    assert levelled.dtype == np.float32
    assert len(levelled) == len(samples)
    assert np.isfinite(levelled).all()


def test_peaks_are_rounded_off_and_never_clipped() -> None:
    hot = sound.level(tone(100, level=1.0), 22_050, -1.0)
    assert 0.8 < np.abs(hot).max() < 1.0


def test_house_audio_is_sixteen_kilohertz_and_begins_and_ends_in_silence() -> None:
    pcm = np.frombuffer(sound.to_house(tone(500), 22_050), "<i2")
    assert len(pcm) == pytest.approx(8000, abs=2)
    assert pcm[0] == 0
    assert abs(int(pcm[-1])) < 200
    assert np.abs(pcm).max() == pytest.approx(0.3 * 32767, rel=0.05)


def test_house_audio_of_the_house_is_only_ramped() -> None:
    samples = tone(100, rate=16_000)
    pcm = np.frombuffer(sound.to_house(samples, 16_000), "<i2")
    assert np.allclose(pcm[64:-64], np.round(samples[64:-64] * 32767))


def steps(pcm: np.ndarray[tuple[int], np.dtype[np.int16]]) -> int:
    """The largest difference between neighbouring samples."""
    return int(np.abs(np.diff(pcm.astype(np.int32))).max())


@pytest.mark.parametrize("pause", [0, 1, 640])
def test_joined_clips_do_not_click(pause: int) -> None:
    """Cut anywhere, in the middle of a loud sound: the joint steps no more than the sounds themselves."""
    loud = sound.level(tone(301, level=0.5), 22_050, -14.0)
    clips = [np.frombuffer(sound.to_house(loud[cut:], 22_050), "<i2") for cut in (0, 13, 29, 57)]
    gap = np.zeros(pause, np.int16)
    joined = np.concatenate([part for clip in clips for part in (clip, gap)])
    assert steps(joined) <= max(steps(clip[100:-100]) for clip in clips) * 1.05
