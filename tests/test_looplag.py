from __future__ import annotations

import asyncio
import time

import pytest

from voicebot.looplag import LoopLag


def test_lateness_and_the_part_of_it_that_is_ours() -> None:
    lag = LoopLag()
    for late_ms in range(100):
        lag.note(late_ms / 1000, late_ms / 4000, late_ms / 2000)
    figures = lag.figures()
    assert figures["looks"] == 100
    assert (figures["p50"], figures["max"]) == (49.5, 99.0)
    assert figures["p99"] == pytest.approx(98.01)
    assert figures["busy_max"] == 49.5
    assert figures["own_p99"] == pytest.approx(73.51)
    assert figures["own_max"] == 74.25


def test_a_timer_that_fires_early_is_not_late() -> None:
    lag = LoopLag()
    lag.note(-0.001, 0.0, 0.001)
    assert lag.figures()["max"] == 0.0


def test_nothing_is_known_before_the_first_look() -> None:
    assert set(LoopLag().figures().values()) == {0}


def test_only_the_latest_are_remembered() -> None:
    lag = LoopLag(keep=3)
    for late_ms in (500, 1, 2, 3):
        lag.note(late_ms / 1000, 0.0, 0.0)
    assert lag.figures()["max"] == 3.0


async def test_what_blocks_the_loop_is_seen() -> None:
    lag = LoopLag()
    watching = asyncio.create_task(lag.watch(0.001))
    await asyncio.sleep(0.01)
    time.sleep(0.05)  # noqa: ASYNC251 - the fault that is looked for
    await asyncio.sleep(0.01)
    watching.cancel()
    figures = lag.figures()
    assert figures["max"] > 40
    assert figures["busy_max"] < figures["max"]


def test_work_is_told_from_waiting() -> None:
    lag = LoopLag()
    lag.note(0.1, queued_s=0.07, ran_s=0.02)
    figures = lag.figures()
    assert figures["own_max"] == pytest.approx(30.0)
    assert figures["busy_max"] == pytest.approx(20.0)
