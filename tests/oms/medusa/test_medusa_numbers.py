from __future__ import annotations

import logging

import httpx
import pytest
from medusa_fake import FakeShop, Json

from voicebot.oms.connectors.medusa import numbers
from voicebot.oms.connectors.medusa.numbers import RecentNumbers


class Book:
    def __init__(self, last: int) -> None:
        self.last = last
        self.rows: list[int] = []

    def __call__(self, request: httpx.Request) -> Json:
        offset, limit = int(request.url.params["offset"]), int(request.url.params["limit"])
        every = range(self.last, 1000, -1)[offset : offset + limit]
        self.rows.append(len(every))
        return {"orders": [{"display_id": n, "custom_display_id": None} for n in every], "count": self.last}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "_PAUSE_S", 0.0)


def recent(book: Book, cap: int = 10_000) -> RecentNumbers:
    return RecentNumbers(FakeShop({"GET orders": book}).session(), cap=cap, every_s=60)


async def test_a_misheard_number_brings_the_one_that_exists() -> None:
    known = recent(Book(1300))
    assert await known.refresh() == 300
    assert known.nearest("1295", 3)[0] == "1295"
    assert "1300" in known.nearest("1390", 5)


async def test_only_what_is_new_is_read_again() -> None:
    book = Book(1900)
    known = recent(book)
    await known.refresh()
    book.last, book.rows = 1903, []
    assert await known.refresh() == 3
    assert book.rows == [20]
    assert "1903" in known.nearest("1903", 1)


async def test_many_new_ones_leave_no_gap() -> None:
    book = Book(1100)
    known = recent(book)
    await known.refresh()
    book.last = 1170
    assert await known.refresh() == 70
    assert known.nearest("1125", 1) == ("1125",)


async def test_the_cap_keeps_the_latest_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    book = Book(1500)
    known = recent(book, cap=300)
    await known.refresh()
    assert len(known) == 300
    book.last = 1600
    with caplog.at_level(logging.WARNING):
        await known.refresh()
    assert len(known) == 300
    assert known.nearest("1600", 1) == ("1600",)
    assert known.nearest("1210", 1) != ("1210",)
    assert "the 300 latest order numbers" in caplog.text


async def test_without_a_cap_nothing_is_read() -> None:
    known = recent(Book(1100), cap=0)
    known.start()
    assert (await known.refresh(), known.nearest("1001", 5)) == (0, ())
    await known.stop()
