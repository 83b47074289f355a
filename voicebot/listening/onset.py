"""Where a voice begins: clicks are no voice, and noise is not taken for one again until it pauses. Pure."""

from __future__ import annotations

from voicebot.listening.vad import Activity

FRAME_MS = 20.0
#: Voice shorter than this is a click.
CONFIRM_MS = 60.0
#: Voice that was judged to be noise is not heard again until it pauses for so long.
_FORGET_NOISE_MS = 240.0


class Onset:
    """Waits for the next voice of a call."""

    def __init__(self) -> None:
        self._voiced_ms = 0.0
        self._noise_until_ms = -1.0

    def heard(self, activity: Activity) -> float | None:
        """One voiced frame; returns how long the voice has lasted (ms) as soon as that is no click."""
        if activity.position_ms < self._noise_until_ms:
            self.noise(activity.position_ms)
            return None
        self._voiced_ms += FRAME_MS
        if self._voiced_ms < CONFIRM_MS:
            return None
        voiced_ms, self._voiced_ms = self._voiced_ms, 0.0
        return voiced_ms

    def unvoiced(self) -> None:
        """One frame without voice."""
        self._voiced_ms = 0.0

    def noise(self, position_ms: float) -> None:
        """The voice that is heard at `position_ms` is noise."""
        self._noise_until_ms = position_ms + _FORGET_NOISE_MS

    def over(self) -> None:
        """What was heard last has ended: the next voice is another one."""
        self._noise_until_ms = -1.0
