"""Keys of the telephone, collected into one input. Pure: times are milliseconds, given."""

from __future__ import annotations

from collections.abc import Mapping

#: Keys that complete what is expected; other kinds wait for # or a pause.
_LENGTHS: Mapping[str, int] = {"order_number": 7, "postcode": 5, "yes_no": 1, "choice": 1}
_MAX_KEYS = 32


class KeyCollector:
    """Collects keys until #, the expected number of keys, or a pause; * starts over."""

    def __init__(self, pause_ms: float) -> None:
        self._pause_ms = pause_ms
        self._keys = ""
        self._last_ms = 0.0
        self._filled_ms = float("-inf")

    def trailing(self, key: str, now_ms: float) -> bool:
        """Whether this is the # after an input that its length had completed already: it means nothing more."""
        return key == "#" and not self._keys and now_ms - self._filled_ms < self._pause_ms

    def press(self, key: str, now_ms: float, kind: str) -> str | None:
        """One key; returns the whole input when this key completes it."""
        self._last_ms = now_ms
        if key == "*":
            self._keys = ""
            return None
        if key == "#":
            return self._take()
        self._keys += key
        if len(self._keys) < min(_LENGTHS.get(kind, _MAX_KEYS), _MAX_KEYS):
            return None
        self._filled_ms = now_ms
        return self._take()

    def due(self, now_ms: float) -> str | None:
        """The input, when the pause after the last key was long enough."""
        return self._take() if self._keys and now_ms - self._last_ms >= self._pause_ms else None

    def _take(self) -> str | None:
        keys, self._keys = self._keys, ""
        return keys or None
