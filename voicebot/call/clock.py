"""The call's clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


class CallClock:
    """Media time counts from the answer; before it, it stands at zero."""

    def __init__(self, zone: str = "UTC") -> None:
        self._zone = ZoneInfo(zone)
        self._zero: float | None = None

    def start(self) -> None:
        """The call is answered. Idempotent."""
        if self._zero is None:
            self._zero = time.monotonic()

    def now_ms(self) -> float:
        """Milliseconds of media time."""
        return 0.0 if self._zero is None else (time.monotonic() - self._zero) * 1000

    def utc(self) -> str:
        """Wall time, UTC, ISO 8601 with milliseconds."""
        return datetime.now(UTC).isoformat(timespec="milliseconds")

    def today(self) -> str:
        """The shop's date, ISO 8601."""
        return datetime.now(self._zone).date().isoformat()
