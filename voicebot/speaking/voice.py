"""Open the shared voice: model, pool and phrase cache."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from voicebot import weights
from voicebot.speaking import piper
from voicebot.speaking.cache import Disk, Memory, PhraseCache, Progress
from voicebot.speaking.lexicon import EMPTY, Lexicon
from voicebot.speaking.piper import PiperSynthesiser
from voicebot.speaking.pool import DeadlinePool
from voicebot.speaking.settings import SpeakingSettings
from voicebot.speaking.speech import Speech

_MB = 1_000_000


class Speaking:
    """The voice of all calls.

    Attributes:
        voice: the synthesiser to use; it remembers what it said.
        pool: the threads behind it, for figures.
        lexicon: how names are said, for whoever cuts wording into clauses.
    """

    def __init__(
        self, voice: PhraseCache, pool: DeadlinePool[Speech], settings: SpeakingSettings, lexicon: Lexicon = EMPTY
    ) -> None:
        self.voice = voice
        self.pool = pool
        self.settings = settings
        self.lexicon = lexicon

    async def warm(self, texts: Iterable[str], progress: Progress | None = None) -> int:
        """Prepare fixed wording (spoken text of clauses); returns how many had to be synthesised."""
        return await self.voice.warm(texts, progress)

    async def close(self) -> None:
        """Drop what waits and end the threads."""
        self.pool.close()
        self.voice.close()


async def open_speaking(settings: SpeakingSettings, cache_dir: Path, *, lexicon: Lexicon = EMPTY) -> Speaking:
    """Load and warm the voice. Phrases are kept under `cache_dir`.

    Raises:
        ModelError: the voice is missing, corrupt or not a Piper voice.
        LexiconError: the lexicon asks for sounds that the voice does not have.
    """
    pool: DeadlinePool[Speech] = DeadlinePool("speaking", workers=settings.workers, max_waiting=settings.max_waiting)
    try:
        model = await pool.prepare(lambda: piper.load(weights.piper_voice(settings.voice), settings, lexicon))
        disk = Disk(cache_dir / "phrases", model.fingerprint, settings.cache_disk_mb * _MB)
        voice = PhraseCache(PiperSynthesiser(model, pool), Memory(settings.cache_memory_mb * _MB), disk)
        await voice.open()
    except BaseException:
        pool.close()
        raise
    return Speaking(voice, pool, settings, lexicon)
