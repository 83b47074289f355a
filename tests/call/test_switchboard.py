"""Admission, isolation of faults, draining."""

from __future__ import annotations

import asyncio
import logging
from typing import cast

import pytest

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


async def test_an_idle_switchboard_drains_at_once() -> None:
    board = Switchboard(until_over, max_calls=5)
    assert await board.drain(0) == 0
    assert board.full


async def test_a_leg_that_cannot_be_hung_up_does_not_keep_the_others() -> None:
    class Stubborn(Leg):
        async def hangup(self, reason: str) -> None:
            await super().hangup(reason)
            raise RuntimeError("no")

    board = Switchboard(until_over, max_calls=5, end_s=0.1)
    stubborn, other = cast(CallLeg, Stubborn("a")), leg("b")
    board.admit(stubborn)
    board.admit(other)
    assert await board.drain(0) == 2
    assert cast(Leg, other).hung_up == ["server is stopping"]


@pytest.mark.parametrize(("end_s", "written"), [(5.0, ["a"]), (0.05, [])])
async def test_who_was_hung_up_is_given_time_to_write_down_how_it_ended(end_s: float, written: list[str]) -> None:
    books: list[str] = []

    async def run(one: CallLeg) -> None:
        await until_over(one)
        await asyncio.sleep(0.3)
        books.append(one.id)

    board = Switchboard(run, max_calls=5, end_s=end_s)
    board.admit(leg("a"))
    assert await board.drain(0) == 1
    assert books == written


async def test_impatience_ends_the_wait_for_running_calls() -> None:
    board = Switchboard(until_over, max_calls=5)
    running, at_once = leg("a"), asyncio.Event()
    board.admit(running)
    draining = asyncio.create_task(board.drain(3600, at_once=at_once))
    await asyncio.sleep(0)
    assert not draining.done()
    at_once.set()
    assert await asyncio.wait_for(draining, 5) == 1
    assert cast(Leg, running).hung_up == ["server is stopping"]


async def test_what_a_failure_says_of_the_caller_stays_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def run(leg: CallLeg) -> None:
        raise ValueError("+14155550134")

    board = Switchboard(run, max_calls=5)
    bad = leg("bad")
    with caplog.at_level(logging.INFO):
        board.admit(bad)
        await board.finished(bad)
    assert "ValueError" in caplog.text
    assert "+14155550134" not in caplog.text
