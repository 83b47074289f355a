"""The phrase cache: speech that was synthesised once is not synthesised again.

Everything spoken is kept in memory, least recently used first out. Only warmed texts, which are fixed wording, are also
kept on disk: what is said to one caller holds names and numbers, and never outlives the process.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import tempfile
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from voicebot.errors import VoicebotError
from voicebot.speaking.speech import Speech, Synthesiser, WordTime

_LOG = logging.getLogger(__name__)
_MAGIC = b"vbspeech1\n"
_SUFFIX = ".speech"
_WORD_BYTES = 120

Progress = Callable[[int, int], None]
"""Called with texts done and texts in all."""


@dataclass(slots=True)
class CacheStats:
    """Counters since the cache was opened."""

    memory_hits: int = 0
    disk_hits: int = 0
    misses: int = 0
    corrupt: int = 0


def encode(speech: Speech) -> bytes:
    """Speech as a file: magic, one line of JSON with the text, words and checksum, then the samples."""
    head = {
        "text": speech.text,
        "words": [[word.word, word.start_ms, word.end_ms] for word in speech.words],
        "bytes": len(speech.pcm),
        "crc32": zlib.crc32(speech.pcm),
    }
    return _MAGIC + json.dumps(head, ensure_ascii=False).encode() + b"\n" + speech.pcm


def decode(raw: bytes, text: str) -> Speech:
    """Read what `encode` wrote.

    Raises:
        ValueError: truncated, damaged, of another version or of another text.
    """
    if not raw.startswith(_MAGIC):
        raise ValueError("not a speech file of this version")
    line, _, pcm = raw[len(_MAGIC) :].partition(b"\n")
    try:
        head = json.loads(line)
        words = tuple(WordTime(str(word), float(start), float(end)) for word, start, end in head["words"])
        sound = (head["bytes"], head["crc32"], head["text"]) == (len(pcm), zlib.crc32(pcm), text)
    except (KeyError, TypeError) as error:
        raise ValueError("damaged header") from error
    if not sound:
        raise ValueError("damaged samples")
    return Speech(text=text, pcm=pcm, words=words, cached=True)


class Memory:
    """Speech by text, bounded in bytes, least recently used first out. Pure."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._entries: OrderedDict[str, Speech] = OrderedDict()
        self.size = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, text: str) -> Speech | None:
        """The speech, which becomes the most recently used."""
        speech = self._entries.get(text)
        if speech is not None:
            self._entries.move_to_end(text)
        return speech

    def put(self, speech: Speech) -> None:
        """Keep it, unless it alone exceeds the bound."""
        old = self._entries.pop(speech.text, None)
        self.size -= _cost(old) if old else 0
        if _cost(speech) > self._max_bytes:
            return
        self._entries[speech.text] = replace(speech, cached=True)
        self.size += _cost(speech)
        while self.size > self._max_bytes:
            self.size -= _cost(self._entries.popitem(last=False)[1])


def _cost(speech: Speech) -> int:
    return len(speech.pcm) + len(speech.text) + _WORD_BYTES * len(speech.words)


class Disk:
    """Speech files of one voice. Blocking: use from one thread. Faults cost a synthesis, never an error."""

    def __init__(self, directory: Path, fingerprint: str, max_bytes: int) -> None:
        self._directory, self._fingerprint, self._max_bytes = directory, fingerprint, max_bytes
        self._sizes: OrderedDict[Path, int] = OrderedDict()
        self.corrupt = 0

    def open(self) -> None:
        """Make the directory and list what is there, oldest first; what exceeds the bound goes."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            found = [(path.stat(), path) for path in self._directory.glob("*" + _SUFFIX)]
        except OSError as error:
            _LOG.warning("the phrase cache is not readable: %s", error)
            return
        for stat, path in sorted(found, key=lambda item: item[0].st_mtime):
            self._sizes[path] = stat.st_size
        self._make_room(0)

    def get(self, text: str) -> Speech | None:
        """The speech kept for that text; a damaged file is removed."""
        path = self._path(text)
        if path not in self._sizes:
            return None
        try:
            return decode(path.read_bytes(), text)
        except (OSError, ValueError) as error:
            self.corrupt += 1
            _LOG.warning("a damaged phrase is made again: %s: %s", path.name, error)
            self._forget(path)
            return None

    def put(self, speech: Speech) -> None:
        """Write the file whole or not at all."""
        path, raw = self._path(speech.text), encode(speech)
        self._make_room(len(raw))
        try:
            handle, name = tempfile.mkstemp(dir=self._directory, suffix=".part")
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
            Path(name).replace(path)
        except OSError as error:
            _LOG.warning("a phrase was not kept on disk: %s", error)
            return
        self._sizes[path] = len(raw)

    def _path(self, text: str) -> Path:
        name = hashlib.sha256(f"{self._fingerprint}\0{text}".encode()).hexdigest()
        return self._directory / f"{name}{_SUFFIX}"

    def _make_room(self, needed: int) -> None:
        while self._sizes and sum(self._sizes.values()) + needed > self._max_bytes:
            self._forget(next(iter(self._sizes)))

    def _forget(self, path: Path) -> None:
        self._sizes.pop(path, None)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            _LOG.warning("a phrase was not removed: %s", error)


class PhraseCache:
    """A `Synthesiser` that remembers. `inner` must do equal texts asked for at once only once."""

    def __init__(self, inner: Synthesiser, memory: Memory, disk: Disk | None = None) -> None:
        self._inner, self._memory, self._disk = inner, memory, disk
        self._files = ThreadPoolExecutor(max_workers=1, thread_name_prefix="phrases")
        self.stats = CacheStats()

    async def open(self) -> None:
        """List the phrases on disk."""
        if self._disk:
            await asyncio.get_running_loop().run_in_executor(self._files, self._disk.open)

    def ready(self, text: str) -> Speech | None:
        """The speech, if it is in memory: then no task switch is needed to have it."""
        speech = self._memory.get(text)
        self.stats.memory_hits += speech is not None
        return speech

    async def synthesise(self, text: str, *, deadline: float | None = None) -> Speech:
        """See `Synthesiser`."""
        speech = self.ready(text)
        if speech is None:
            self.stats.misses += 1
            speech = await self._inner.synthesise(text, deadline=deadline)
            self._memory.put(speech)
        return speech

    async def warm(self, texts: Iterable[str], progress: Progress | None = None) -> int:
        """Have fixed wording ready before it is needed; returns how many texts were synthesised for it.

        One text at a time, as background work. A text that cannot be spoken is logged and passed over.
        """
        wanted = list(dict.fromkeys(texts))
        made = 0
        for done, text in enumerate(wanted, start=1):
            try:
                made += await self._warm(text)
            except VoicebotError as error:
                _LOG.warning("a phrase of %d characters was not prepared: %s", len(text), error)
            if progress:
                progress(done, len(wanted))
        return made

    async def _warm(self, text: str) -> bool:
        loop = asyncio.get_running_loop()
        if self._disk:
            kept = await loop.run_in_executor(self._files, self._disk.get, text)
            self.stats.corrupt = self._disk.corrupt
            if kept:
                self.stats.disk_hits += 1
                self._memory.put(kept)
                return False
        known = self._memory.get(text)
        speech = known or await self._inner.synthesise(text)
        self._memory.put(speech)
        if self._disk:
            await loop.run_in_executor(self._files, self._disk.put, speech)
        return known is None

    def close(self) -> None:
        """End the file thread once its writes are done."""
        self._files.shutdown(wait=True)
