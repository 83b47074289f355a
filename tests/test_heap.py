from __future__ import annotations

import asyncio
import gc

import pytest

from voicebot import heap


def test_what_is_loaded_is_left_alone_by_the_collector_until_the_end() -> None:
    before = gc.get_freeze_count()
    with heap.settled():
        assert gc.get_freeze_count() > max(before, 1000)
    assert gc.get_freeze_count() == 0


def test_the_heap_is_bounded_and_measured() -> None:
    assert heap.bound()
    assert 10 < (heap.resident_mb() or 0) < 100_000
    assert heap.resident_mb(2**22 + 1) is None


@pytest.mark.parametrize(("grown_mb", "times"), [(63.0, 0), (65.0, 1)])
async def test_memory_is_given_back_only_when_there_is_much_of_it(
    monkeypatch: pytest.MonkeyPatch, grown_mb: float, times: int
) -> None:
    sizes = iter([500.0])
    monkeypatch.setattr(heap, "resident_mb", lambda: next(sizes, 500.0 + grown_mb))
    count: list[None] = []
    monkeypatch.setattr(heap, "trim", lambda: count.append(None))
    keeping = asyncio.create_task(heap.keep_small(every_s=0.001))
    for _ in range(20):
        await asyncio.sleep(0.002)
    keeping.cancel()
    assert len(count) == times
