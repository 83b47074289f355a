"""Keys that are pressed as tones in the audio itself, where no telephone event tells of them. Pure.

Limits are those of ITU-T Q.24, table A-1 (AT&T column): 40 ms of tone are a key, under 23 ms are none, the high tone
may be 4 dB above and 8 dB below the low one, frequencies may be 1.5 % off and not 3.5 %, gaps under 10 ms do not end a
key. Voices hit a pair of tones now and then (talk-off): they put energy beside the pair and at its second harmonics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voicebot.listening.vad import FRAME_BYTES, SAMPLE_RATE_HZ

_LOW_HZ, _HIGH_HZ = (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)
_KEYS = ("123A", "456B", "789C", "*0#D")
#: Each frequency is looked for where it belongs and at the ends of its tolerance.
_DETUNED = (0.985, 1.0, 1.015)
_WINDOW, _HOP = SAMPLE_RATE_HZ // 50, SAMPLE_RATE_HZ // 100
#: Windows in a row: a tone of 40 ms covers 70 % and more of three of them, one of 23 ms never of more than two.
_WINDOWS = 3
_SHARE = 0.7
"""Of the window's energy, that the two tones have together."""
_GAP_WINDOWS = 3
"""Windows without the tone that end it: shorter gaps are bridged."""
_TWIST_HIGH, _TWIST_LOW = 10 ** (4 / 10), 10 ** (-8 / 10)
#: Of a fundamental's energy, that its second harmonic may have.
_HARMONIC = 0.1
#: Energy of the weaker tone (mean square; full scale is 0.5): -40 dB.
_WEAKEST = 0.5 * 10 ** (-40 / 10)
#: An event may tell of the same press a little later than the tone did.
_SAME_PRESS_MS = 600.0

_Floats = npt.NDArray[np.float32]


def _probes(frequencies: tuple[float, ...]) -> _Floats:
    """Rows of cosines, then rows of sines: `rows @ window` gives what Goertzel's recursion gives."""
    angles = 2 * np.pi * np.outer(frequencies, np.arange(_WINDOW)) / SAMPLE_RATE_HZ
    return np.concatenate((np.cos(angles), np.sin(angles))).astype(np.float32)


_FUNDAMENTALS = _probes(tuple(hz * off for hz in (*_LOW_HZ, *_HIGH_HZ) for off in _DETUNED))
_HARMONICS = _probes(tuple(2 * hz for hz in (*_LOW_HZ, *_HIGH_HZ)))


def _energies(probes: _Floats, window: _Floats) -> _Floats:
    """Mean square of the tone at each probe."""
    parts = (probes @ window).reshape(2, -1)
    energies: _Floats = np.square(parts).sum(axis=0) * np.float32(2.0 / _WINDOW**2)
    return energies


def key_in(window: _Floats) -> str | None:
    """The key whose two tones make up 20 ms of audio (320 samples at 16 kHz, -1..1)."""
    total = float(np.dot(window, window)) / _WINDOW
    if total < 2 * _WEAKEST:
        return None
    tones = _energies(_FUNDAMENTALS, window).reshape(-1, len(_DETUNED)).max(axis=1)
    low, high = int(tones[:4].argmax()), 4 + int(tones[4:].argmax())
    energy_low, energy_high = float(tones[low]), float(tones[high])
    if energy_low + energy_high < _SHARE * total or min(energy_low, energy_high) < _WEAKEST:
        return None
    if not _TWIST_LOW <= energy_high / energy_low <= _TWIST_HIGH:
        return None
    harmonics = _energies(_HARMONICS, window)
    if harmonics[low] > _HARMONIC * energy_low or harmonics[high] > _HARMONIC * energy_high:
        return None
    return _KEYS[low][high - 4]


@dataclass(frozen=True, slots=True)
class Listened:
    """20 ms of a line.

    Attributes:
        voice: the same audio, silent where a key sounds: nobody says a tone.
        key: the key that was pressed, once it is released.
    """

    voice: bytes
    key: str | None = None


class KeyTones:
    """One call's keys, from tones or from events, never from both: a line that sends events is believed alone.

    Keys are told when they are released, as events are.
    """

    def __init__(self) -> None:
        self._behind: _Floats = np.zeros(_WINDOW - _HOP, np.float32)
        self._candidate: str | None = None
        self._windows = self._gap = 0
        self._sounding: str | None = None
        self._told: tuple[str, float] = ("", float("-inf"))
        self._events = False

    def listen(self, pcm: bytes, at_ms: float) -> Listened:
        """20 ms of 16 kHz mono int16; `at_ms` is the media clock at their end."""
        samples = np.frombuffer(pcm[:FRAME_BYTES].ljust(FRAME_BYTES, b"\0"), "<i2").astype(np.float32) / 32768.0
        line = np.concatenate((self._behind, samples))
        self._behind = line[-(_WINDOW - _HOP) :]
        pressed: str | None = None
        tone = False
        for start in range(0, len(line) - _WINDOW + 1, _HOP):
            window = line[start : start + _WINDOW]
            heard = key_in(window - window.mean())
            tone = tone or heard is not None
            pressed = self._window(heard) or pressed
        if pressed is not None:
            pressed = None if self._events else pressed
            self._told = (pressed, at_ms) if pressed else self._told
        return Listened(bytes(len(pcm)) if tone or self._sounding else pcm, pressed)

    def _window(self, heard: str | None) -> str | None:
        """One window's finding; the key that ends with it."""
        self._windows = self._windows + 1 if heard is not None and heard == self._candidate else int(heard is not None)
        self._candidate = heard
        released: str | None = None
        if self._sounding is not None:
            self._gap = 0 if heard == self._sounding else self._gap + 1
            if self._gap >= _GAP_WINDOWS:
                released, self._sounding = self._sounding, None
        if self._sounding is None and self._windows >= _WINDOWS:
            self._sounding, self._gap = heard, 0
        return released

    def signalled(self, key: str, at_ms: float) -> bool:
        """An event tells of a key; False when the same press was told from its tone. Tones do not count any more."""
        told, when_ms = self._told
        first, self._events = not self._events, True
        return not (first and key == told and at_ms - when_ms < _SAME_PRESS_MS)
