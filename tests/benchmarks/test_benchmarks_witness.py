"""Who used the processor."""

from __future__ import annotations

import os

import _benchmarks_path  # noqa: F401
import _witness


def test_a_process_that_worked_used_processor_time() -> None:
    before = _witness.cpu_seconds(os.getpid())
    sum(i * i for i in range(300_000))
    assert _witness.cpu_seconds(os.getpid()) > before


def test_a_process_that_is_gone_used_none() -> None:
    assert _witness.cpu_seconds(2**22 + 1) == 0.0


def test_the_media_thread_is_the_one_with_real_time_scheduling() -> None:
    watch = _witness.Watch(pid=1, seconds=10.0, threads={1: ("SCHED_OTHER", 0.4), 2: ("SCHED_RR", 0.1)})
    assert watch.media() == {"policy": "SCHED_RR", "real_time_cpu_percent": 1.0, "cpu_percent": 5.0}
    watch = _witness.Watch(pid=1, seconds=10.0, threads={1: ("SCHED_OTHER", 0.4)})
    assert watch.media()["policy"] == "SCHED_OTHER"
