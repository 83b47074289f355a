"""Which intent an utterance has: a small calibrated linear classifier.

Trained when the flows are loaded, from their own examples, in about a second. Multinomial logistic regression, fitted
with Adam (Kingma and Ba, 2015) and decoupled weight decay. Probabilities are calibrated by one temperature, chosen on
examples held out (Guo et al., 2017). Labels like `a/b` are learnt apart and told as one, `a`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float32]

#: One in so many examples is held out for calibration.
_HELD_OUT = 5
_BATCH = 128
_RATE, _MOMENTUM, _SQUARES = 0.03, 0.9, 0.99


@dataclass(frozen=True)
class Classifier:
    """`weights` is (features + 1, parts): the last row is the bias. `parts` are the labels as learnt."""

    parts: tuple[str, ...]
    weights: Rows
    temperature: float

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Names as told, sorted."""
        return tuple(sorted({_whole(part) for part in self.parts}))

    @cached_property
    def _sums(self) -> Rows:
        return _membership(self.parts, self.labels)

    def probabilities(self, rows: Rows) -> Rows:
        """(n, features) to (n, labels) calibrated probabilities."""
        result: Rows = _softmax(_with_bias(rows) @ self.weights / self.temperature) @ self._sums
        return result


def train(rows: Rows, names: Sequence[str], *, epochs: int = 8, decay: float = 0.02) -> Classifier:
    """Fit and calibrate.

    Args:
        rows: features, one example a row.
        names: the label of each row.
        epochs: how often each example is seen.
        decay: of the weights, in units of the learning rate.
    """
    parts = tuple(sorted(set(names)))
    index = {label: i for i, label in enumerate(parts)}
    y = np.array([index[name] for name in names])
    x = _with_bias(rows)
    fit = _Fit(len(parts), epochs, decay)
    held = np.arange(len(y)) % _HELD_OUT == 0
    labels = tuple(sorted({_whole(part) for part in parts}))
    sums = _membership(parts, labels)
    logits = x[held] @ fit.weights(x[~held], y[~held])
    return Classifier(parts, fit.weights(x, y), _temperature(logits, sums.argmax(1)[y[held]], sums))


@dataclass(frozen=True, slots=True)
class _Fit:
    labels: int
    epochs: int
    decay: float

    def weights(self, x: Rows, y: npt.NDArray[np.int_]) -> Rows:
        """(features, labels) from (n, features) and n labels."""
        chance = np.random.default_rng(0)
        counts = np.bincount(y, minlength=self.labels)
        # Labels with many examples must not swallow those with few, nor be forgotten for them.
        balance = np.sqrt(len(y) / (self.labels * np.maximum(counts, 1.0)))[y].astype(np.float32)
        weights = np.zeros((x.shape[1], self.labels), np.float32)
        mean, square = np.zeros_like(weights), np.zeros_like(weights)
        steps, step = self.epochs * -(-len(y) // _BATCH), 0
        for _ in range(self.epochs):
            order = chance.permutation(len(y))
            for start in range(0, len(y), _BATCH):
                mine = order[start : start + _BATCH]
                some = x[mine]
                error = _softmax(some @ weights)
                error[np.arange(len(mine)), y[mine]] -= 1.0
                gradient = some.T @ (error * (balance[mine] / len(mine))[:, None])
                step += 1
                mean += (1 - _MOMENTUM) * (gradient - mean)
                square += (1 - _SQUARES) * (gradient * gradient - square)
                rate = _RATE * (1 - step / (steps + 1))
                weights *= 1 - rate * self.decay
                scale = np.sqrt(square / (1 - _SQUARES**step)) + 1e-5
                weights -= rate / (1 - _MOMENTUM**step) * mean / scale
        return weights


def _whole(part: str) -> str:
    return part.partition("/")[0]


def _membership(parts: Sequence[str], labels: Sequence[str]) -> Rows:
    """(parts, labels): 1 where the part belongs to the label."""
    return np.array([[_whole(part) == label for label in labels] for part in parts], np.float32)


def _temperature(logits: Rows, y: npt.NDArray[np.int_], sums: Rows) -> float:
    grid = np.geomspace(0.1, 3.0, 35)
    at = np.arange(len(y))
    losses = [-np.log(np.maximum((_softmax(logits / t) @ sums)[at, y], 1e-9)).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])


def _with_bias(rows: Rows) -> Rows:
    return np.concatenate([rows, np.ones((len(rows), 1), np.float32)], axis=1)


def _softmax(logits: Rows) -> Rows:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Rows = (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)
    return result
