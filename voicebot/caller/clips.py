"""Recorded turns: read from a file, brought to 8 kHz."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from voicebot.caller.g711 import Pcm
from voicebot.errors import VoicebotError

RATE_HZ = 8000
_MAX_SECONDS = 600
_TAPS = 32


class ClipError(VoicebotError):
    """A clip cannot be read or is not usable."""


def load(path: Path) -> Pcm:
    """Read WAV, FLAC or OGG as int16 mono at 8 kHz.

    Raises:
        ClipError: missing, unreadable, empty, or longer than ten minutes.
    """
    if not path.is_file():
        raise ClipError("no such clip", where=str(path), fix="--say takes a WAV or FLAC file")
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise ClipError("the clip cannot be read as audio", where=str(path), fix="use WAV or FLAC") from error
    if not 0 < len(samples) <= _MAX_SECONDS * rate:
        raise ClipError("the clip is empty or longer than ten minutes", where=str(path))
    mono = resample(np.nan_to_num(samples.mean(axis=1)).astype(np.float64), rate, RATE_HZ)
    return np.clip(np.round(mono * 32767), -32768, 32767).astype(np.int16)


def resample(signal: npt.NDArray[np.float64], rate: int, to: int) -> npt.NDArray[np.float64]:
    """Band-limited resampling by a Hann-windowed sinc, evaluated at each output instant."""
    if rate == to:
        return signal
    cutoff = min(1.0, to / rate) * 0.95
    reach = int(_TAPS / cutoff)
    padded = np.pad(signal, reach + 1)
    at = np.arange(int(len(signal) * to / rate)) * (rate / to)
    base = np.floor(at).astype(np.int64)
    out = np.zeros(len(at))
    for tap in range(-reach, reach + 1):
        distance = base + tap - at
        window = 0.5 + 0.5 * np.cos(np.pi * np.clip(distance / (reach + 1), -1, 1))
        out += padded[base + tap + reach + 1] * cutoff * np.sinc(cutoff * distance) * window
    return out
