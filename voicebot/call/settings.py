"""Settings of a live call."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.checks import above_zero, at_least, check


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSettings:
    """Limits and deadlines of one call."""

    max_calls: int = 20
    """Calls at once over all transports; further ones are refused."""
    max_duration_s: float = 1800.0
    """A call longer than this is ended."""
    read_deadline_s: float = 4.0
    """Longest wait for one OMS read; then the caller hears that it failed."""
    filler_after_ms: int = 200
    """A read still open this long after the end of the turn is bridged by a filler."""
    transfer_timeout_s: float = 25.0
    """Longest wait for a transfer to be accepted."""
    language: str = "en"
    """Language of the conversation (BCP 47)."""
    record: bool = True
    """Write a stereo recording of each call."""
    speculate: bool = True
    """Work on a turn before it is certainly over."""

    def __post_init__(self) -> None:
        check("call", at_least(self, 1, "max_calls"))
        check("call", above_zero(self, "max_duration_s", "read_deadline_s", "transfer_timeout_s"))
        check("call", at_least(self, 0, "filler_after_ms"))
