"""What the console needs from the rest of the server, handed in by whoever builds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from voicebot.records.events import Record
from voicebot.records.projections.summary import Summary
from voicebot.records.reading import CallFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether calls can be taken.

    Attributes:
        parts: name of each part to its state: `ready`, `warming`, or what is wrong with it.
        running, max_calls: live calls, and how many are admitted.
    """

    ready: bool
    draining: bool = False
    parts: Mapping[str, str] = field(default_factory=dict)
    running: int = 0
    max_calls: int = 0


class CallStore(Protocol):
    """Recorded calls; read on the console's own threads. `voicebot.records.reading.CallReader` is one."""

    def calls(
        self, *, limit: int = 50, before: str | None = None, filters: CallFilter | None = None
    ) -> Sequence[Summary]: ...

    def records(self, call_id: str, *, after_seq: int = 0, limit: int | None = None) -> Sequence[Record]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleDeps:
    """Everything the pages show.

    Attributes:
        ready: asked by `/readyz` on every request; quick and without I/O.
        store: recorded and live calls.
        data_dir: recordings are named relative to it.
        packet: a hand-off's packet by its id, or None; runs on the console's threads.
        callbacks: open call-backs, the next due first; runs on the console's threads.
        version: of the program.
        started_at: aware.
        figures: the process's own (`loop_lag_ms`, `resident_mb`), shown by `/healthz`; quick.
    """

    ready: Callable[[], Readiness]
    store: CallStore
    data_dir: Path
    packet: Callable[[str], Mapping[str, Any] | None]
    callbacks: Callable[[], Sequence[Mapping[str, Any]]]
    version: str
    started_at: datetime
    figures: Callable[[], Mapping[str, Any]] = dict
