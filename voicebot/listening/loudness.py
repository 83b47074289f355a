"""How loud a caller speaks to us: what is much quieter is meant for somebody else, or is somebody else. Pure."""

from __future__ import annotations

#: Weight of the latest turn.
_LATEST = 0.5


class Loudness:
    """One caller's usual level, learned from the turns that had words. Levels are peaks of 20 ms frames, in dBFS."""

    def __init__(self) -> None:
        self._usual_dbfs: float | None = None

    def spoke(self, peak_dbfs: float) -> None:
        """A turn for us was so loud at its loudest."""
        usual = peak_dbfs if self._usual_dbfs is None else self._usual_dbfs
        self._usual_dbfs = usual + _LATEST * (peak_dbfs - usual)

    def quieter_db(self, peak_dbfs: float) -> float | None:
        """How far a voice lies under the usual level; None before the first turn."""
        return None if self._usual_dbfs is None else self._usual_dbfs - peak_dbfs
