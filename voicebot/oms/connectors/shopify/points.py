"""Shopify's rate limit: a bucket of points that each question costs some of. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Taken for the bucket's size and its refill until the shop has told (the smallest plan's).
_SIZE, _PER_S = 2000.0, 100.0
#: Taken for what an operation asks for that was never sent before.
_UNKNOWN = 150.0


@dataclass(slots=True)
class Points:
    """What is in the bucket, as the last answer told, and what has come in since.

    Args:
        reserve: points that reads leave to writes.
    """

    reserve: float = 100.0
    _size: float = _SIZE
    _per_s: float = _PER_S
    _left: float = _SIZE
    _at: float = 0.0
    _asks: dict[str, float] = field(default_factory=dict)

    def take(self, operation: str, now: float, *, write: bool) -> float:
        """Seconds to wait before it is sent; 0 takes its points."""
        left = min(self._size, self._left + max(0.0, now - self._at) * self._per_s)
        # Nothing costs more than the bucket holds, or it would never be sent.
        cost = min(self._asks.get(operation, _UNKNOWN), self._size)
        kept = 0.0 if write else min(self.reserve, self._size - cost)
        if left >= cost + kept:
            self._left, self._at = left - cost, now
            return 0.0
        return (cost + kept - left) / self._per_s

    def told(self, operation: str, now: float, *, asked: float, size: float, left: float, per_s: float) -> None:
        """What an answer says: what was asked for, and how the bucket stands after it."""
        self._asks[operation] = asked
        self._size, self._per_s = max(1.0, size), max(1.0, per_s)
        self._left, self._at = min(left, self._size), now
