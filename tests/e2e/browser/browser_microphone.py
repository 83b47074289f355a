"""A fake microphone: recorded callers with silences between them, as Chromium's capture device plays them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
import soxr

FIXTURES = Path(__file__).parents[3] / "audio_fixtures"
#: What Chromium's capture device takes without resampling.
RATE_HZ = 48_000


def write_microphone(path: Path, script: Sequence[str | float]) -> float:
    """Write clips (names of audio fixtures) and silences (seconds) as one WAV file; returns its length in seconds."""
    parts = [_clip(part) if isinstance(part, str) else np.zeros(round(part * RATE_HZ), "<i2") for part in script]
    samples = np.concatenate(parts)
    soundfile.write(path, samples, RATE_HZ, subtype="PCM_16")
    return len(samples) / RATE_HZ


def _clip(name: str) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    samples, rate_hz = soundfile.read(FIXTURES / f"{name}.flac", dtype="float32")
    loud = soxr.resample(samples, rate_hz, RATE_HZ)
    pcm: np.ndarray[tuple[int], np.dtype[np.int16]] = np.clip(loud * 32767, -32768, 32767).astype("<i2")
    return pcm
