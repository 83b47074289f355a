"""Voice activity: one Silero session per process, a webrtcvad gate and a little state per call.

Judged at 8 kHz: telephone speech brought up to 16 kHz has an empty upper half, and Silero, trained on full-band speech,
misses deep voices and hissed words ("yes", "stop") in it that it hears clearly at 8 kHz.

While the gate hears nothing, Silero does not run at all, so that a silent call costs microseconds a frame.
"""

from __future__ import annotations

import collections
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import webrtcvad

from voicebot.listening.onnx_session import open_session

SAMPLE_RATE_HZ = 16_000
FRAME_MS = 20
FRAME_BYTES = SAMPLE_RATE_HZ * FRAME_MS // 1000 * 2
#: What Silero judges.
BAND_RATE_HZ = 8_000
WINDOW_SAMPLES = 256
WINDOW_MS = WINDOW_SAMPLES * 1000 / BAND_RATE_HZ
_CONTEXT_SAMPLES = 32
#: Short words of a deep voice reach 0.4 on a telephone; noise reaches it hardly more often than 0.5.
_START, _STOP = 0.4, 0.3
#: Frames for which Silero keeps running after the gate fell silent.
_HANG_FRAMES = 15
#: Frames given to Silero from before the gate opened: it needs the soft beginning of a word.
_LOOK_BACK_FRAMES = 10
#: Quieter than this (of full scale, RMS) a frame is no speech on any telephone.
_FLOOR = 0.0004
#: The gate also opens for what stands out of the line's own noise, which is followed down at once and up slowly.
_STANDS_OUT, _NOISE_RISE = 3.0, 1.006
#: Silero goes on for about 150 ms after a voice has ended. What is this far under the loudest of the last seconds
#: (-26 dB), or hardly above the line's own steady noise, is no voice, whatever Silero says.
_BELOW_VOICE, _VOICE_FADES, _ABOVE_NOISE = 0.05, 0.995, 1.6
#: Silero takes two frames to notice a voice: until then this much of the loudest (-20 dB) tells that there may be one.
_STIRS = 0.1
#: Inside words (stop consonants) it may be that quiet for so long.
_CLOSURE_MS = 60.0

Floats = npt.NDArray[np.float32]


@dataclass(slots=True)
class SileroState:
    """What the model carries from one window of a call to the next."""

    recurrent: Floats
    context: Floats

    @classmethod
    def fresh(cls) -> SileroState:
        return cls(np.zeros((2, 1, 128), np.float32), np.zeros(_CONTEXT_SAMPLES, np.float32))


class Silero:
    """The shared session, pinned to one thread; 0.2 ms a window.

    Raises:
        ModelError: the model cannot be loaded.
    """

    def __init__(self, path: Path) -> None:
        fix = "correct listening.voice_activity_model"
        self._session = open_session(path, model="voice-activity model", fix=fix)
        self._rate = np.array(BAND_RATE_HZ, dtype=np.int64)

    def probability(self, window: Floats, state: SileroState) -> float:
        """Probability of voice in 256 samples (8 kHz, -1..1); moves `state` on."""
        samples = np.concatenate((state.context, window))
        inputs = {"input": samples[np.newaxis], "state": state.recurrent, "sr": self._rate}
        probability, state.recurrent = self._session.run(None, inputs)
        state.context = samples[-_CONTEXT_SAMPLES:]
        return float(probability[0, 0])


@dataclass(frozen=True, slots=True)
class Activity:
    """Voice in one 20 ms frame.

    Attributes:
        position_ms: media clock at the end of the frame.
        voiced: voice is heard (with hysteresis).
        probability: of the last window that was judged; 0.0 while the gate is shut.
        voiced_until_ms: media clock at the last voiced sample so far (0.0 before the first).
        dbfs: level of the frame (RMS); -120 is silence.
        stirs: not voiced, but loud enough for the beginning of a voice.
    """

    position_ms: float
    voiced: bool
    probability: float
    voiced_until_ms: float
    dbfs: float = -120.0
    stirs: bool = False


class VoiceDetector(Protocol):
    """One call's judgement of voice, frame by frame."""

    def feed(self, pcm: bytes, position_ms: float) -> Activity:
        """Judge 20 ms of 16 kHz mono int16; `position_ms` is the media clock at its end."""
        ...


class TelephoneBand:
    """16 kHz to 8 kHz, frame by frame, by a half-band filter; its delay is under a millisecond."""

    _TAPS = 23

    def __init__(self) -> None:
        n = np.arange(self._TAPS) - self._TAPS // 2
        kernel = np.sinc(n / 2) * np.hamming(self._TAPS)
        self._kernel = (kernel / kernel.sum()).astype(np.float32)
        self._behind: Floats = np.zeros(self._TAPS - 1, np.float32)

    def take(self, samples: Floats) -> Floats:
        """The next samples, an even number of them; half as many come out."""
        joined = np.concatenate((self._behind, samples))
        self._behind = joined[-(self._TAPS - 1) :]
        return np.convolve(joined, self._kernel, mode="valid")[::2]


class VoiceActivity:
    """One call's voice activity. Feed every frame; cheap enough for the event loop."""

    def __init__(self, silero: Silero) -> None:
        self._silero, self._gate, self._band = silero, webrtcvad.Vad(1), TelephoneBand()
        self._state = SileroState.fresh()
        self._behind: collections.deque[Floats] = collections.deque(maxlen=_LOOK_BACK_FRAMES)
        self._pending: Floats = np.zeros(0, np.float32)
        self._open_frames = 0
        self._probability = 0.0
        self._voiced = False
        self._voiced_until_ms = 0.0
        self._mean = 0.0
        self._noise = _FLOOR * 4
        self._loudest = 0.0

    def feed(self, pcm: bytes, position_ms: float) -> Activity:
        """Judge 20 ms of 16 kHz mono int16; `position_ms` is the media clock at its end."""
        samples = self._band.take(self._centred(pcm))
        if self._gate_opens(samples):
            if not self._open_frames:
                self._pending = np.concatenate((*self._behind, self._pending)) if self._behind else self._pending
                self._state = SileroState.fresh()
            self._open_frames = _HANG_FRAMES
        if self._open_frames:
            self._judge(samples, position_ms)
            self._open_frames -= 1
            if not self._open_frames and self._voiced:
                self._open_frames = 1
        else:
            self._probability, self._voiced = 0.0, False
            self._pending = self._pending[:0]
        self._behind.append(samples)
        dbfs = 20 * math.log10(max(_level(samples), 1e-6))
        voiced = self._voiced and position_ms - self._voiced_until_ms < _CLOSURE_MS
        loud = max(_STIRS * self._loudest, _STANDS_OUT * self._noise)
        stirs = not voiced and _level(samples) >= loud
        return Activity(position_ms, voiced, self._probability, self._voiced_until_ms, dbfs, stirs)

    def _centred(self, pcm: bytes) -> Floats:
        pcm = pcm[:FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768.0
        mean = float(samples.mean())
        self._mean += (mean - self._mean) * 0.2
        return samples - np.float32(self._mean)

    def _gate_opens(self, samples: Floats) -> bool:
        level = _level(samples)
        self._noise = min(level, self._noise * _NOISE_RISE) if level > _FLOOR else self._noise
        if level < _FLOOR:
            return False
        if level > _STANDS_OUT * self._noise:
            return True
        pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
        return bool(self._gate.is_speech(pcm, BAND_RATE_HZ))

    def _judge(self, samples: Floats, position_ms: float) -> None:
        self._pending = np.concatenate((self._pending, samples))
        level = _level(samples)
        self._loudest = max(level, self._loudest * _VOICE_FADES)
        while len(self._pending) >= WINDOW_SAMPLES:
            window, self._pending = self._pending[:WINDOW_SAMPLES], self._pending[WINDOW_SAMPLES:]
            self._probability = self._silero.probability(window, self._state)
            self._voiced = self._probability >= (_STOP if self._voiced else _START)
            if self._voiced and level >= max(_BELOW_VOICE * self._loudest, _ABOVE_NOISE * self._noise):
                behind_ms = len(self._pending) * 1000 / BAND_RATE_HZ
                self._voiced_until_ms = max(self._voiced_until_ms, position_ms - behind_ms)


def _level(samples: Floats) -> float:
    """RMS."""
    return math.sqrt(float(np.dot(samples, samples)) / len(samples))
