from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest

from voicebot.speaking.pool import DeadlinePool, QueueFullError


@pytest.fixture
def pool() -> Iterator[DeadlinePool[str]]:
    made: DeadlinePool[str] = DeadlinePool("test", workers=1, max_waiting=3)
    yield made
    made.close()


class Gate:
    """Work that holds the only worker until it is let go."""

    def __init__(self) -> None:
        self.begun, self.open = threading.Event(), threading.Event()

    def __call__(self) -> str:
        self.begun.set()
        assert self.open.wait(5)
        return "gate"


async def held(pool: DeadlinePool[str]) -> tuple[Gate, asyncio.Task[str]]:
    gate = Gate()
    task = asyncio.create_task(pool.run("gate", gate))
    while not gate.begun.is_set():  # noqa: ASYNC110 - another thread sets it
        await asyncio.sleep(0)
    return gate, task


def noting(done: list[str], name: str) -> Callable[[], str]:
    def work() -> str:
        done.append(name)
        return name

    return work


async def settle() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_the_nearest_deadline_goes_first_and_background_last(pool: DeadlinePool[str]) -> None:
    gate, holding = await held(pool)
    done: list[str] = []
    now = asyncio.get_running_loop().time()
    waiting = [
        asyncio.create_task(pool.run(name, noting(done, name), deadline=deadline))
        for name, deadline in (("background", None), ("later", now + 9), ("soon", now + 1))
    ]
    await settle()
    gate.open.set()
    assert await asyncio.gather(*waiting) == ["background", "later", "soon"]
    assert await holding == "gate"
    assert done == ["soon", "later", "background"]


async def test_equal_work_is_done_once_and_brought_forward(pool: DeadlinePool[str]) -> None:
    gate, _ = await held(pool)
    done: list[str] = []
    now = asyncio.get_running_loop().time()
    first = asyncio.create_task(pool.run("same", noting(done, "same")))
    other = asyncio.create_task(pool.run("other", noting(done, "other"), deadline=now + 5))
    await settle()
    urgent = asyncio.create_task(pool.run("same", noting(done, "same"), deadline=now + 1))
    await settle()
    gate.open.set()
    assert list(await asyncio.gather(first, other, urgent)) == ["same", "other", "same"]
    assert done == ["same", "other"]
    assert pool.stats.joined == 1


async def test_cancelled_work_is_dropped_only_when_nobody_waits_for_it(pool: DeadlinePool[str]) -> None:
    gate, _ = await held(pool)
    done: list[str] = []
    alone = asyncio.create_task(pool.run("alone", noting(done, "alone")))
    one = asyncio.create_task(pool.run("shared", noting(done, "shared")))
    two = asyncio.create_task(pool.run("shared", noting(done, "shared")))
    await settle()
    alone.cancel()
    one.cancel()
    await settle()
    gate.open.set()
    assert await two == "shared"
    assert done == ["shared"]
    assert pool.stats.dropped == 1
    again = await pool.run("alone", noting(done, "alone"))
    assert again == "alone"


async def test_live_work_is_refused_at_the_bound_and_background_is_not(pool: DeadlinePool[str]) -> None:
    gate, _ = await held(pool)
    now = asyncio.get_running_loop().time()
    tasks = [asyncio.create_task(pool.run(i, str, deadline=now + 1)) for i in range(3)]
    await settle()
    with pytest.raises(QueueFullError):
        await pool.run("one too many", str, deadline=now)
    background = asyncio.create_task(pool.run("warm", str))
    await settle()
    gate.open.set()
    await asyncio.gather(*tasks, background)


async def test_errors_reach_everyone_who_waits_and_do_not_stop_the_pool(pool: DeadlinePool[str]) -> None:
    def fail() -> str:
        raise ValueError("broken")

    results = await asyncio.gather(pool.run("x", fail), pool.run("x", fail), return_exceptions=True)
    assert [str(result) for result in results] == ["broken", "broken"]
    assert await pool.run("y", lambda: "fine") == "fine"


async def test_an_error_that_nobody_waits_for_is_quiet(pool: DeadlinePool[str]) -> None:
    gate, holding = await held(pool)
    holding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holding
    gate.open.set()
    assert await pool.run("next", lambda: "fine") == "fine"


async def test_late_work_is_done_and_counted(pool: DeadlinePool[str]) -> None:
    past = asyncio.get_running_loop().time() - 1
    assert await pool.run("late", lambda: "done", deadline=past) == "done"
    assert pool.stats.late == 1


async def test_closing_refuses_what_waits() -> None:
    pool: DeadlinePool[str] = DeadlinePool("closing")
    gate, _ = await held(pool)
    waiting = asyncio.create_task(pool.run("waiting", str))
    await settle()
    pool.close()
    gate.open.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_preparation_runs_in_the_pools_thread(pool: DeadlinePool[str]) -> None:
    name = await pool.prepare(lambda: threading.current_thread().name)
    assert name.startswith("test")
