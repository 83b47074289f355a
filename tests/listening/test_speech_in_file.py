from __future__ import annotations

import numpy as np

from voicebot.listening.speech_in_file import voiced
from voicebot.listening.vad import Activity

RATE = 16_000


class Loud:
    """Voice is what is loud, noticed three frames late."""

    def __init__(self) -> None:
        self._loud, self._until = 0, 0.0

    def feed(self, pcm: bytes, position_ms: float) -> Activity:
        loud = np.abs(np.frombuffer(pcm, "<i2").astype(int)).max() > 3000
        self._loud = self._loud + 1 if loud else 0
        self._until = position_ms if self._loud else self._until
        return Activity(position_ms, self._loud >= 3, 0.0, self._until, -20.0)


def test_lead_and_tail_are_kept() -> None:
    audio = np.zeros(4 * RATE, np.float32)
    audio[RATE : 2 * RATE] = 0.5
    cut = voiced(audio, Loud())
    assert cut is not None
    assert abs(len(cut) / RATE - 1.42) < 0.03
    assert not cut[: int(0.25 * RATE)].any()
    assert cut[int(0.35 * RATE)]


def test_voice_to_the_last_sample_is_whole() -> None:
    audio = np.full(RATE, 0.5, np.float32)
    cut = voiced(audio, Loud())
    assert cut is not None
    assert len(cut) == RATE


def test_silence_has_no_voice() -> None:
    assert voiced(np.zeros(RATE, np.float32), Loud()) is None
    assert voiced(np.zeros(0, np.float32), Loud()) is None
