"""The process's memory, so that it stays small and is never tidied up while a caller waits.

glibc gives every thread a heap of its own and keeps what each of them once needed: the models' threads would hold each
other's peaks. And CPython's full collection walks every object there is: with the libraries loaded, a tenth of a second
in which no frame of any call moves.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

_M_ARENA_MAX = -8
#: More would hold each thread's peak; giving large blocks back at once instead costs a decoding a quarter more time.
_ARENAS = 2


def bound() -> bool:
    """Few heaps for all threads. Call before threads are made.

    Returns:
        False where the C library has no `mallopt` (3): nothing is changed then.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(_M_ARENA_MAX, _ARENAS))


@contextmanager
def settled() -> Iterator[None]:
    """While it lasts, what is loaded now is never looked at by the garbage collector; what start-up left is gone."""
    gc.collect()
    gc.freeze()
    trim()
    try:
        yield
    finally:
        gc.unfreeze()


def trim() -> None:
    """Give free memory back to the system; some milliseconds, without the interpreter's lock."""
    give_back = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if give_back is not None:
        give_back(0)


async def keep_small(every_s: float = 10.0, slack_mb: float = 64.0) -> None:
    """Trim, in a thread of its own, whenever the process has grown by so much since the last time; until cancelled.

    Decodings and sentences leave holes of many megabytes between what lasts. What is given back costs the next of them
    as many page faults, so it is not done after each.
    """
    loop, small = asyncio.get_running_loop(), resident_mb() or 0.0
    with ThreadPoolExecutor(1, "heap") as thread:
        while True:
            await asyncio.sleep(every_s)
            if (resident_mb() or 0.0) > small + slack_mb:
                await loop.run_in_executor(thread, trim)
                small = resident_mb() or 0.0


def resident_mb(pid: int | str = "self") -> float | None:
    """Memory of a process that is not paged out, in MB (10^6 bytes); None where there is no /proc."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii", errors="replace").splitlines()
    except OSError:
        return None
    kilobytes = next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), None)
    return None if kilobytes is None else kilobytes * 1024 / 1e6
