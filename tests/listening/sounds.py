"""Sounds made up for tests: float32, 16 kHz mono, -1..1."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voicebot.listening.telephone import over_telephone

RATE_HZ = 16_000
Floats = npt.NDArray[np.float32]
_LOW_HZ, _HIGH_HZ = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
_PAD = ("123A", "456B", "789C", "*0#D")


def silence(ms: float) -> Floats:
    return np.zeros(int(ms * 16), np.float32)


def sine(hz: float, ms: float, level: float = 0.2) -> Floats:
    return (level * np.sin(2 * np.pi * hz * np.arange(int(ms * 16)) / RATE_HZ)).astype(np.float32)


def noise(ms: float, level: float, *, seed: int = 1) -> Floats:
    """White, with that RMS."""
    return np.random.default_rng(seed).normal(0, level, int(ms * 16)).astype(np.float32)


def key_tone(key: str, ms: float, *, level: float = 0.15) -> Floats:
    """The two tones of a key of the telephone, each with that amplitude."""
    (row,) = (number for number, keys in enumerate(_PAD) if key in keys)
    return sine(_LOW_HZ[row], ms, level) + sine(_HIGH_HZ[_PAD[row].index(key)], ms, level)


def music(ms: float, level: float = 0.2, *, seed: int = 1) -> Floats:
    """Music on hold: chords with harmonics and soft beats, a new one every half second."""
    random = np.random.default_rng(seed)
    bars = []
    for _ in range(int(ms / 500) + 1):
        root = 110 * 2 ** (random.integers(0, 24) / 12)
        fade = np.exp(-np.arange(500 * 16) / (RATE_HZ * 0.4)).astype(np.float32)
        chord = [sine(root * ratio * n, 500, level / (3 * n)) for ratio in (1, 1.26, 1.5) for n in (1, 2, 3, 4)]
        bars.append(np.sum(chord, axis=0) * fade + noise(500, level * 0.05, seed=int(random.integers(9999))) * fade**4)
    return np.concatenate(bars)[: int(ms * 16)].astype(np.float32)


def glued(*parts: Floats) -> Floats:
    return np.concatenate(parts)


def telephone(audio: Floats) -> Floats:
    """As a call delivers it."""
    return over_telephone(audio, RATE_HZ)


def pcm_of(audio: Floats) -> bytes:
    """16-bit little-endian, overload clipped."""
    return (np.clip(audio, -1.0, 1.0) * 32767).astype("<i2").tobytes()
