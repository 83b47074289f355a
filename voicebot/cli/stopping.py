"""Ctrl-C and SIGTERM: the first asks a server to stop when its calls have ended, the second to stop at once."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """What was asked for so far."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: asyncio.Event = field(default_factory=asyncio.Event)

    def again(self) -> None:
        """One more signal came."""
        (self.at_once if self.asked.is_set() else self.asked).set()


def on_signals() -> Stop:
    """Take SIGINT and SIGTERM on the running loop."""
    stop = Stop()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.again)
    return stop
