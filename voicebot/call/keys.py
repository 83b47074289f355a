"""Keys of the telephone, collected into one input. Pure: times are milliseconds, given."""

from __future__ import annotations

from collections.abc import Mapping

#: Keys that complete what is expected; other kinds wait for # or a pause.
_LENGTHS: Mapping[str, int] = {"order_number": 7, "postcode": 5}
#: One key answers these, but it may also be the first of a number: a short pause tells.
_ONE_KEY = frozenset({"yes_no", "choice"})
_MAX_KEYS = 32


class KeyCollector:
    """Collects keys until #, the expected number of keys, or a pause; * starts over, and alone it is an input.

    Args:
        pause_ms: pause that ends an input.
        one_key_pause_ms: the same after a single key that may be the whole answer.
    """

    def __init__(self, pause_ms: float, *, one_key_pause_ms: float = 700.0) -> None:
        self._pause_ms, self._one_key_pause_ms = pause_ms, one_key_pause_ms
        self._keys = self._kind = ""
        self._last_ms = 0.0
        self._filled_ms = float("-inf")

    def trailing(self, key: str, now_ms: float) -> bool:
        """Whether this is the # after an input that was complete without it: it means nothing more."""
        return key == "#" and not self._keys and now_ms - self._filled_ms < self._pause_ms

    def press(self, key: str, now_ms: float, kind: str) -> str | None:
        """One key; returns the whole input when this key completes it."""
        self._last_ms, self._kind = now_ms, kind
        if key == "*":
            return None if self._take() else key
        if key == "#":
            return self._take()
        self._keys += key
        if len(self._keys) < min(_LENGTHS.get(kind, _MAX_KEYS), _MAX_KEYS):
            return None
        self._filled_ms = now_ms
        return self._take()

    def due(self, now_ms: float) -> str | None:
        """The input, when the pause after the last key was long enough."""
        alone = self._kind in _ONE_KEY and len(self._keys) == 1
        if not self._keys or now_ms - self._last_ms < (self._one_key_pause_ms if alone else self._pause_ms):
            return None
        self._filled_ms = now_ms
        return self._take()

    def _take(self) -> str | None:
        keys, self._keys = self._keys, ""
        return keys or None
