"""What the nearest examples say: a vote beside the linear classifier's opinion (k nearest neighbours). Pure.

A linear classifier sees the drift of a sentence; its neighbours see that somebody said nearly the same. Each is wrong
where the other is right: the mean of both is better than either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

#: So many neighbours vote; a vote falls to 1/e where the cosine is this much less than the nearest one's.
_VOTERS, _REACH = 20, 0.05


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Unit vectors of the examples, `(n, d)`, and for each the place of its label among `labels` labels."""

    vectors: Vectors
    places: npt.NDArray[np.int64]
    labels: int

    def shares(self, vectors: Vectors) -> Vectors:
        """`(m, d)` unit vectors to the `(m, labels)` shares of the votes."""
        near = vectors @ self.vectors.T
        voters = min(_VOTERS, near.shape[1])
        found = np.zeros((len(vectors), self.labels), np.float32)
        for row, cosines in zip(found, near, strict=True):
            nearest = np.argpartition(-cosines, voters - 1)[:voters]
            votes = np.exp((cosines[nearest] - cosines.max()) / _REACH)
            np.add.at(row, self.places[nearest], votes / votes.sum())
        return found


def neighbours(vectors: Vectors, names: Sequence[str], labels: Sequence[str]) -> Neighbours:
    """Of these examples; a name like `a/b` counts as `a`."""
    place = {label: number for number, label in enumerate(labels)}
    return Neighbours(vectors, np.array([place[name.partition("/")[0]] for name in names], np.int64), len(labels))
