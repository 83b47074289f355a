"""Versions in a server that runs: its own watch, its own interpreter, conversations by text."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import versions_bench as bench

from voicebot.call.house import House
from voicebot.call.text import TextCall
from voicebot.config import ServerSettings, Settings
from voicebot.dialogue.settings import DialogueSettings
from voicebot.errors import VoicebotError
from voicebot.oms.settings import OmsSettings
from voicebot.records.events.call import CallStarted
from voicebot.server import open_house
from voicebot.versions.contents import Folders
from voicebot.versions.pointers import share
from voicebot.versions.store import VersionStore

pytestmark = pytest.mark.model

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
async def house(folders: Folders, prepared_data: Path) -> AsyncIterator[House]:
    settings = Settings(
        server=ServerSettings(data_dir=prepared_data),
        dialogue=DialogueSettings(flows=folders.flows, policies=folders.policies),
        oms=OmsSettings(url=NOBODY),
    )
    async with open_house(settings, voice=False, progress=lambda _: None) as opened:
        yield opened


async def until(reached: Callable[[], bool]) -> None:
    for _ in range(3000):
        if reached():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the server did not switch")


async def greeting(call: TextCall) -> str:
    said: list[str] = (await call.open())["say"]
    return said[0]


def version(house: House, call_id: str) -> str:
    """As the event log has it."""
    assert house.store.flush(timeout_s=20)
    return next(r.event.flows_version for r in house.store.records(call_id) if isinstance(r.event, CallStarted))


async def test_a_call_keeps_its_version_and_the_next_one_takes_the_new_one(
    house: House, folders: Folders, store: VersionStore
) -> None:
    first = bench.publish(store, folders)
    a = TextCall(house, call_id="a", caller=None)
    assert await greeting(a) == "Welcome to Harbour Lane."

    bench.rename(folders, "Elm Street")
    main = folders.flows / "main.yaml"
    main.write_text(main.read_text("utf-8").replace("How can I help you?", "What is it?"), "utf-8")
    second = bench.publish(store, folders)
    await until(lambda: house.editions.offer.live.id == second)

    b = TextCall(house, call_id="b", caller=None)
    assert await greeting(b) == "Welcome to Elm Street."
    assert (await a.say("I want to speak to an agent"))["say"][-1] == "How can I help you?"
    assert (await b.say("I want to speak to an agent"))["say"][-1] == "What is it?"
    assert house.editions.running() == {first: 1, second: 1}
    await a.close()
    await b.close()
    assert (version(house, "a"), version(house, "b")) == (first, second)
    assert house.editions.running() == {}

    store.change(lambda now: now.rolled_back(at=bench.AT))
    await until(lambda: house.editions.offer.live.id == first)
    c = TextCall(house, call_id="c", caller=None)
    assert await greeting(c) == "Welcome to Harbour Lane."
    await c.close()


async def test_half_of_the_calls_take_the_candidate_by_their_ids(
    house: House, folders: Folders, store: VersionStore
) -> None:
    live = bench.publish(store, folders)
    bench.rename(folders, "Elm Street")
    tried = bench.publish(store, folders, percent=50)
    await until(lambda: house.editions.offer.candidate is not None)
    expected = {f"call-{number}": tried if share(f"call-{number}") < 50 else live for number in range(12)}
    assert set(expected.values()) == {live, tried}
    for call_id, id_ in expected.items():
        call = TextCall(house, call_id=call_id, caller=None)
        assert await greeting(call) == f"Welcome to {'Elm Street' if id_ == tried else 'Harbour Lane'}."
        await call.close()
    assert {call_id: version(house, call_id) for call_id in expected} == expected


async def test_what_is_broken_or_vanished_changes_nothing(
    house: House, folders: Folders, store: VersionStore, caplog: pytest.LogCaptureFixture
) -> None:
    first = bench.publish(store, folders)
    await until(lambda: house.editions.offer.live.id == first)
    bench.rename(folders, "Elm Street")
    bench.spoil(folders)
    with pytest.raises(VoicebotError, match="F001"):
        bench.publish(store, folders)
    (folders.flows / "broken.yaml").unlink()

    second = store.keep(folders).id
    shutil.rmtree(store.folder / second)
    store.change(lambda now: now.published(second, at=bench.AT))
    await until(lambda: f"version {second} is not there" in caplog.text)
    call = TextCall(house, call_id="d", caller=None)
    assert await greeting(call) == "Welcome to Harbour Lane."
    await call.close()
