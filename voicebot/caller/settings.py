"""Settings of the measuring caller."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerSettings:
    """How a caller waits, and when it gives up."""

    settle_ms: int = 900
    """The bot has finished when no voiced packet came for this long."""
    answer_timeout_ms: int = 12_000
    """Without any answer the caller goes on to its next turn after this long."""
    max_seconds: float = 300.0
    """The caller hangs up after this long, whatever happens."""
    gap_ms: int = 200
    """This much silence separates two spells of the bot's speech."""
    pause_ms: int = 700
    """An interrupted bot that goes on after less than this much silence has paused, not yielded."""
