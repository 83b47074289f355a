"""How long nobody has spoken. Pure: times are milliseconds on the media clock, given."""

from __future__ import annotations


class Silence:
    """Begins when the last voice ends, the bot's or the caller's; told once every `due_ms`.

    Attributes:
        due_ms: how often it is told; 0 is never.
    """

    def __init__(self) -> None:
        self.due_ms = 7000.0
        self._from_ms: float | None = 0.0
        self._told_ms = 0.0
        self._before_ms: float | None = None

    def begins(self, now_ms: float) -> None:
        """Nobody speaks from here on."""
        self._from_ms, self._told_ms = now_ms, 0.0

    def ends(self) -> None:
        """Somebody speaks."""
        self._before_ms, self._from_ms = self._from_ms, None

    def goes_on(self, now_ms: float) -> None:
        """What ended it was no voice: it lasts since it began, unless somebody else spoke meanwhile."""
        if self._before_ms is None:
            self.begins(now_ms)
        else:
            self._from_ms = self._before_ms

    def again(self, now_ms: float) -> None:
        """Something else than a voice was noticed: a silence that lasts begins again."""
        if self._from_ms is not None:
            self.begins(now_ms)

    def told(self, now_ms: float) -> float | None:
        """Its length, when it is time to tell it."""
        if self._from_ms is None or self.due_ms <= 0:
            return None
        length_ms = now_ms - self._from_ms
        if length_ms - self._told_ms < self.due_ms:
            return None
        self._told_ms = length_ms
        return length_ms
