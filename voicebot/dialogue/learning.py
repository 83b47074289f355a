"""The classifier of a set of flows: from the cache, or trained from their examples and kept there.

Two caches: the sentence vectors by text, so that a changed flow costs only its own new sentences, and the trained
classifier by the hash of all its examples.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voicebot.dialogue import classifier as training
from voicebot.dialogue import lexical
from voicebot.dialogue.classifier import Classifier
from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.lexical import Lexicon
from voicebot.dialogue.loader import phrases
from voicebot.dialogue.neighbours import Neighbours, neighbours
from voicebot.dialogue.sayings import examples as learnt
from voicebot.dialogue.sentences import SentenceEncoder

Vectors = npt.NDArray[np.float32]

_TRAINING = "5"
_UNREADABLE = (OSError, ValueError, KeyError, EOFError)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What tells an utterance's intent from its vector and its words."""

    classifier: Classifier
    lexicon: Lexicon
    neighbours: Neighbours

    def probabilities(self, vectors: Vectors, texts: Sequence[str]) -> Vectors:
        """(n, labels), of the classifier's labels: the mean of its opinion and of the nearest examples'."""
        opinion = self.classifier.probabilities(self.lexicon.rows(vectors, texts))
        result: Vectors = ((opinion + self.neighbours.shares(vectors)) / 2).astype(np.float32)
        return result


def examples(flows: FlowSet) -> list[tuple[str, str]]:
    """(label, text) of everything the classifier learns from: the shipped phrases and the flows' triggers."""
    triggers = [(intent, t) for flow in flows.flows.values() for intent, texts in flow.triggers.items() for t in texts]
    return learnt(phrases(), triggers)


def knowledge(flows: FlowSet, encoder: SentenceEncoder, cache_dir: Path) -> Knowledge:
    """Train on the flows' examples, or take what was kept."""
    pairs = examples(flows)
    names, texts = [label for label, _ in pairs], [text for _, text in pairs]
    vectors = _vectors(texts, encoder, cache_dir)
    written = "\0".join([_TRAINING, encoder.name, *(f"{label}\0{text}" for label, text in pairs)])
    file = cache_dir / f"intents-{hashlib.sha256(written.encode()).hexdigest()[:16]}.npz"
    with contextlib.suppress(*_UNREADABLE), np.load(file, allow_pickle=False) as kept:
        trained = Classifier(tuple(kept["parts"].tolist()), kept["weights"], float(kept["temperature"]))
        return Knowledge(trained, Lexicon(kept["rarity"]), neighbours(vectors, names, trained.labels))
    lexicon = lexical.learn(texts)
    trained = training.train(lexicon.rows(vectors, texts), names)
    _keep(
        file,
        {"parts": np.array(trained.parts), "weights": trained.weights, "rarity": lexicon.rarity}
        | {"temperature": np.array(trained.temperature)},
    )
    return Knowledge(trained, lexicon, neighbours(vectors, names, trained.labels))


def _vectors(texts: Sequence[str], encoder: SentenceEncoder, cache_dir: Path) -> Vectors:
    """Of all texts; only those not seen before are encoded."""
    file = cache_dir / f"sentences-{encoder.name}.npz"
    known: dict[int, Vectors] = {}
    with contextlib.suppress(*_UNREADABLE), np.load(file, allow_pickle=False) as kept:
        known = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))
    keys = [int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") for text in texts]
    # Sentences of one length together: nothing is computed for padding.
    missing = sorted({key: text for key, text in zip(keys, texts, strict=True) if key not in known}.items(), key=_size)
    if missing:
        found = encoder.encode([text for _, text in missing], batch=64)
        known |= {key: vector for (key, _), vector in zip(missing, found, strict=True)}
        wanted = sorted(set(keys))
        _keep(file, {"keys": np.array(wanted, np.uint64), "vectors": np.array([known[key] for key in wanted])})
    return np.array([known[key] for key in keys], np.float32)


def _size(item: tuple[int, str]) -> tuple[int, str]:
    return len(item[1]), item[1]


def _keep(file: Path, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
    """Written beside and moved into place: a crash leaves no half file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, scratch = tempfile.mkstemp(prefix=f".{file.stem}-", suffix=".npz", dir=file.parent)
    with os.fdopen(handle, "wb") as out:
        np.savez(out, **arrays)  # type: ignore[arg-type]
    Path(scratch).replace(file)
