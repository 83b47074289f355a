"""The local interpreter: sentence embeddings, a classifier trained from the flows' examples, grammars and tables."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from voicebot import weights
from voicebot.dialogue import classifier as training
from voicebot.dialogue.classifier import Classifier
from voicebot.dialogue.commands import Alternative, Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.interpret import OUT_OF_SCOPE, Thresholds, interpret, needs_classifier, wish_words
from voicebot.dialogue.loader import phrases
from voicebot.dialogue.sentences import SentenceEncoder, open_encoder
from voicebot.dialogue.settings import DialogueSettings

_TRAINING = "2"


class LocalInterpreter:
    """Shared by all calls; embeds in one thread of its own (2-3 ms an utterance)."""

    def __init__(
        self, flows: FlowSet, encoder: SentenceEncoder, classifier: Classifier, thresholds: Thresholds
    ) -> None:
        self.flows = flows
        self._encoder, self._classifier, self._thresholds = encoder, classifier, thresholds
        self._executor = ThreadPoolExecutor(1, "understand")

    async def understand(self, text: str, context: Context, alternatives: Sequence[Alternative] = ()) -> Understanding:
        """See `Interpreter.understand`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, partial(self.understand_now, text, context, alternatives))

    def understand_now(self, text: str, context: Context, alternatives: Sequence[Alternative] = ()) -> Understanding:
        """The same, in this thread."""
        words = wish_words(text) if needs_classifier(text, context) else ""
        probabilities = self.probabilities(words) if words else {}
        return interpret(text, context, self.flows, probabilities, alternatives, self._thresholds)

    def probabilities(self, text: str) -> Mapping[str, float]:
        """Label -> probability: intents, acts and `out_of_scope`."""
        row = self._classifier.probabilities(self._encoder.encode([text]))[0]
        return dict(zip(self._classifier.labels, row.tolist(), strict=True))

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


def load_interpreter(flows: FlowSet, cache_dir: Path, settings: DialogueSettings) -> LocalInterpreter:
    """`open_interpreter`, in this thread."""
    encoder = open_encoder(weights.minilm(settings.sentence_model), cache_dir)
    thresholds = Thresholds(wish=settings.intent_confidence, interrupt=settings.interrupt_confidence)
    interpreter = LocalInterpreter(flows, encoder, _classifier(flows, encoder, cache_dir), thresholds)
    interpreter.probabilities("where is my order")
    return interpreter


def examples(flows: FlowSet) -> list[tuple[str, str]]:
    """(label, text) of everything the classifier learns from: the shipped phrases and the flows' triggers."""
    shipped = phrases()
    found = [(label, text) for part in ("intents", "acts") for label, texts in shipped[part].items() for text in texts]
    found += [(OUT_OF_SCOPE, text) for text in shipped[OUT_OF_SCOPE]]
    found += [(intent, t) for flow in flows.flows.values() for intent, texts in flow.triggers.items() for t in texts]
    return sorted(set(found))


def _classifier(flows: FlowSet, encoder: SentenceEncoder, cache_dir: Path) -> Classifier:
    pairs = examples(flows)
    digest = hashlib.sha256(
        "\0".join([_TRAINING, encoder.name, *(f"{label}\0{text}" for label, text in pairs)]).encode()
    )
    file = cache_dir / f"intents-{digest.hexdigest()[:16]}.npz"
    with contextlib.suppress(OSError, ValueError, KeyError, EOFError), np.load(file, allow_pickle=False) as kept:
        return Classifier(tuple(kept["labels"].tolist()), kept["weights"], float(kept["temperature"]))
    trained = training.train(encoder.encode([text for _, text in pairs]), [label for label, _ in pairs])
    cache_dir.mkdir(parents=True, exist_ok=True)
    handle, scratch = tempfile.mkstemp(prefix=".intents-", suffix=".npz", dir=cache_dir)
    with os.fdopen(handle, "wb") as out:
        np.savez(out, labels=np.array(trained.labels), weights=trained.weights, temperature=trained.temperature)
    Path(scratch).replace(file)
    return trained
