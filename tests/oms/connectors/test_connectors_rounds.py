from __future__ import annotations

import asyncio
import logging

import pytest
from oms_builders import jumping

from voicebot.oms.connector import Unavailable
from voicebot.oms.connectors.rounds import Rounds


class Work:
    def __init__(self, fails: Exception | None = None) -> None:
        self.fails = fails
        self.at: list[float] = []

    async def __call__(self) -> None:
        self.at.append(asyncio.get_running_loop().time())
        if self.fails is not None:
            raise self.fails


@pytest.mark.parametrize("fails", [None, Unavailable("down"), RuntimeError("Jane Smith")])
def test_rounds_go_on_until_they_are_stopped(fails: Exception | None, caplog: pytest.LogCaptureFixture) -> None:
    work = Work(fails)

    async def run() -> None:
        rounds = Rounds(work, every_s=60, name="numbers")
        rounds.start()
        rounds.start()
        await asyncio.sleep(150)
        await rounds.stop()
        await asyncio.sleep(150)
        await rounds.stop()

    with caplog.at_level(logging.WARNING):
        jumping(run)
    assert work.at == [0, 60, 120]
    assert caplog.text.count("numbers: a round failed") == (3 if fails else 0)
    assert "Jane" not in caplog.text, "what nobody expected may hold anything"


def test_they_can_begin_again() -> None:
    work = Work()

    async def run() -> None:
        rounds = Rounds(work, every_s=60, name="numbers")
        for _ in range(2):
            rounds.start()
            await asyncio.sleep(1)
            await rounds.stop()

    jumping(run)
    assert work.at == [0, 1]
