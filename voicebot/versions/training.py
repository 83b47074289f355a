"""What understands the callers of each version: one sentence encoder for all of them, a classifier for each."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from voicebot import weights
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.interpreter import load_interpreter
from voicebot.dialogue.remote import with_remote
from voicebot.dialogue.sentences import SentenceEncoder, open_encoder
from voicebot.dialogue.settings import DialogueSettings
from voicebot.versions.editions import ClosableInterpreter


class Trainer:
    """Makes interpreters; blocking, some seconds when the flows' examples are new."""

    def __init__(self, encoder: SentenceEncoder, cache_dir: Path, settings: DialogueSettings) -> None:
        self._encoder, self._cache_dir, self._settings = encoder, cache_dir, settings

    def __call__(self, flows: FlowSet) -> ClosableInterpreter:
        """The interpreter that the settings ask for, ready.

        Raises:
            ModelError: the sentence model is missing or corrupt.
            ConfigError: the remote interpreter's settings do not fit together.
        """
        # The classifier is trained with an encoder of its own, in threads as humble as this one, and kept in the
        # cache; that of the calls is not kept busy.
        load_interpreter(flows, self._cache_dir, self._settings)
        local = load_interpreter(flows, self._cache_dir, self._settings, self._encoder)
        return with_remote(local, self._settings)


async def open_trainer(cache_dir: Path, settings: DialogueSettings) -> Trainer:
    """Load the encoder that all versions share.

    Raises:
        ModelError: the sentence model is missing or corrupt.
    """
    with ThreadPoolExecutor(1, "interpreter-load") as executor:
        load = partial(open_encoder, weights.minilm(settings.sentence_model), cache_dir)
        return Trainer(await asyncio.get_running_loop().run_in_executor(executor, load), cache_dir, settings)
