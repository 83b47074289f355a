"""Admission, isolation of faults, draining."""

from __future__ import annotations

import asyncio
from typing import cast

from voicebot.call.leg import CallLeg
from voicebot.call.switchboard import Switchboard


class Leg:
    def __init__(self, name: str) -> None:
        self.id = name
        self.hung_up: list[str] = []
        self.over = asyncio.Event()

    async def hangup(self, reason: str) -> None:
        self.hung_up.append(reason)
        self.over.set()


def leg(name: str) -> CallLeg:
    return cast(CallLeg, Leg(name))


async def until_over(leg: CallLeg) -> None:
    await cast(Leg, leg).over.wait()


async def test_calls_above_the_limit_are_refused_and_a_freed_place_is_given_again() -> None:
    board = Switchboard(until_over, max_calls=2)
    first, second = leg("a"), leg("b")
    assert board.admit(first)
    assert board.admit(second)
    assert not board.admit(leg("c"))
    await first.hangup("bye")
    await board.finished(first)
    assert board.admit(leg("c"))
    await board.drain(0)


async def test_one_call_that_fails_ends_alone() -> None:
    async def run(leg: CallLeg) -> None:
        if leg.id == "bad":
            raise RuntimeError("flaw")
        await until_over(leg)

    board = Switchboard(run, max_calls=5)
    good, bad = leg("good"), leg("bad")
    board.admit(good)
    board.admit(bad)
    await board.finished(bad)
    assert cast(Leg, bad).hung_up == ["internal error"]
    assert board.running == 1
    assert cast(Leg, good).hung_up == []
    await board.drain(0)


async def test_draining_refuses_new_calls_waits_and_then_ends_what_is_left() -> None:
    board = Switchboard(until_over, max_calls=5)
    running = leg("a")
    board.admit(running)
    cut = await board.drain(0.01)
    assert cut == 1
    assert board.running == 0
    assert not board.admit(leg("b"))
