"""Which intent an utterance has: a small calibrated linear classifier over sentence vectors.

Trained when the flows are loaded, from their own examples, in about a second; kept in the cache under the hash of
the examples. Multinomial logistic regression with L2, fitted by full-batch gradient descent with Nesterov's momentum;
probabilities are calibrated by one temperature, chosen on held-out folds (Guo et al., 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

_FOLDS = 3


@dataclass(frozen=True, slots=True)
class Classifier:
    """`weights` is (dimensions + 1, labels): the last row is the bias."""

    labels: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    temperature: float

    def probabilities(self, vectors: Vectors) -> npt.NDArray[np.float32]:
        """(n, dimensions) unit vectors to (n, labels) calibrated probabilities."""
        return _softmax(_with_bias(vectors) @ self.weights / self.temperature)


def train(vectors: Vectors, names: Sequence[str], *, strength: float = 0.15, rounds: int = 140) -> Classifier:
    """Fit and calibrate.

    Args:
        vectors: unit sentence vectors, one a row.
        names: the label of each row.
        strength: L2 penalty per example.
        rounds: steps of gradient descent.
    """
    labels = tuple(sorted(set(names)))
    index = {label: i for i, label in enumerate(labels)}
    y = np.array([index[name] for name in names])
    x = _with_bias(vectors)
    folds = np.arange(len(y)) % _FOLDS
    held_out = np.zeros((len(y), len(labels)), np.float32)
    for fold in range(_FOLDS):
        rest, mine = folds != fold, folds == fold
        if rest.any() and mine.any():
            held_out[mine] = x[mine] @ _fit(x[rest], y[rest], len(labels), strength, rounds)
    return Classifier(labels, _fit(x, y, len(labels), strength, rounds), _temperature(held_out, y))


def _fit(x: Vectors, y: npt.NDArray[np.int_], labels: int, strength: float, rounds: int) -> npt.NDArray[np.float32]:
    target = np.zeros((len(y), labels), np.float32)
    target[np.arange(len(y)), y] = 1.0
    counts = target.sum(0)
    # Classes with many examples must not swallow those with few.
    balance = (len(y) / (labels * np.maximum(counts, 1.0)))[y][:, None].astype(np.float32)
    weights = np.zeros((x.shape[1], labels), np.float32)
    ahead, before = weights, weights
    rate = 30.0
    penalty = strength / 100.0
    for turn in range(rounds):
        error = (_softmax(x @ ahead) - target) * balance
        gradient = x.T @ error / len(y) + penalty / labels * ahead
        weights = (ahead - rate * gradient).astype(np.float32)
        ahead = (weights + turn / (turn + 3.0) * (weights - before)).astype(np.float32)
        before = weights
    return weights


def _temperature(logits: npt.NDArray[np.float32], y: npt.NDArray[np.int_]) -> float:
    grid = np.geomspace(0.1, 3.0, 35)
    rows = np.arange(len(y))
    losses = [-np.log(np.maximum(_softmax(logits / t)[rows, y], 1e-9)).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])


def _with_bias(vectors: Vectors) -> Vectors:
    return np.concatenate([vectors, np.ones((len(vectors), 1), np.float32)], axis=1)


def _softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: npt.NDArray[np.float32] = (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)
    return result
