from __future__ import annotations

import asyncio
import math

import pytest

from voicebot.oms.connector import Deadline, DeadlineExceeded, Unavailable
from voicebot.oms.connectors.tokens import Token


class Door:
    """Signs in, and counts how often; a token lasts for ten seconds of `now`."""

    def __init__(self, lasts_s: float = 10.0) -> None:
        self.count = 0
        self.now = 0.0
        self.lasts_s = lasts_s
        self.shut = False

    async def __call__(self, _: Deadline) -> tuple[str, float]:
        await asyncio.sleep(0)
        if self.shut:
            raise Unavailable("shut")
        self.count += 1
        return f"token-{self.count}", self.now + self.lasts_s

    def token(self) -> Token:
        return Token(self, where="Login", now=lambda: self.now)


def soon() -> Deadline:
    return Deadline.after(5)


async def test_many_questions_at_once_share_one() -> None:
    door = Door()
    token = door.token()
    assert set(await asyncio.gather(*(token.get(soon()) for _ in range(5)))) == {"token-1"}


async def test_it_is_renewed_when_it_ends() -> None:
    door = Door()
    token = door.token()
    for now, expected in ((0.0, "token-1"), (9.0, "token-1"), (10.0, "token-2")):
        door.now = now
        assert await token.get(soon()) == expected


async def test_one_that_is_refused_is_replaced_once() -> None:
    door = Door(math.inf)
    token = door.token()
    old = await token.get(soon())
    token.refused(old)
    assert await token.get(soon()) == "token-2"
    token.refused(old)
    assert await token.get(soon()) == "token-2"


async def test_after_a_failure_it_is_tried_again() -> None:
    door = Door()
    token = door.token()
    door.shut = True
    with pytest.raises(Unavailable):
        await token.get(soon())
    door.shut = False
    assert await token.get(soon()) == "token-1"


async def test_gives_up_at_the_deadline() -> None:
    async def never(_: Deadline) -> tuple[str, float]:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(DeadlineExceeded):
        await Token(never, where="Login").get(Deadline.after(0.01))
