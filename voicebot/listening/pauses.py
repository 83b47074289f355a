"""Long pauses inside an utterance are cut short before it is decoded. Pure.

In a second of silence the recogniser loses its place (behind one, "double oh" became "a wolf"), and a window is paid
for by its length.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from voicebot.listening.recognition import Audio

#: From and to, in milliseconds.
Span = tuple[float, float]

#: What stays of a pause, behind the voice before it and ahead of the voice after it.
_KEPT_MS = 150.0
#: Voice is noticed so long after it has begun.
_NOTICED_AFTER_MS = 60.0
#: Less is not worth a cut.
_LEAST_MS = 100.0
_SAMPLES_PER_MS = 16


def skipped(voice_ended_ms: float, noticed_ms: float) -> Span | None:
    """The middle of a pause, which nobody needs to hear; None of a short one.

    Args:
        voice_ended_ms: the last sample of voice before it.
        noticed_ms: when voice was noticed again.
    """
    start, end = voice_ended_ms + _KEPT_MS, noticed_ms - _NOTICED_AFTER_MS - _KEPT_MS
    return (start, end) if end - start >= _LEAST_MS else None


def without(audio: Audio, spans: Iterable[Span], from_ms: float = 0.0) -> Audio:
    """Audio (16 kHz) that begins at `from_ms`, without `spans`, which are in order."""
    parts, at = [], 0
    for start, end in spans:
        first, last = (max(0, int((ms - from_ms) * _SAMPLES_PER_MS)) for ms in (start, end))
        parts.append(audio[at:first])
        at = max(at, last)
    return np.concatenate([*parts, audio[at:]]) if parts else audio
