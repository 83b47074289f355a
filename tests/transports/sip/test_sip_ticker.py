from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.transports.sip.ticker import Schedule, Ticker


def test_late_wake_ups_are_made_up_for() -> None:
    schedule = Schedule(0.02)
    schedule.start(100.0)
    assert [schedule.due(at) for at in (100.0, 100.021, 100.035, 100.10, 100.10)] == [0, 1, 0, 4, 0]


def test_a_suspended_machine_is_not_made_up_for() -> None:
    schedule = Schedule(0.02, longest_s=5)
    schedule.start(0)
    assert schedule.due(3600) == 250
    assert schedule.due(3600.02) == 1


@given(st.lists(st.floats(0, 1), max_size=100))
def test_the_count_does_not_drift(waits: list[float]) -> None:
    schedule, now, total = Schedule(0.02), 7.0, 0
    schedule.start(now)
    for wait in waits:
        now += wait
        total += schedule.due(now)
    assert total == pytest.approx((now - 7.0) / 0.02, abs=1.001)
    assert 0 <= schedule.wait_s(now) <= 0.0201


async def test_subscribers_share_one_task_which_ends_with_the_last() -> None:
    ticker, ticks = Ticker(), asyncio.Event()

    def fail(_now_s: float) -> None:
        raise RuntimeError("one call's fault")

    before = len(asyncio.all_tasks())
    stop_failing = ticker.subscribe(fail)
    stop = ticker.subscribe(lambda _now_s: ticks.set())
    assert len(asyncio.all_tasks()) == before + 1
    await asyncio.wait_for(ticks.wait(), 5)
    stop_failing()
    stop()
    stop()
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == before
