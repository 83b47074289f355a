"""Settings of the event log and the recordings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsSettings:
    """What is kept of calls, where, and for how long."""

    database_url: str = ""
    """SQLAlchemy URL of the event store; empty is `voicebot.db` (SQLite) in the data directory."""
    commit_every_ms: int = 100
    """Events are committed at least this often; a killed process loses at most this and one commit."""
    queue_limit_events: int = 100_000
    """Events that may wait for a store that does not answer; beyond it a call's log ends early."""
    memory_limit_events: int = 5_000
    """Events kept in memory of one live call."""
    redact_cards: bool = True
    """Payment card numbers and security codes in words are replaced before anything is stored or shown."""
    recording_retention_days: int = 30
    """Recordings older than this are deleted; 0 keeps them."""
    log_retention_days: int = 180
    """Event logs older than this are deleted; 0 keeps them."""
