"""When the caller speaks: waits for the bot to finish, or interrupts it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.caller.settings import CallerSettings


@dataclass(frozen=True, slots=True)
class Ear:
    """What the line hears now: when the bot's current (or last) spell began, and its last voiced packet."""

    began_at: float | None
    last_at: float | None


@dataclass(frozen=True, slots=True)
class Play:
    turn: int


@dataclass(frozen=True, slots=True)
class Leave:
    reason: str


class Conductor:
    """Walks through the turns. Times are seconds.

    Args:
        barges: per turn, milliseconds after the bot's beginning to interrupt it, or None to wait for its end.
        answered_at: when the call was answered.
    """

    def __init__(self, barges: Sequence[int | None], answered_at: float, settings: CallerSettings) -> None:
        self._barges = tuple(barges)
        self._settings = settings
        self._next = 0
        self._since = answered_at
        self._answered_at = answered_at

    def spoke(self, ended_at: float) -> None:
        """The current turn has been played; its last voiced packet left at `ended_at`."""
        self._since = ended_at

    def decide(self, now: float, ear: Ear) -> Play | Leave | None:
        """Call between turns (not while one is being played), every few milliseconds."""
        if now - self._answered_at >= self._settings.max_seconds:
            return Leave("max-seconds reached")
        if not (self._ready(now, ear) or self._interrupts(now, ear)):
            return None
        if self._next == len(self._barges):
            return Leave("all turns played")
        self._next += 1
        return Play(self._next - 1)

    def _ready(self, now: float, ear: Ear) -> bool:
        if ear.last_at is not None and ear.last_at > self._since:
            return now - ear.last_at >= self._settings.settle_ms / 1000
        return now - self._since >= self._settings.answer_timeout_ms / 1000

    def _interrupts(self, now: float, ear: Ear) -> bool:
        barge_ms = self._barges[self._next] if self._next < len(self._barges) else None
        if barge_ms is None or ear.began_at is None or ear.last_at is None:
            return False
        silent = now - ear.last_at > self._settings.gap_ms / 1000
        return ear.began_at > self._since and not silent and now - ear.began_at >= barge_ms / 1000
