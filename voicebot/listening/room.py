"""Everything that calls share in order to be heard, loaded once and warm."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from voicebot import weights
from voicebot.listening.familiar_words import familiar_words
from voicebot.listening.narrow import narrowed
from voicebot.listening.pool import RecogniserPool
from voicebot.listening.recognition import Recogniser
from voicebot.listening.settings import ListeningSettings
from voicebot.listening.turn_model import SmartTurn, TurnModel
from voicebot.listening.vad import WINDOW_SAMPLES, Silero, SileroState, VoiceActivity, VoiceDetector
from voicebot.listening.whisper import WhisperDecoder


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """The shared parts; `voice_activity()` makes what a call owns."""

    settings: ListeningSettings
    recogniser: Recogniser
    turn_model: TurnModel
    voice_activity: Callable[[], VoiceDetector]
    closing: tuple[Callable[[], Coroutine[Any, Any, None]], ...] = ()

    async def close(self) -> None:
        """End the pools' threads. Idempotent."""
        for close in self.closing:
            await close()


async def open_listening(settings: ListeningSettings, cache_dir: Path, *, language: str = "en") -> Listening:
    """Load and warm all models of the ears, outside the event loop. `language` is ISO 639-1.

    Raises:
        ModelError: a model is missing, corrupt or of the wrong kind.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="loading") as loading:
        loop = asyncio.get_running_loop()
        decoder, silero, smart_turn = await loop.run_in_executor(loading, _load, settings, cache_dir, language)
    pool = RecogniserPool(decoder, workers=settings.workers, max_waiting=settings.max_waiting)
    return Listening(
        settings=settings,
        recogniser=pool,
        turn_model=smart_turn,
        voice_activity=functools.partial(VoiceActivity, silero),
        closing=(pool.close, smart_turn.close),
    )


def _load(settings: ListeningSettings, cache_dir: Path, language: str) -> tuple[WhisperDecoder, Silero, SmartTurn]:
    silero = Silero(weights.silero(settings.voice_activity_model))
    silero.probability(np.zeros(WINDOW_SAMPLES, np.float32), SileroState.fresh())
    smart_turn = SmartTurn(weights.smart_turn(settings.turn_model))
    smart_turn.judge(np.zeros(16_000, np.float32))
    return _load_decoder(settings, cache_dir, language), silero, smart_turn


def _load_decoder(settings: ListeningSettings, cache_dir: Path, language: str) -> WhisperDecoder:
    model = weights.whisper(settings.model, cache_dir)
    decoder = WhisperDecoder(
        narrowed(model, cache_dir) if language == "en" else model,
        threads=settings.threads,
        workers=settings.workers,
        compute_type=settings.compute_type,
        language=language,
        familiar=familiar_words(cache_dir) if language == "en" else None,
    )
    decoder.warm()
    return decoder
