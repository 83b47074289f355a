"""The first of two answers, on a clock that jumps."""

from __future__ import annotations

import asyncio

import pytest
from oms_builders import jumping, timed

from voicebot.oms.connector import Unavailable
from voicebot.oms.hedge import Budget, hedged


class Backend:
    """Each request takes its time from the script, then answers with its number or fails."""

    def __init__(self, *script: float | tuple[float, Exception]) -> None:
        self.script = list(script)
        self.asked = 0
        self.cancelled = 0

    async def __call__(self) -> int:
        self.asked += 1
        number, step = self.asked, self.script[self.asked - 1]
        takes_s, error = step if isinstance(step, tuple) else (step, None)
        try:
            await asyncio.sleep(takes_s)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if error is not None:
            raise error
        return number


def test_a_quick_answer_is_asked_for_once() -> None:
    backend = Backend(0.1)
    answer, took_s = jumping(lambda: timed(hedged(backend, 0.15, Budget(0.1))))
    assert (answer, round(took_s, 6)) == (1, 0.1)
    assert backend.asked == 1


@pytest.mark.parametrize(("script", "answer", "took_s"), [((1.0, 0.1), 2, 0.25), ((0.2, 1.0), 1, 0.2)])
def test_the_first_answer_counts_and_the_other_is_cancelled(
    script: tuple[float, float], answer: int, took_s: float
) -> None:
    backend = Backend(*script)
    found, after_s = jumping(lambda: timed(hedged(backend, 0.15, Budget(0.1))))
    assert (found, round(after_s, 6)) == (answer, took_s)
    assert (backend.asked, backend.cancelled) == (2, 1)


@pytest.mark.parametrize(
    ("script", "answer", "took_s"),
    [(((0.3, Unavailable("x")), 0.4), 2, 0.55), ((0.5, (0.1, Unavailable("x"))), 1, 0.5)],
)
def test_an_error_waits_for_the_other_answer(
    script: tuple[float | tuple[float, Exception], ...], answer: int, took_s: float
) -> None:
    backend = Backend(*script)
    found, after_s = jumping(lambda: timed(hedged(backend, 0.15, Budget(0.1))))
    assert (found, round(after_s, 6)) == (answer, took_s)


def test_two_errors_are_one() -> None:
    backend = Backend((0.3, Unavailable("first")), (0.1, Unavailable("second")))
    with pytest.raises(Unavailable):
        jumping(lambda: hedged(backend, 0.15, Budget(0.1)))


def test_whoever_gives_up_cancels_both() -> None:
    async def story() -> None:
        backend = Backend(9.0, 9.0)
        waiting = asyncio.create_task(hedged(backend, 0.15, Budget(0.1)))
        await asyncio.sleep(1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert (backend.asked, backend.cancelled) == (2, 2)

    jumping(story)


def test_a_slow_order_system_is_not_asked_everything_twice() -> None:
    async def story() -> int:
        budget, asked = Budget(0.1), 0
        for _ in range(100):
            backend = Backend(0.5, 0.5)
            await hedged(backend, 0.15, budget)
            asked += backend.asked
        return asked

    assert 110 <= jumping(story) <= 116
