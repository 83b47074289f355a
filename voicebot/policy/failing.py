"""Which cells of a table fail, found without asking each cell: as one integer with a bit for each.

Of every fact the values are known at which some cell changes its mind. So a value's failing cells are looked up, and a
row fits when none of its bits is set: two operations on integers, however many cells it has. Expressions are not part
of this; they are computed when a row still depends on them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from voicebot.policy.cells import RANGE, Cell
from voicebot.policy.vocab import Fact


@dataclass(frozen=True, slots=True)
class Listed:
    """Failing cells of a text, or of true and false. `otherwise`: of a value that no cell names."""

    by_value: Mapping[Any, int]
    otherwise: int

    def of(self, value: Any) -> int:
        return self.by_value.get(value, self.otherwise)


@dataclass(frozen=True, slots=True)
class Numbered:
    """Failing cells of a number. `masks` are those below the first point, at it, between it and the second, …"""

    points: Sequence[float]
    masks: Sequence[int]

    def of(self, value: Any) -> int:
        place = bisect_left(self.points, value)
        if place < len(self.points) and self.points[place] == value:
            return self.masks[2 * place + 1]
        return self.masks[2 * place]


def failing_cells(fact: Fact, cells: Iterable[tuple[int, Cell]]) -> Listed | Numbered:
    """How to look up which cells on `fact` fail. `cells` are (bit, cell)."""
    own = [(bit, cell) for bit, cell in cells if cell.fact == fact.name]

    def mask(value: Any) -> int:
        return sum(bit for bit, cell in own if not cell.holds({fact.name: value}))

    named: set[Any] = set()
    for _, cell in own:
        named.update(cell.values or (cell.bound if cell.op == RANGE else (cell.bound,)))
    if fact.kind in ("string", "bool"):
        never = object()
        return Listed({value: mask(value) for value in named}, mask(never))
    points = sorted(named)
    if not points:
        return Numbered((), (0,))
    between = [
        points[0] - 1,
        *((low + high) / 2 for low, high in pairwise(points)),
        points[-1] + 1,
    ]
    masks = [mask(between[0])]
    for place, point in enumerate(points):
        masks += (mask(point), mask(between[place + 1]))
    return Numbered(tuple(points), tuple(masks))
