from __future__ import annotations

import asyncio

from voicebot.call.decodings import Decodings
from voicebot.listening.recognition import Ticket, Urgency


def work() -> asyncio.Task[None]:
    async def wait() -> None:
        await asyncio.Event().wait()

    return asyncio.create_task(wait())


async def settled(*tasks: asyncio.Task[None]) -> list[bool]:
    """Which of them were cancelled; the others are, now."""
    await asyncio.sleep(0)
    found = [task.cancelled() for task in tasks]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return found


async def test_all_the_speech_so_far_makes_partials_superfluous() -> None:
    decodings, partial, eager = Decodings(), work(), work()
    decodings.add(Urgency.PARTIAL, partial, Ticket())
    decodings.add(Urgency.EAGER, eager, Ticket())
    assert await settled(partial, eager) == [True, False]


async def test_of_eager_ones_that_wait_only_the_latest_is_of_use() -> None:
    decodings, running, waiting, latest = Decodings(), work(), work(), work()
    decodings.add(Urgency.EAGER, running, Ticket(begun=True))
    decodings.add(Urgency.EAGER, waiting, Ticket())
    decodings.add(Urgency.EAGER, latest, Ticket())
    assert await settled(running, waiting, latest) == [False, True, False]


async def test_a_caller_who_goes_on_needs_no_decoding_that_has_not_begun() -> None:
    decodings, running, waiting = Decodings(), work(), work()
    decodings.add(Urgency.EAGER, running, Ticket(begun=True))
    decodings.add(Urgency.EAGER, waiting, Ticket())
    decodings.drop_eager()
    assert await settled(running, waiting) == [False, True]


async def test_the_last_decoding_of_a_turn_is_never_dropped() -> None:
    decodings, final = Decodings(), work()
    decodings.add(Urgency.FINAL, final, Ticket())
    decodings.drop_eager()
    assert await settled(final) == [False]
