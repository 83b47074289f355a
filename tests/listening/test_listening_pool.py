"""The recogniser pool: order, bound, cancellation, failure. The decoder is a fake that waits for a permit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import numpy as np
import pytest

from voicebot.errors import ModelError
from voicebot.listening.pool import RecogniserPool
from voicebot.listening.recognition import Audio, Early, Expectation, PoolFullError, Recognition, Ticket, Urgency

FINAL, EAGER, PARTIAL = Urgency


class Gated:
    """Decodes the number in the audio's first sample, when it is let."""

    def __init__(self) -> None:
        self.permits = threading.Semaphore(0)
        self.done: list[int] = []
        self.threads: set[str] = set()
        self.fail = False

    def recognise(
        self, audio: Audio, expect: Expectation, *, thorough: bool, early: Early | None = None
    ) -> Recognition:
        if early is not None:
            early(f"perhaps {int(audio[0])}")
        self.permits.acquire()
        self.threads.add(threading.current_thread().name)
        if self.fail:
            raise ValueError("broken")
        self.done.append(int(audio[0]))
        return Recognition(text=f"{int(audio[0])}{' thorough' if thorough else ''}")


@pytest.fixture
async def gated() -> AsyncIterator[tuple[Gated, RecogniserPool]]:
    decoder = Gated()
    pool = RecogniserPool(decoder, workers=1, max_waiting=3)
    yield decoder, pool
    await pool.close()
    for _ in range(20):
        decoder.permits.release()


async def ask(
    pool: RecogniserPool, number: int, urgency: Urgency, deadline: float | None = None
) -> asyncio.Task[Recognition]:
    """Queued, not awaited."""
    audio = np.full(4, number, np.float32)
    task = asyncio.create_task(pool.recognise(audio, expect=Expectation(), urgency=urgency, deadline=deadline))
    await asyncio.sleep(0)
    return task


async def test_urgency_then_deadline_order_the_queue(gated: tuple[Gated, RecogniserPool]) -> None:
    decoder, pool = gated
    soon = asyncio.get_running_loop().time() + 100
    tasks = [await ask(pool, 1, PARTIAL)]
    tasks += [await ask(pool, 2, PARTIAL, soon), await ask(pool, 3, FINAL, soon + 5), await ask(pool, 4, FINAL, soon)]
    decoder.permits.release(4)
    await asyncio.gather(*tasks)
    assert decoder.done == [1, 4, 3, 2]
    assert all(name.startswith("recogniser") for name in decoder.threads)


async def test_only_partials_are_quick(gated: tuple[Gated, RecogniserPool]) -> None:
    decoder, pool = gated
    decoder.permits.release(2)
    assert (await (await ask(pool, 1, PARTIAL))).text == "1"
    assert (await (await ask(pool, 2, EAGER))).text == "2 thorough"


async def test_at_the_bound_the_least_urgent_gives_way(gated: tuple[Gated, RecogniserPool]) -> None:
    decoder, pool = gated
    running = await ask(pool, 0, PARTIAL)
    partial = await ask(pool, 1, PARTIAL)
    kept = [await ask(pool, number, EAGER) for number in (2, 3)]
    final = await ask(pool, 4, FINAL)
    with pytest.raises(PoolFullError):
        await partial
    refused = await ask(pool, 5, PARTIAL)
    with pytest.raises(PoolFullError):
        await refused
    decoder.permits.release(4)
    await asyncio.gather(running, *kept, final)
    assert decoder.done == [0, 4, 2, 3]
    assert pool.stats.refused == 2


async def test_final_work_is_never_refused(gated: tuple[Gated, RecogniserPool]) -> None:
    decoder, pool = gated
    tasks = [await ask(pool, number, FINAL) for number in range(8)]
    decoder.permits.release(8)
    assert len(await asyncio.gather(*tasks)) == 8


async def test_cancelled_work_is_dropped_from_the_queue(gated: tuple[Gated, RecogniserPool]) -> None:
    decoder, pool = gated
    running, gone, last = await ask(pool, 1, EAGER), await ask(pool, 2, EAGER), await ask(pool, 3, EAGER)
    gone.cancel()
    decoder.permits.release(3)
    await asyncio.gather(running, last)
    assert decoder.done == [1, 3]


async def test_cancelling_running_work_leaves_the_pool_well(gated: tuple[Gated, RecogniserPool]) -> None:
    decoder, pool = gated
    running = await ask(pool, 1, EAGER)
    running.cancel()
    following = await ask(pool, 2, EAGER)
    decoder.permits.release(2)
    assert (await following).text.startswith("2")


async def test_a_partial_that_comes_too_late_is_refused(gated: tuple[Gated, RecogniserPool]) -> None:
    decoder, pool = gated
    running = await ask(pool, 1, FINAL)
    late = await ask(pool, 2, PARTIAL, asyncio.get_running_loop().time() - 1)
    decoder.permits.release(2)
    await running
    with pytest.raises(PoolFullError, match="late"):
        await late


async def test_a_partial_that_would_come_too_late_is_refused_at_once(gated: tuple[Gated, RecogniserPool]) -> None:
    decoder, pool = gated
    decoder.permits.release(1)
    started = asyncio.get_running_loop().time()
    slow = await ask(pool, 0, FINAL)
    await slow
    took = asyncio.get_running_loop().time() - started
    running = await ask(pool, 1, FINAL)
    soon = asyncio.get_running_loop().time()
    refused = await ask(pool, 2, PARTIAL, soon)
    with pytest.raises(PoolFullError, match="too late"):
        await refused
    assert pool.waiting == 0
    assert 0 < pool.wait_s <= took
    patient = await ask(pool, 3, PARTIAL, soon + 100)
    urgent = await ask(pool, 4, EAGER, soon)
    decoder.permits.release(3)
    await asyncio.gather(running, patient, urgent)
    assert decoder.done == [0, 1, 4, 3]


async def test_cancelled_work_waits_for_nobody() -> None:
    decoder = Gated()
    pool = RecogniserPool(decoder, workers=2)
    tasks = [await ask(pool, number, EAGER) for number in (1, 2, 3, 4)]
    assert pool.waiting == 2
    tasks[-1].cancel()
    await asyncio.sleep(0)
    assert pool.waiting == 1
    decoder.permits.release(3)
    await asyncio.gather(*tasks[:-1])
    assert (pool.waiting, pool.wait_s) == (0, 0.0)
    await pool.close()


async def test_each_call_gets_its_own_answer_when_many_ask(gated: tuple[Gated, RecogniserPool]) -> None:
    decoder, pool = gated
    decoder.permits.release(30)
    tasks = [await ask(pool, number, FINAL) for number in range(30)]
    texts = [result.text for result in await asyncio.gather(*tasks)]
    assert texts == [f"{number} thorough" for number in range(30)]


async def test_a_decoder_that_fails_is_a_model_error(gated: tuple[Gated, RecogniserPool]) -> None:
    decoder, pool = gated
    decoder.fail = True
    decoder.permits.release(2)
    with pytest.raises(ModelError, match="decoding failed"):
        await (await ask(pool, 1, FINAL))
    decoder.fail = False
    assert (await (await ask(pool, 2, FINAL))).text.startswith("2")
    assert pool.stats.failed == 1


async def test_a_closed_pool_refuses(gated: tuple[Gated, RecogniserPool]) -> None:
    decoder, pool = gated
    running, waiting = await ask(pool, 1, FINAL), await ask(pool, 2, FINAL)
    await pool.close()
    decoder.permits.release(1)
    await running
    with pytest.raises(ModelError, match="closed"):
        await waiting
    with pytest.raises(ModelError, match="closed"):
        await (await ask(pool, 3, FINAL))


async def test_early_text_is_told_while_the_decoding_goes_on(gated: tuple[Gated, RecogniserPool]) -> None:
    decoder, pool = gated
    told: asyncio.Queue[str] = asyncio.Queue()
    audio = np.full(16, 7, np.float32)
    asked = asyncio.create_task(
        pool.recognise(audio, expect=Expectation(), urgency=EAGER, ticket=Ticket(told.put_nowait)), name="asked"
    )
    assert await asyncio.wait_for(told.get(), 5) == "perhaps 7"
    assert not asked.done()
    decoder.permits.release()
    assert (await asked).text == "7 thorough"


async def test_early_text_is_not_told_to_who_gave_up(gated: tuple[Gated, RecogniserPool]) -> None:
    decoder, pool = gated
    told: list[str] = []
    running = await ask(pool, 1, EAGER)
    waiting = asyncio.create_task(
        pool.recognise(np.full(16, 2, np.float32), expect=Expectation(), urgency=EAGER, ticket=Ticket(told.append))
    )
    await asyncio.sleep(0)
    waiting.cancel()
    decoder.permits.release(2)
    await running
    await asyncio.sleep(0.01)
    assert told == []


async def test_a_ticket_tells_when_its_decoding_has_begun(gated: tuple[Gated, RecogniserPool]) -> None:
    decoder, pool = gated
    first, second = Ticket(), Ticket()
    audio = np.zeros(16, np.float32)
    tasks = [
        asyncio.create_task(pool.recognise(audio, expect=Expectation(), urgency=EAGER, ticket=ticket))
        for ticket in (first, second)
    ]
    await asyncio.sleep(0)
    assert (first.begun, second.begun) == (True, False)
    decoder.permits.release(2)
    await asyncio.gather(*tasks)
    assert second.begun
