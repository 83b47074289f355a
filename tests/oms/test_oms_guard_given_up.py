"""A read that its last waiter has given up."""

from __future__ import annotations

import asyncio

from oms_builders import jumping

from voicebot.oms.connector import Deadline
from voicebot.oms.guard import Guard
from voicebot.oms.settings import OmsSettings

KEY = ("get_order", "o-1")


async def slow_to_end(_: Deadline) -> str:
    try:
        await asyncio.sleep(1)
    finally:
        await asyncio.sleep(0.1)
    return "never"


async def answers(_: Deadline) -> str:
    return "an answer"


def test_who_asks_while_it_ends_is_given_one_of_his_own() -> None:
    async def story() -> None:
        guard = Guard(OmsSettings(hedge_after_ms=0))
        only = asyncio.create_task(guard.read(KEY, slow_to_end, Deadline.after(5)))
        await asyncio.sleep(0.1)
        only.cancel()
        await asyncio.sleep(0.01)
        assert (await guard.read(KEY, answers, Deadline.after(5))).value == "an answer"
        await asyncio.sleep(0.5)
        assert (await guard.read(KEY, answers, Deadline.after(5))).cached, "the end of the other takes nothing away"
        await guard.close()

    jumping(story)
