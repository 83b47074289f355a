"""Turns irregular arrivals into exactly one frame per 20 ms: the media clock of a call, in pure counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Take:
    """What to do now: drop the oldest `drop` frames, then pass on `read` frames, then `silence` frames."""

    read: int
    silence: int = 0
    drop: int = 0


class Cadence:
    """Counts frames owed to the pipeline against frames that arrived.

    A frame that is late is waited for (`patience` frames) instead of being replaced by silence and arriving later on
    top, so the phase of the far end's clock against ours costs neither gaps nor growing delay. Frames missing for
    longer (loss, hold, DTX) become silence. A frame that is early by less than `lead` is passed on at once. Frames that
    keep lying around (the far end's clock is faster) are dropped.

    Args:
        patience: frames that may be outstanding before silence stands in for them.
        lead: frames that may be passed on before they are due.
        slack: frames that may stay behind before the surplus is dropped.
        window: ticks over which the surplus must never have been smaller.
    """

    def __init__(self, *, patience: int = 2, lead: int = 1, slack: int = 1, window: int = 100) -> None:
        self._patience, self._lead, self._slack, self._window = patience, lead, slack, window
        self._owed = 0
        self._least = 0
        self._ticks = 0

    def tick(self, due: int, available: int) -> Take:
        """`due` frame times passed since the last tick and `available` whole frames are at hand."""
        drop = self._surplus(available)
        available -= drop
        self._owed += due
        read = min(max(0, self._owed + self._lead), available)
        self._owed -= read
        silence = max(0, self._owed - self._patience)
        self._owed -= silence
        left = available - read
        self._least = left if self._ticks == 0 else min(self._least, left)
        self._ticks += 1
        return Take(read, silence, drop)

    def _surplus(self, available: int) -> int:
        if self._ticks < self._window:
            return 0
        self._ticks = 0
        return min(available, max(0, self._least - self._slack))
