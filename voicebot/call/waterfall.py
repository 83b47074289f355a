"""Where a turn's time went, on the media clock."""

from __future__ import annotations

from collections.abc import Callable

from voicebot.call.frames import HeardSoFar
from voicebot.records.events.turn import TurnLatency


class TurnClock:
    """Milestones of one turn, in milliseconds after the caller's last voiced sample. A milestone is set once."""

    def __init__(self, now_ms: Callable[[], float], heard: HeardSoFar) -> None:
        self._now_ms = now_ms
        self._end_ms = heard.speech_end_ms
        self._marks: dict[str, float] = dict(heard.marks)

    def mark(self, name: str) -> None:
        self._marks.setdefault(name, round(self._now_ms() - self._end_ms, 1))

    def merge(self, heard: HeardSoFar) -> None:
        """Take over what the ears know at the end of the turn; they may have moved the last voiced sample."""
        shift = heard.speech_end_ms - self._end_ms
        self._end_ms = heard.speech_end_ms
        own = {name: round(at - shift, 1) for name, at in self._marks.items() if name not in heard.marks}
        self._marks = {**heard.marks, **own}

    def finish(self, first_audio_ms: float) -> TurnLatency:
        """The first voiced sample of the answer left at `first_audio_ms` of the media clock."""
        total = round(first_audio_ms - self._end_ms, 1)
        return TurnLatency(marks={**self._marks, "first_audio": total}, voice_to_voice_ms=total)
