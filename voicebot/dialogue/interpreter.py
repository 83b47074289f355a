"""The local interpreter: sentence embeddings, a classifier trained from the flows' examples, grammars and tables."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from voicebot import weights
from voicebot.dialogue.commands import Alternative, Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.interpret import Thresholds, interpret, needs_classifier
from voicebot.dialogue.learning import Knowledge, knowledge
from voicebot.dialogue.sentences import SentenceEncoder, open_encoder
from voicebot.dialogue.settings import DialogueSettings
from voicebot.dialogue.wishes import clauses, wish_words


class LocalInterpreter:
    """Shared by all calls; embeds in one thread of its own (2-3 ms an utterance)."""

    def __init__(self, flows: FlowSet, encoder: SentenceEncoder, knowledge: Knowledge, thresholds: Thresholds) -> None:
        self.flows = flows
        self._encoder, self._knowledge, self._thresholds = encoder, knowledge, thresholds
        self._executor = ThreadPoolExecutor(1, "understand")

    async def understand(self, text: str, context: Context, alternatives: Sequence[Alternative] = ()) -> Understanding:
        """See `Interpreter.understand`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, partial(self.understand_now, text, context, alternatives))

    def understand_now(self, text: str, context: Context, alternatives: Sequence[Alternative] = ()) -> Understanding:
        """The same, in this thread."""
        words = wish_words(text, context.language) if needs_classifier(text, context) else ""
        whole, *parts = self.probabilities([words, *clauses(words)]) if words else [{}]
        return interpret(text, context, self.flows, whole, alternatives, self._thresholds, parts)

    def probabilities(self, texts: Sequence[str]) -> list[Mapping[str, float]]:
        """Of each text, label -> probability: intents, acts and `out_of_scope`."""
        rows = self._knowledge.probabilities(self._encoder.encode(texts), texts)
        return [dict(zip(self._knowledge.classifier.labels, row.tolist(), strict=True)) for row in rows]

    async def close(self) -> None:
        """Let the thread go; later calls fail."""
        self._executor.shutdown(wait=False, cancel_futures=True)


async def open_interpreter(
    flows: FlowSet, cache_dir: Path, settings: DialogueSettings | None = None
) -> LocalInterpreter:
    """Load the encoder and train the classifier (or take both from the cache).

    Raises:
        ModelError: the sentence model is missing or corrupt.
    """
    with ThreadPoolExecutor(1, "interpreter-load") as executor:
        load = partial(load_interpreter, flows, cache_dir, settings or DialogueSettings())
        return await asyncio.get_running_loop().run_in_executor(executor, load)


def load_interpreter(
    flows: FlowSet, cache_dir: Path, settings: DialogueSettings, encoder: SentenceEncoder | None = None
) -> LocalInterpreter:
    """`open_interpreter`, in this thread; with an encoder that is loaded already, where there is one."""
    encoder = encoder or open_encoder(weights.minilm(settings.sentence_model), cache_dir)
    thresholds = Thresholds(wish=settings.intent_confidence, interrupt=settings.interrupt_confidence)
    interpreter = LocalInterpreter(flows, encoder, knowledge(flows, encoder, cache_dir), thresholds)
    interpreter.probabilities(["where is my order"])
    return interpreter
