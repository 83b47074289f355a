from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.errors import ModelError
from voicebot.speaking.cache import Disk, Memory, PhraseCache, decode, encode
from voicebot.speaking.speech import Speech, WordTime


def speech(text: str, samples: int = 100) -> Speech:
    return Speech(
        text=text, pcm=bytes(range(200))[: samples * 2].ljust(samples * 2, b"\1"), words=(WordTime("a", 1, 2),)
    )


def files(directory: Path) -> list[Path]:
    return list(directory.iterdir())


@dataclass
class FakeVoice:
    said: list[str] = field(default_factory=list)
    broken: frozenset[str] = frozenset()

    async def synthesise(self, text: str, *, deadline: float | None = None) -> Speech:
        await asyncio.sleep(0)
        self.said.append(text)
        if text in self.broken:
            raise ModelError("cannot")
        return speech(text)


# --- the file form ---


@given(st.text(), st.binary(max_size=200), st.lists(st.tuples(st.text(), st.floats(0, 1e6), st.floats(0, 1e6))))
def test_files_give_back_what_was_written(text: str, pcm: bytes, words: list[tuple[str, float, float]]) -> None:
    written = Speech(text=text, pcm=pcm, words=tuple(WordTime(*word) for word in words))
    read = decode(encode(written), text)
    assert (read.text, read.pcm, read.words, read.cached) == (text, pcm, written.words, True)


@given(st.data())
def test_damaged_files_are_refused_or_read_right(data: st.DataObject) -> None:
    raw = bytearray(encode(speech("hello")))
    at = data.draw(st.integers(0, len(raw) - 1))
    how = data.draw(st.sampled_from(["cut", "flip"]))
    if how == "cut":
        del raw[at:]
    else:
        raw[at] ^= data.draw(st.integers(1, 255))
    try:
        read = decode(bytes(raw), "hello")
    except ValueError:
        return
    assert read.pcm == speech("hello").pcm


def test_a_file_of_another_text_is_refused() -> None:
    with pytest.raises(ValueError, match="damaged"):
        decode(encode(speech("hello")), "goodbye")


# --- memory ---


def test_memory_forgets_the_least_recently_used() -> None:
    memory = Memory(max_bytes=3 * 330)
    for text in "abc":
        memory.put(speech(text))
    assert memory.get("a") is not None
    memory.put(speech("d"))
    assert [text for text in "abcd" if memory.get(text)] == ["a", "c", "d"]


def test_memory_is_bounded_in_bytes() -> None:
    memory = Memory(max_bytes=1000)
    for number in range(50):
        memory.put(speech(str(number), samples=number))
        assert memory.size <= 1000
    memory.put(speech("huge", samples=10_000))
    assert memory.get("huge") is None
    assert len(memory) > 0


def test_putting_the_same_text_twice_counts_once() -> None:
    memory = Memory(max_bytes=10_000)
    memory.put(speech("a"))
    size = memory.size
    memory.put(speech("a"))
    assert memory.size == size


# --- the cache ---


@pytest.fixture
def voice() -> FakeVoice:
    return FakeVoice()


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    made = Disk(tmp_path, "voice-1", 100_000)
    made.open()
    return made


@pytest.fixture
def cache(voice: FakeVoice, disk: Disk) -> Iterator[PhraseCache]:
    made = PhraseCache(voice, Memory(100_000), disk)
    yield made
    made.close()


async def test_the_second_time_comes_from_memory(cache: PhraseCache, voice: FakeVoice) -> None:
    first = await cache.synthesise("hello")
    second = await cache.synthesise("hello")
    assert (first.cached, second.cached) == (False, True)
    assert first.pcm == second.pcm
    assert voice.said == ["hello"]
    ready = cache.ready("hello")
    assert ready is not None
    assert cache.ready("other") is None


async def test_live_speech_never_reaches_the_disk(cache: PhraseCache, tmp_path: Path) -> None:
    await cache.synthesise("your order four four eight")
    assert files(tmp_path) == []


async def test_warmed_phrases_survive_the_process(cache: PhraseCache, voice: FakeVoice, tmp_path: Path) -> None:
    progress: list[tuple[int, int]] = []
    assert await cache.warm(["a", "b", "a"], lambda done, total: progress.append((done, total))) == 2
    assert progress == [(1, 2), (2, 2)]
    again_voice = FakeVoice()
    again = PhraseCache(again_voice, Memory(100_000), Disk(tmp_path, "voice-1", 100_000))
    await again.open()
    assert await again.warm(["a", "b"]) == 0
    assert (await again.synthesise("a")).cached
    assert again_voice.said == []
    again.close()


async def test_another_voice_does_not_take_this_ones_phrases(cache: PhraseCache, tmp_path: Path) -> None:
    await cache.warm(["a"])
    other_voice = FakeVoice()
    other = PhraseCache(other_voice, Memory(100_000), Disk(tmp_path, "voice-2", 100_000))
    await other.open()
    await other.warm(["a"])
    assert other_voice.said == ["a"]
    other.close()


async def test_a_damaged_file_is_made_again(voice: FakeVoice, tmp_path: Path, cache: PhraseCache) -> None:
    await cache.warm(["a"])
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes()[:-3])
    fresh = PhraseCache(voice, Memory(100_000), Disk(tmp_path, "voice-1", 100_000))
    await fresh.open()
    assert await fresh.warm(["a"]) == 1
    assert fresh.stats.corrupt == 1
    assert decode(path.read_bytes(), "a").pcm == speech("a").pcm
    fresh.close()


async def test_a_phrase_that_cannot_be_spoken_is_passed_over(cache: PhraseCache, voice: FakeVoice) -> None:
    voice.broken = frozenset({"b"})
    assert await cache.warm(["a", "b", "c"]) == 2
    with pytest.raises(ModelError):
        await cache.synthesise("b")


async def test_the_disk_is_bounded(tmp_path: Path) -> None:
    disk = Disk(tmp_path, "v", 1200)
    disk.open()
    for number in range(10):
        disk.put(speech(f"text {number}"))
    assert sum(path.stat().st_size for path in files(tmp_path)) <= 1200
    assert disk.get("text 9") is not None
    assert disk.get("text 0") is None


async def test_a_directory_that_cannot_be_used_costs_only_the_persistence(voice: FakeVoice, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    cache = PhraseCache(voice, Memory(100_000), Disk(blocked, "v", 1000))
    await cache.open()
    assert await cache.warm(["a"]) == 1
    assert (await cache.synthesise("a")).cached
    cache.close()
