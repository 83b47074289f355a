"""Words as numbers, beside what a sentence means: hashed words, pairs of words, and pieces of words. Pure.

A sentence vector knows that "parcel" and "package" are close, and forgets that "refund" was said once among forty
other words. Words and their pairs remember it; pieces of four letters bear a word that was half misheard. Counts are
damped by their square root, weighed by how rare they are (inverse document frequency) and scaled to length one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float32]

#: Buckets that words and pieces are hashed into.
BUCKETS = 2048
#: How much the words count beside the meaning (both have length one).
WEIGHT = 1.2
_MOST_WORDS = 80
_PIECE, _PIECE_WEIGHT = 4, 0.5
_WORD = re.compile(r"[a-z']+")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """How rare each bucket is, `(BUCKETS,)`."""

    rarity: npt.NDArray[np.float32]

    def rows(self, vectors: Rows, texts: Sequence[str]) -> Rows:
        """`(n, d)` sentence vectors and their texts to `(n, d + BUCKETS)` features."""
        words = counts(texts) * self.rarity
        words /= np.maximum(np.linalg.norm(words, axis=1, keepdims=True), 1e-6)
        return np.concatenate([vectors, WEIGHT * words], axis=1).astype(np.float32)


def learn(texts: Sequence[str]) -> Lexicon:
    """The lexicon of these texts."""
    found = np.zeros(BUCKETS, np.float32)
    for start in range(0, len(texts), 512):
        found += (counts(texts[start : start + 512]) > 0).sum(0)
    return Lexicon(np.log((1 + len(texts)) / (1 + found)).astype(np.float32))


def counts(texts: Sequence[str]) -> Rows:
    """`(n, BUCKETS)` damped counts."""
    found = np.zeros((len(texts), BUCKETS), np.float32)
    for row, text in zip(found, texts, strict=True):
        words = _WORD.findall(text.lower())[:_MOST_WORDS]
        for gram in (*words, *map("_".join, pairwise(words))):
            row[crc32(gram.encode()) % BUCKETS] += 1
        for word in words:
            marked = f"<{word}>"
            for start in range(max(1, len(marked) - _PIECE + 1)):
                row[crc32(f"#{marked[start : start + _PIECE]}".encode()) % BUCKETS] += _PIECE_WEIGHT
    damped: Rows = np.sqrt(found)
    return damped
