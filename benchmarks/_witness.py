"""Who used the processor while figures were taken: the caller's threads, and the side that should have been idle."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_PROC = Path("/proc")
_POLICIES = {getattr(os, name): name for name in ("SCHED_OTHER", "SCHED_RR", "SCHED_FIFO") if hasattr(os, name)}
_EVERY_S = 0.5


@dataclass(slots=True)
class Watch:
    """A process while it runs. Empty where there is no /proc."""

    pid: int
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    threads: dict[int, tuple[str, float]] = field(default_factory=dict)
    """Thread -> scheduling policy, processor seconds so far."""

    def look(self) -> None:
        self.seconds = time.monotonic() - self.began
        for task in _numbers(_PROC / str(self.pid) / "task"):
            try:
                policy = os.sched_getscheduler(task)
                ran_ns = int((_PROC / str(self.pid) / "task" / str(task) / "schedstat").read_text().split()[0])
            except (OSError, ValueError, IndexError):
                continue
            self.threads[task] = (_POLICIES.get(policy, str(policy)), ran_ns / 1e9)

    def media(self) -> dict[str, Any]:
        """Policy of the thread that paces packets, its processor time, and that of the whole process."""
        real = [(policy, ran) for policy, ran in self.threads.values() if policy != "SCHED_OTHER"]
        total = sum(ran for _, ran in self.threads.values())
        share = 100 / self.seconds if self.seconds else 0.0
        return {
            "policy": real[0][0] if real else "SCHED_OTHER",
            "real_time_cpu_percent": round(sum(ran for _, ran in real) * share, 2),
            "cpu_percent": round(total * share, 2),
        }


@contextmanager
def watching(pid: int) -> Iterator[Watch]:
    """Look at a process twice a second until the block ends."""
    watch, over = Watch(pid), threading.Event()

    def follow() -> None:
        while not over.wait(_EVERY_S):
            watch.look()

    thread = threading.Thread(target=follow, name="witness", daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()


def cpu_seconds(pid: int) -> float:
    """Processor time that the threads of a process have used so far; 0.0 where that is not to be had."""
    watch = Watch(pid)
    watch.look()
    return sum(ran for _, ran in watch.threads.values())


def _numbers(folder: Path) -> list[int]:
    try:
        return [int(one.name) for one in folder.iterdir()]
    except (OSError, ValueError):
        return []
