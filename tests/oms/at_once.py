"""Several processes that begin at the same moment."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path


def at_once(count: int, work: Callable[[str, int, Path, Barrier], None], url: str, folder: Path) -> None:
    """Run `work(url, number, folder, start)` in this many processes; it waits for the others at `start`."""
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(count)
    processes = [spawn.Process(target=work, args=(url, number, folder, start)) for number in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * count
