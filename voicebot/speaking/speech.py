"""Synthesised speech, and the boundary behind which a synthesiser sits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

#: All audio inside the house: 16 kHz, mono, 16-bit little-endian.
SAMPLE_RATE_HZ = 16_000


@dataclass(frozen=True, slots=True)
class WordTime:
    """A word and when it begins and ends, in milliseconds from the start of the speech."""

    word: str
    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Audio of one clause or sentence: `pcm` is 16 kHz mono int16 bytes."""

    text: str
    pcm: bytes
    words: tuple[WordTime, ...] = ()
    cached: bool = False

    @property
    def ms(self) -> float:
        return len(self.pcm) / 2 / SAMPLE_RATE_HZ * 1000


class Synthesiser(Protocol):
    """A shared voice. Calls may overlap; work is ordered by deadline and runs in the pool's own threads."""

    async def synthesise(self, text: str, *, deadline: float | None = None) -> Speech:
        """Speak `text` (already verbalised). `deadline` is loop time; None is background work (cache warming).

        Raises:
            ModelError: the voice cannot speak it.
            asyncio.CancelledError: cancelled work is dropped from the queue.
        """
        ...
