"""Old labels are deleted by the server's daily round, though nobody wants a new one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from label_fakes import PDF, Maker
from write_fakes import Backend, write_desk

from voicebot import server
from voicebot.config import Settings
from voicebot.handoff.desk import HandoffDesk
from voicebot.oms.labels.desk import LabelDesk
from voicebot.oms.labels.maker import Label
from voicebot.oms.labels.shelf import Shelf
from voicebot.records.store import open_store

MONTH_S = 30 * 86_400.0


class Place:
    """What the round is about, with a shelf whose time is `now`."""

    def __init__(self, data_dir: Path) -> None:
        self.now = 1_800_000_000.0
        self.folder = data_dir / "labels"
        self.shelf = Shelf(self.folder, "https://calls.shop.example", keep_days=30, wall_s=lambda: self.now)
        self.house: Any = None

    async def put(self) -> str:
        label = Label(tracking_number="T-1", content=PDF, suffix="pdf")
        return (await self.shelf.put(label)).rpartition("/")[2]

    async def until(self, *kept: str) -> None:
        async with asyncio.timeout(10):
            while {path.name for path in self.folder.iterdir()} != set(kept):  # noqa: ASYNC110 - of another thread
                await asyncio.sleep(0.01)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    made = Place(tmp_path)
    store = open_store(tmp_path)
    labels = LabelDesk(Maker(), made.shelf, timeout_s=5)
    with write_desk(tmp_path, Backend(), labels=labels) as writes:
        made.house = SimpleNamespace(store=store, handoff=HandoffDesk(store), data_dir=tmp_path, writes=writes)
        yield made
    store.close()
    made.shelf.close()


async def test_each_round_deletes_old_labels(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "RETENTION_EVERY_S", 0.01)
    await place.put()
    place.now += MONTH_S
    young = await place.put()
    rounds = asyncio.create_task(server._keep_retention(place.house, Settings()))
    await place.until(young)
    place.now += MONTH_S
    await place.until()
    rounds.cancel()
    await asyncio.gather(rounds, return_exceptions=True)


async def test_a_fault_elsewhere_keeps_no_label(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: object) -> int:
        raise OSError("the disk is full")

    monkeypatch.setattr(place.house.writes.ledger, "forget", fails)
    await place.put()
    place.now += MONTH_S
    rounds = asyncio.create_task(server._keep_retention(place.house, Settings()))
    await place.until()
    rounds.cancel()
    await asyncio.gather(rounds, return_exceptions=True)
