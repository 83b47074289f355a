"""Decides when a far end that sends nothing is gone. Pure: time is an argument."""

from __future__ import annotations


class MediaWatch:
    """Watches one call's incoming media.

    Args:
        never_sent_s: patience with a far end that has not sent anything since the answer.
        silent_s: patience with media that stopped.
        hold_s: patience while the far end holds the call.
    """

    def __init__(self, *, never_sent_s: float, silent_s: float, hold_s: float) -> None:
        self._never_sent_s, self._silent_s, self._hold_s = never_sent_s, silent_s, hold_s
        self._since: float | None = None
        self._heard = False
        self._held = False

    def established(self, now_s: float) -> None:
        """The call was answered; from here on media is expected."""
        self._since = now_s

    def seen(self, now_s: float) -> None:
        """Audio, a key or an RTCP report arrived."""
        if self._since is not None:
            self._heard = True
            self._since = now_s

    def held(self, held: bool, now_s: float) -> None:
        """The far end holds or resumes; patience starts again."""
        self._held = held
        if self._since is not None:
            self._since = now_s

    def verdict(self, now_s: float) -> str | None:
        """Why the call should be hung up, or None."""
        if self._since is None:
            return None
        waited = now_s - self._since
        if self._held:
            return f"held without media for {waited:.0f} s" if waited >= self._hold_s else None
        if not self._heard:
            return f"no media since the answer ({waited:.0f} s)" if waited >= self._never_sent_s else None
        return f"no media for {waited:.0f} s" if waited >= self._silent_s else None
