"""The watch, looked through by hand: no clock, no model."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import versions_bench as bench

from voicebot.errors import VoicebotError
from voicebot.versions.contents import Folders, content_id, files
from voicebot.versions.editions import Edition, Editions
from voicebot.versions.store import VersionStore
from voicebot.versions.watch import VersionWatch


@asynccontextmanager
async def opened(watch: VersionWatch) -> AsyncIterator[tuple[VersionWatch, Editions]]:
    try:
        yield watch, await watch.open()
    finally:
        await watch.close()


def name(editions: Editions, call: str = "a") -> object:
    return editions.offer.for_call(call).engine.flows.shop["name"]


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


async def test_without_a_publication_the_configured_folders_are_live(data: Path, folders: Folders) -> None:
    async with opened(bench.watch(data, folders)) as (watch, editions):
        assert editions.offer.live.id == content_id(files(folders))
        assert watch.folders == folders
        bench.rename(folders, "Elm Street")
        await watch.look()
        assert name(editions) == "Harbour Lane"


async def test_the_configured_folders_are_followed_when_asked(
    data: Path, folders: Folders, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(bench.watch(data, folders, watch_folders=True)) as (watch, editions):
        bench.rename(folders, "Elm Street")
        await watch.look()
        assert name(editions) == "Elm Street"
        bench.spoil(folders)
        await watch.look()
        assert name(editions) == "Elm Street"
        assert "broken.yaml:1: F001" in errors(caplog)[0]


async def test_what_is_published_goes_before_the_folders(data: Path, folders: Folders, store: VersionStore) -> None:
    id_ = bench.publish(store, folders)
    bench.rename(folders, "Elm Street")
    async with opened(bench.watch(data, folders, watch_folders=True)) as (watch, editions):
        assert (editions.offer.live.id, name(editions)) == (id_, "Harbour Lane")
        assert watch.folders == store.place(id_)
        await watch.look()
        assert name(editions) == "Harbour Lane"


async def test_what_is_published_can_be_left_alone(folders: Folders, store: VersionStore) -> None:
    bench.publish(store, folders)
    bench.rename(folders, "Elm Street")
    async with opened(VersionWatch(None, folders, train=bench.Silent)) as (watch, editions):
        await watch.look()
        assert name(editions) == "Elm Street"


async def test_publish_roll_back_and_a_candidate(data: Path, folders: Folders, store: VersionStore) -> None:
    async with opened(bench.watch(data, folders)) as (watch, editions):
        first = bench.publish(store, folders)
        await watch.look()
        bench.rename(folders, "Elm Street")
        second = bench.publish(store, folders)
        await watch.look()
        assert editions.offer.live.id == second
        store.change(lambda now: now.rolled_back(at=bench.AT))
        await watch.look()
        assert editions.offer.live.id == first
        store.change(lambda now: now.tried(second, 50, at=bench.AT))
        await watch.look()
        assert {editions.offer.for_call(f"call-{n}").id for n in range(40)} == {first, second}
        candidate = editions.offer.candidate
        store.change(lambda now: now.promoted(at=bench.AT))
        await watch.look()
        assert editions.offer.live is candidate, "what is loaded is not loaded again"
        assert editions.offer.candidate is None


async def test_a_version_that_vanished_keeps_the_last_good_one(
    data: Path, folders: Folders, store: VersionStore, caplog: pytest.LogCaptureFixture
) -> None:
    bench.publish(store, folders)
    async with opened(bench.watch(data, folders)) as (watch, editions):
        bench.rename(folders, "Elm Street")
        id_ = bench.publish(store, folders)
        away = shutil.move(store.folder / id_, data / "away")
        await watch.look()
        await watch.look()
        assert name(editions) == "Harbour Lane"
        assert len(errors(caplog)) == 1, "told once"
        assert f"version {id_} is not there" in errors(caplog)[0]
        shutil.move(away, store.folder / id_)
        for _ in range(30):
            await watch.look()
        assert name(editions) == "Elm Street"


async def test_a_damaged_version_or_list_keeps_the_last_good_one(
    data: Path, folders: Folders, store: VersionStore, caplog: pytest.LogCaptureFixture
) -> None:
    first = bench.publish(store, folders)
    async with opened(bench.watch(data, folders)) as (watch, editions):
        bench.rename(folders, "Elm Street")
        id_ = bench.publish(store, folders)
        (store.folder / id_ / "policies" / "more.yaml").write_text("", "utf-8")
        await watch.look()
        (store.folder / "current.json").write_text("{", "utf-8")
        await watch.look()
        assert editions.offer.live.id == first
        damaged, unreadable = errors(caplog)
        assert "is damaged" in damaged
        assert "current.json" in unreadable


async def test_a_damaged_candidate_takes_no_calls(
    data: Path, folders: Folders, store: VersionStore, caplog: pytest.LogCaptureFixture
) -> None:
    first = bench.publish(store, folders)
    bench.rename(folders, "Elm Street")
    tried = bench.publish(store, folders, percent=99)
    shutil.rmtree(store.folder / tried)
    async with opened(bench.watch(data, folders)) as (watch, editions):
        await watch.look()
        assert {editions.offer.for_call(f"call-{n}").id for n in range(40)} == {first}
        assert "no call takes the candidate" in errors(caplog)[0]


async def test_a_start_takes_the_version_before_a_damaged_one(
    data: Path, folders: Folders, store: VersionStore, caplog: pytest.LogCaptureFixture
) -> None:
    first = bench.publish(store, folders)
    bench.rename(folders, "Elm Street")
    shutil.rmtree(store.folder / bench.publish(store, folders))
    async with opened(bench.watch(data, folders)) as (_, editions):
        assert editions.offer.live.id == first
        assert "is live instead" in errors(caplog)[-1]
    shutil.rmtree(store.folder / first)
    with pytest.raises(VoicebotError, match="not there"):
        async with opened(bench.watch(data, folders)):
            pass


async def test_calls_stay_where_they_are(data: Path, folders: Folders, store: VersionStore) -> None:
    bench.publish(store, folders)
    async with opened(bench.watch(data, folders)) as (watch, editions):
        mine = editions.enter("a")
        bench.rename(folders, "Elm Street")
        bench.publish(store, folders)
        await watch.look()
        assert mine.engine.flows.shop["name"] == "Harbour Lane"
        assert editions.enter("b").engine.flows.shop["name"] == "Elm Street"


async def test_an_edition_is_made_ready_before_calls_take_it_and_faults_there_do_not_stop_it(
    data: Path, folders: Folders, store: VersionStore
) -> None:
    live_then: list[str] = []

    async def prepare(edition: Edition) -> None:
        live_then.append(editions.offer.live.id)
        raise OSError

    watch = VersionWatch(store, folders, train=bench.Silent, prepare=prepare)
    async with opened(watch) as (_, editions):
        before = editions.offer.live.id
        bench.rename(folders, "Elm Street")
        bench.publish(store, folders)
        await watch.look()
        assert live_then == [before]
        assert name(editions) == "Elm Street"


async def test_the_watch_notices_by_itself(data: Path, folders: Folders, store: VersionStore) -> None:
    async with opened(bench.watch(data, folders)) as (watch, editions):
        following = asyncio.create_task(watch.follow(every_s=0.001))
        bench.rename(folders, "Elm Street")
        bench.publish(store, folders)
        for _ in range(2000):
            if name(editions) == "Elm Street":
                break
            await asyncio.sleep(0.01)
        following.cancel()
        assert name(editions) == "Elm Street"
