"""Which step is which: by id, else by content, else by place.

Most steps have no id, and one that is put in before them changes all their places; so an equal one is the same
wherever it stands, and what is left over between two known neighbours is paired in order.
"""

from __future__ import annotations

import bisect
import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from voicebot.dialogue.schema import STEPS

#: Steps are certainly, and probably, the same one, rewritten, from this likeness (0..1) on.
_SURE, _ALIKE = 0.85, 0.6
#: More pairs than this are not compared letter by letter.
_MOST_PAIRS = 40_000


@dataclass(frozen=True)
class Item:
    """A step as it is written; `number` counts from 1."""

    number: int
    data: Mapping[str, Any]

    @property
    def id(self) -> str | None:
        found = self.data.get("id")
        return found if isinstance(found, str) else None

    @property
    def action(self) -> str:
        return next((key for key in self.data if key in STEPS), "step")

    @property
    def label(self) -> str:
        return f"step {self.id}" if self.id is not None else f"step {self.number} ({self.action})"

    @cached_property
    def content(self) -> str:
        """Everything but the name."""
        return json.dumps({k: v for k, v in self.data.items() if k != "id"}, sort_keys=True, ensure_ascii=False)

    @cached_property
    def letters(self) -> str:
        """What of the content tells it from that of other steps with the same action."""
        return " ".join(_texts({k: v for k, v in self.data.items() if k != "id"}, self.action))


def items(steps: Any) -> list[Item]:
    return [
        Item(number, step if isinstance(step, dict) else {"step": step})
        for number, step in enumerate(steps if isinstance(steps, list) else (), 1)
    ]


def matched(before: Sequence[Item], after: Sequence[Item]) -> list[tuple[Item, Item]]:
    """Pairs of old and new, in the order of the new ones; who has no partner was removed or added."""
    pairs: dict[int, int] = {}
    by_id = {item.id: i for i, item in enumerate(before) if item.id is not None}
    for j, item in enumerate(after):
        if item.id is not None and item.id in by_id and by_id[item.id] not in pairs:
            pairs[by_id[item.id]] = j
    _equal(before, after, pairs)
    _alike(before, after, pairs)
    return [(before[i], after[j]) for i, j in sorted(pairs.items(), key=lambda pair: pair[1])]


def moved(pairs: Sequence[tuple[Item, Item]]) -> list[tuple[Item, Item]]:
    """The fewest pairs that explain another order: all but a longest increasing subsequence."""
    tails: list[int] = []
    ends: list[int] = []
    previous = [-1] * len(pairs)
    for place, (old, _) in enumerate(pairs):
        at = bisect.bisect_left(tails, old.number)
        previous[place] = ends[at - 1] if at else -1
        tails[at : at + 1] = [old.number]
        ends[at : at + 1] = [place]
    kept: set[int] = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        kept.add(place)
        place = previous[place]
    return [pair for place, pair in enumerate(pairs) if place not in kept]


def _equal(before: Sequence[Item], after: Sequence[Item], pairs: dict[int, int]) -> None:
    for j in _free(after, pairs.values()):
        same = [i for i in _free(before, pairs) if before[i].content == after[j].content]
        if same:
            pairs[min(same, key=lambda i: (_gap(before, i, pairs) != _gap_after(after, j, pairs), abs(i - j)))] = j


def _alike(before: Sequence[Item], after: Sequence[Item], pairs: dict[int, int]) -> None:
    old, new = list(_free(before, pairs)), list(_free(after, pairs.values()))
    letters = len(old) * len(new) <= _MOST_PAIRS
    gaps = {i: _gap(before, i, pairs) for i in old}
    found: list[tuple[bool, bool, float, int, int, int]] = []
    for j in new:
        gap = _gap_after(after, j, pairs)
        for i in old:
            if before[i].action != after[j].action:
                continue
            here = gaps[i] == gap and before[i].id is None and after[j].id is None
            needed = 0.0 if here else _ALIKE
            likeness = _likeness(before[i].letters, after[j].letters, needed) if letters else 0.0
            if likeness >= needed:
                found.append((likeness < _SURE, not here, -likeness, abs(i - j), i, j))
    taken: set[int] = set()
    for *_, i, j in sorted(found):
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)


def _likeness(one: str, other: str, needed: float) -> float:
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < needed or matcher.quick_ratio() < needed:
        return -1.0
    return matcher.ratio()


def _texts(value: Any, action: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key != action:
                yield str(key)
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    else:
        yield str(value)


def _free(side: Sequence[Item], taken: Any) -> list[int]:
    used = set(taken)
    return [index for index in range(len(side)) if index not in used]


def _gap(before: Sequence[Item], i: int, pairs: Mapping[int, int]) -> int:
    """The place of the new step whose partner is the nearest one before an old step; -1 at the beginning."""
    return next((pairs[k] for k in range(i - 1, -1, -1) if k in pairs), -1)


def _gap_after(after: Sequence[Item], j: int, pairs: Mapping[int, int]) -> int:
    used = set(pairs.values())
    return next((k for k in range(j - 1, -1, -1) if k in used), -1)
