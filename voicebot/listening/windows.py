"""Audio cut and cleaned for the recogniser, and how long a window it gets. Pure."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from voicebot.listening.recognition import Audio

SAMPLE_RATE_HZ = 16_000
FRAMES_PER_S = 100
#: Mel frames of a window: the least, a safer one, and the most that the model knows.
SHORT_FRAMES, LONG_FRAMES, MAX_FRAMES = 400, 1000, 3000
_MARGIN_FRAMES, _STEP_FRAMES = 80, 100
_MIN_AUDIO_S = 0.1
_SILENT = 1e-4
#: Longer audio is cut at its quietest place.
_PIECE_S, _SEARCH_S = 28.0, 8.0


def cleaned(audio: Audio) -> Audio | None:
    """Without DC offset, infinities and overload; None when there is too little of it."""
    if len(audio) < _MIN_AUDIO_S * SAMPLE_RATE_HZ:
        return None
    finite = np.nan_to_num(audio.astype(np.float32, copy=False), posinf=1.0, neginf=-1.0)
    centred = np.clip(finite - finite.mean(), -1.0, 1.0)
    return None if float(np.abs(centred).max()) < _SILENT else centred


def pieces(audio: Audio) -> list[Audio]:
    """Cut what is too long for one window where it is quietest."""
    cut_off, limit, search = [], int(_PIECE_S * SAMPLE_RATE_HZ), int(_SEARCH_S * SAMPLE_RATE_HZ)
    while len(audio) > limit:
        hop = SAMPLE_RATE_HZ // 50
        region = audio[limit - search : limit]
        energy = np.convolve(np.square(region), np.ones(hop * 5), mode="valid")[::hop]
        cut = limit - search + int(np.argmin(energy)) * hop + 5 * hop // 2
        cut_off.append(audio[:cut])
        audio = audio[cut:]
    return [*cut_off, audio]


def framed(features: npt.NDArray[np.float32], at_least: int) -> npt.NDArray[np.float32]:
    """Features (mel bands x frames) padded a little beyond the speech, to `at_least` frames."""
    wanted = math.ceil((features.shape[1] + _MARGIN_FRAMES) / _STEP_FRAMES) * _STEP_FRAMES
    window = min(max(at_least, wanted), MAX_FRAMES)
    features = features[:, :window]
    return np.ascontiguousarray(np.pad(features, ((0, 0), (0, window - features.shape[1]))), dtype=np.float32)
