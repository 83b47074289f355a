from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from voicebot.transports.sip.resample import Resampler

PAIRS = [(8000, 16000), (16000, 8000), (48000, 16000), (16000, 48000)]


def convert(rate_in: int, rate_out: int, samples: NDArray[np.int16]) -> NDArray[np.int16]:
    resampler = Resampler(rate_in, rate_out)
    frame = rate_in // 50
    return np.concatenate([resampler.feed(samples[i : i + frame]) for i in range(0, len(samples), frame)])


def sine(rate: int, hz: float) -> NDArray[np.int16]:
    return (10000 * np.sin(2 * np.pi * hz * np.arange(rate) / rate)).astype(np.int16)


def gain_db(rate_in: int, rate_out: int, hz: float) -> float:
    out = convert(rate_in, rate_out, sine(rate_in, hz))[rate_out // 4 :].astype(float)
    return float(20 * np.log10(max(1e-6, np.sqrt(2 * np.mean(out**2)) / 10000)))


@pytest.mark.parametrize(("rate_in", "rate_out"), PAIRS)
@pytest.mark.parametrize("of_nyquist", [0.05, 0.3, 0.6, 0.85])
def test_the_telephone_band_passes_flat(rate_in: int, rate_out: int, of_nyquist: float) -> None:
    assert gain_db(rate_in, rate_out, of_nyquist * min(rate_in, rate_out) / 2) == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(("rate_in", "rate_out"), [(16000, 8000), (48000, 16000)])
@pytest.mark.parametrize("of_nyquist", [1.15, 1.5, 1.9])
def test_what_would_alias_is_rejected(rate_in: int, rate_out: int, of_nyquist: float) -> None:
    assert gain_db(rate_in, rate_out, of_nyquist * rate_out / 2) < -60


@pytest.mark.parametrize(("rate_in", "rate_out"), [(8000, 16000), (16000, 48000)])
def test_images_are_rejected(rate_in: int, rate_out: int) -> None:
    hz = 0.8 * rate_in / 2
    spectrum = np.abs(
        np.fft.rfft(convert(rate_in, rate_out, sine(rate_in, hz))[: rate_out // 2] * np.hanning(rate_out // 2))
    )
    bins = np.fft.rfftfreq(rate_out // 2, 1 / rate_out)
    assert 20 * np.log10(spectrum[bins > rate_in / 2].max() / spectrum.max()) < -60


@pytest.mark.parametrize(("rate_in", "rate_out"), PAIRS)
def test_the_delay_is_short_and_as_stated(rate_in: int, rate_out: int) -> None:
    impulse = np.zeros(rate_in // 10, np.int16)
    impulse[0] = 20000
    delay_ms = 1000 * int(np.abs(convert(rate_in, rate_out, impulse)).argmax()) / rate_out
    assert Resampler(rate_in, rate_out).delay_ms < 2
    assert delay_ms == pytest.approx(Resampler(rate_in, rate_out).delay_ms, abs=1000 / rate_out)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=12), st.sampled_from(PAIRS))
def test_the_cut_into_frames_does_not_matter(frames: list[int], pair: tuple[int, int]) -> None:
    rate_in, rate_out = pair
    step = max(1, rate_in // rate_out)
    sizes = [n * step for n in frames]
    noise = np.random.default_rng(1).integers(-9000, 9000, sum(sizes), dtype=np.int16)
    resampler, position, parts = Resampler(rate_in, rate_out), 0, []
    for size in sizes:
        parts.append(resampler.feed(noise[position : position + size]))
        assert len(parts[-1]) == size * rate_out // rate_in
        position += size
    whole = Resampler(rate_in, rate_out).feed(noise)
    # Summation order differs with the shape: one step of rounding at most.
    assert np.abs(np.concatenate(parts).astype(int) - whole).max() <= 1


def test_loud_input_saturates_instead_of_wrapping() -> None:
    square = np.where(np.arange(1600) % 16 < 8, 32767, -32768).astype(np.int16)
    out = convert(8000, 16000, square)
    assert out.max() == 32767
    assert np.abs(np.diff(out.astype(int))).max() < 60000


def test_equal_rates_pass_through() -> None:
    samples = np.arange(320, dtype=np.int16)
    assert Resampler(16000, 16000).feed(samples) is samples


def test_after_a_reset_the_past_is_gone() -> None:
    resampler = Resampler(16000, 8000)
    resampler.feed(np.full(320, 9000, np.int16))
    resampler.reset()
    assert not resampler.feed(np.zeros(320, np.int16)).any()


def test_rates_without_an_integer_factor_are_refused() -> None:
    with pytest.raises(ValueError, match="11025"):
        Resampler(11025, 16000)


def test_a_part_of_a_step_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 3"):
        Resampler(48000, 16000).feed(np.zeros(100, np.int16))
