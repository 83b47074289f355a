"""What happens to a synthesised clip before it is played: trimmed, levelled, brought to the house's rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from voicebot.speaking.speech import SAMPLE_RATE_HZ

Samples = npt.NDArray[np.float32]

_WINDOW_MS = 5.0
_SILENCE_RMS = 10 ** (-48 / 20)
"""Windows quieter than this are silence: Piper's own noise floor is near -60 dBFS, weak fricatives near -42."""
_KNEE = 10 ** (-2 / 20)
_GATE_WINDOW_MS = 20.0
_FAR_UNDER = 10 ** (-20 / 10)
_MOST_GAIN_DB = 12.0


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A clip without its silence, and where it began in the original, in samples."""

    samples: Samples
    start: int


def trim(samples: Samples, rate: int, *, lead_ms: float, tail_ms: float) -> Trimmed:
    """Cut leading and trailing silence down to the given pads. A clip of silence becomes empty."""
    window = max(1, int(rate * _WINDOW_MS / 1000))
    whole = len(samples) // window * window
    loud = np.flatnonzero(np.sqrt(np.mean(samples[:whole].reshape(-1, window) ** 2, axis=1)) > _SILENCE_RMS)
    if not len(loud):
        return Trimmed(samples[:0], 0)
    start = max(0, int(loud[0]) * window - int(rate * lead_ms / 1000))
    end = min(len(samples), (int(loud[-1]) + 1) * window + int(rate * tail_ms / 1000))
    return Trimmed(samples[start:end], start)


def loudness_dbfs(samples: Samples, rate: int) -> float | None:
    """RMS of the speech alone, in dB of full scale: pauses do not count. None when there is no speech.

    Gated as loudness is in ITU-R BS.1770: what is silent, then what is far under the rest, is left out; over 20 ms, for
    clips are short.
    """
    window = max(1, int(rate * _GATE_WINDOW_MS / 1000))
    whole = len(samples) // window * window
    powers = np.mean(samples[:whole].reshape(-1, window) ** 2, axis=1)
    speech = powers[powers > _SILENCE_RMS**2]
    if not len(speech):
        return None
    speech = speech[speech >= speech.mean() * _FAR_UNDER]
    return float(10 * np.log10(speech.mean()))


def level(samples: Samples, rate: int, target_dbfs: float) -> Samples:
    """As loud as every other clip; peaks beyond the knee are rounded off.

    A voice says "Yes." 6 dB louder than a long question, and clips are joined. Loudness, not the peak, is made equal:
    scaled to its own peak a clip with one sharp sound would become quiet.
    """
    found = loudness_dbfs(samples, rate)
    if found is None:
        return samples.astype(np.float32)
    gain_db = min(max(target_dbfs - found, -_MOST_GAIN_DB), _MOST_GAIN_DB)
    louder = samples * np.float32(10 ** (gain_db / 20))
    over = np.abs(louder) - _KNEE
    if over.max() <= 0:
        return louder.astype(np.float32)
    room = 1.0 - _KNEE
    rounded = np.sign(louder) * (_KNEE + room * np.tanh(over / room))
    return np.where(over > 0, rounded, louder).astype(np.float32)


def to_house(samples: Samples, rate: int, *, edge_ms: float = 4.0) -> bytes:
    """Resample in one go to 16 kHz int16, with raised-cosine edges so that joints do not click."""
    out = (
        np.asarray(soxr.resample(samples, rate, SAMPLE_RATE_HZ), dtype=np.float32)
        if rate != SAMPLE_RATE_HZ
        else samples
    )
    edge = min(int(SAMPLE_RATE_HZ * edge_ms / 1000), len(out) // 2)
    if edge:
        out = out.copy()
        ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(edge) / edge)).astype(np.float32)
        out[:edge] *= ramp
        out[-edge:] *= ramp[::-1]
    return np.round(np.clip(out, -1.0, 1.0) * 32767).astype("<i2").tobytes()
