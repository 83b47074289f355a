from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from voicebot.records.writer import BatchWriter, RejectedError


class Disk:
    """Takes batches; can be made to fail, to refuse certain items, or to hold still."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.failures_left = 0
        self.poison: set[int] = set()
        self.free = threading.Event()
        self.free.set()

    def write(self, batch: Sequence[int]) -> None:
        self.free.wait(5)
        if self.failures_left:
            self.failures_left -= 1
            raise OSError("disk full")
        if self.poison & set(batch):
            raise RejectedError("cannot be stored")
        self.batches.append(list(batch))

    @property
    def items(self) -> list[int]:
        return [item for batch in self.batches for item in batch]


def writer_on(disk: Disk, *, every_ms: int = 10, limit: int = 100_000) -> BatchWriter[int]:
    return BatchWriter(disk.write, every_ms=every_ms, limit=limit, name="test-writer")


def test_items_are_written_in_order_and_in_batches() -> None:
    disk = Disk()
    writer = writer_on(disk, every_ms=10_000)
    for item in range(5_000):
        writer.put(item)
    assert writer.flush(5)
    assert disk.items == list(range(5_000))
    assert len(disk.batches) < 20
    assert writer.close(5)


def test_flush_does_not_wait_for_the_batch_to_be_due() -> None:
    disk = Disk()
    writer = writer_on(disk, every_ms=3_600_000)
    writer.put(1)
    assert writer.flush(5)
    assert disk.items == [1]
    assert writer.close(5)


def test_without_flush_a_batch_is_written_when_it_is_due() -> None:
    disk = Disk()
    written = threading.Event()
    take = disk.write

    def write(batch: Sequence[int]) -> None:
        take(batch)
        written.set()

    writer = BatchWriter(write, every_ms=1, limit=10, name="test-writer")
    writer.put(7)
    assert written.wait(5)
    assert writer.close(5)
    assert disk.items == [7]


def test_faults_are_counted_and_the_backlog_is_written_after_recovery() -> None:
    disk = Disk()
    disk.failures_left = 2
    writer = writer_on(disk)
    for item in range(10):
        writer.put(item)
    assert writer.flush(10)
    assert disk.items == list(range(10))
    counts = writer.counts
    assert (counts.faults, counts.written, counts.waiting, counts.rejected) == (2, 10, 0, 0)
    assert writer.close(5)


def test_an_item_that_can_never_be_written_is_left_out_alone() -> None:
    disk = Disk()
    disk.poison = {3}
    writer = writer_on(disk, every_ms=10_000)
    for item in range(8):
        writer.put(item)
    assert writer.flush(5)
    assert disk.items == [0, 1, 2, 4, 5, 6, 7]
    assert (writer.counts.rejected, writer.counts.written) == (1, 7)
    assert writer.close(5)


def test_more_than_the_limit_is_refused() -> None:
    disk = Disk()
    disk.free.clear()
    writer = writer_on(disk, limit=3)
    assert [writer.put(item) for item in range(5)] == [True, True, True, False, False]
    assert writer.counts.refused == 2
    disk.free.set()
    assert writer.close(5)
    assert disk.items == [0, 1, 2]


def test_close_writes_what_waits_and_takes_no_more() -> None:
    disk = Disk()
    writer = writer_on(disk, every_ms=3_600_000)
    writer.put(1)
    assert writer.close(5)
    assert disk.items == [1]
    assert not writer.put(2)


def test_a_broken_disk_does_not_hold_the_exit_up(caplog: pytest.LogCaptureFixture) -> None:
    disk = Disk()
    disk.failures_left = 1_000_000
    writer = writer_on(disk, every_ms=1)
    writer.put(1)
    assert not writer.flush(0.05)
    assert not writer.close(5)
    assert "disk full" in caplog.text
