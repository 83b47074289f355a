from __future__ import annotations

import asyncio
import os
import signal

from voicebot.cli.stopping import on_signals


async def test_the_first_signal_asks_and_the_second_is_impatient() -> None:
    stop = on_signals()
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(stop.asked.wait(), 5)
        assert not stop.at_once.is_set()
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.wait_for(stop.at_once.wait(), 5)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().remove_signal_handler(number)
