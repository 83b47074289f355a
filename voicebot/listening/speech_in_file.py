"""The voice in a recording, cut as a live call cuts it."""

from __future__ import annotations

import numpy as np

from voicebot.listening.pauses import Span, skipped, without
from voicebot.listening.recognition import Audio
from voicebot.listening.vad import FRAME_BYTES, FRAME_MS, VoiceDetector

#: Kept before the first voice and behind the last.
_LEAD_MS, _TAIL_MS = 300, 120
_SAMPLES_PER_MS = 16
#: Voice activity tells that voice has begun some frames after it has.
_NOTICED_AFTER_FRAMES = 3
_SILENCE_FRAMES = 10


def voiced(audio: Audio, activity: VoiceDetector) -> Audio | None:
    """From the first voice to the last, with the lead, tail and pauses that a call keeps; None without any voice."""
    pcm = (np.clip(audio, -1.0, 1.0) * 32767).astype("<i2").tobytes() + bytes(_SILENCE_FRAMES * FRAME_BYTES)
    first, last, quiet, middles = None, 0.0, False, list[Span]()
    for number in range(len(pcm) // FRAME_BYTES):
        heard = activity.feed(pcm[number * FRAME_BYTES : (number + 1) * FRAME_BYTES], (number + 1) * FRAME_MS)
        if heard.voiced and first is None:
            first = heard.position_ms - _NOTICED_AFTER_FRAMES * FRAME_MS
        elif heard.voiced and quiet and (middle := skipped(last, heard.position_ms)):
            middles.append(middle)
        quiet, last = not heard.voiced, heard.voiced_until_ms
    if first is None:
        return None
    start, end = (int(max(0.0, ms) * _SAMPLES_PER_MS) for ms in (first - _LEAD_MS, last + _TAIL_MS))
    return without(audio[start:end], middles, start / _SAMPLES_PER_MS)
