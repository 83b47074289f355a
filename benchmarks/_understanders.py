"""Who is compared: ours as a call uses it, and two peers that learn from the same sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np
import numpy.typing as npt

from voicebot.dialogue import classifier as training
from voicebot.dialogue.commands import Understanding
from voicebot.dialogue.context import Context
from voicebot.dialogue.interpreter import LocalInterpreter
from voicebot.dialogue.sayings import OUT_OF_SCOPE
from voicebot.dialogue.sentences import SentenceEncoder

Matrix = npt.NDArray[np.float32]
#: Commands that are no intent of the taxonomy.
_NO_INTENT = frozenset({"not_understood", "set_slot", "start_flow", "partial"})


class Understander(Protocol):
    """Tells the intent of one utterance, or None."""

    name: str

    def intent(self, text: str) -> str | None: ...


class Ours:
    """The local interpreter at the opening of a call: pattern tables, grammars, classifier."""

    name = "ours"

    def __init__(self, interpreter: LocalInterpreter, opening: Context) -> None:
        self._interpreter, self._opening = interpreter, opening

    def intent(self, text: str) -> str | None:
        return told(self._interpreter.understand_now(text, self._opening))


def told(found: Understanding) -> str | None:
    """The intent, or the move of the conversation under its name in the taxonomy, as `voicebot understand` tells it."""
    name = found.commands[0].name
    return found.intent or (None if name in _NO_INTENT else name.removesuffix("_slot"))


class TfIdf:
    """TF-IDF of words and pairs of words, multinomial logistic regression, fitted as ours is."""

    name = "tf-idf + logistic regression"

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        texts = [text for _, text in pairs]
        seen = Counter(gram for text in texts for gram in set(_grams(text)))
        self._index = {gram: i for i, gram in enumerate(sorted(g for g, n in seen.items() if n > 1))}
        self._idf = np.array([np.log((1 + len(texts)) / (1 + seen[gram])) + 1 for gram in self._index], np.float32)
        self._classifier = training.train(self._rows(texts), [label for label, _ in pairs])

    def intent(self, text: str) -> str | None:
        return self._classifier.labels[int(self._classifier.probabilities(self._rows([text])).argmax())]

    def _rows(self, texts: Sequence[str]) -> Matrix:
        rows = np.zeros((len(texts), len(self._index)), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for gram in _grams(text):
                if (place := self._index.get(gram)) is not None:
                    row[place] += 1
        rows *= self._idf
        scaled: Matrix = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
        return scaled


class Nearest:
    """The label of the nearest example by the cosine of sentence vectors; far from all is out of scope."""

    name = "nearest example (MiniLM)"

    def __init__(self, pairs: Sequence[tuple[str, str]], encoder: SentenceEncoder, far: float = 0.35) -> None:
        self._labels = [label for label, _ in pairs]
        self._vectors = encoder.encode([text for _, text in pairs])
        self._encoder, self._far = encoder, far

    def intent(self, text: str) -> str | None:
        near = self._vectors @ self._encoder.encode([text])[0]
        best = int(near.argmax())
        return self._labels[best] if near[best] >= self._far else OUT_OF_SCOPE


def whole(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Examples with the subjects of what is out of scope as one label."""
    return [(label.partition("/")[0], text) for label, text in pairs]


def _grams(text: str) -> list[str]:
    words = re.findall(r"[a-z']+", text.lower())
    return [*words, *map("_".join, pairwise(words))]
