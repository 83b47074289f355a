"""What became other in the shop, and whether that is what should have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

#: Leaf of a document -> its value.
Leaves = Mapping[str, Any]
_NOT_COMPARED = ("version", "id", "line")


@dataclass(frozen=True, kw_only=True)
class Watched:
    """The shop before and after a call. `began` and `ended` are of one day, in the shop's own time."""

    before: Leaves
    after: Leaves
    began: datetime
    ended: datetime

    @property
    def change(self) -> Leaves:
        """What is other now; None for what is gone. Versions change with everything, and an id is told by its path."""
        both = {
            path for path in {*self.before, *self.after} if path.rpartition(".")[2] not in ("version", "id", "line")
        }
        return {path: self.after.get(path) for path in sorted(both) if self.before.get(path) != self.after.get(path)}

    def is_as_wished(self, wished: Leaves) -> bool:
        """Exactly these changes."""
        change = self.change
        return change.keys() == wished.keys() and all(self._fits(change[path], one) for path, one in wished.items())

    def _fits(self, value: Any, wished: Any) -> bool:
        if isinstance(wished, re.Pattern):
            return wished.fullmatch(str(value)) is not None
        return wished(value, self) if callable(wished) else bool(value == wished)


#: Whether a new value is right.
Right = Callable[[Any, Watched], bool]


def in_days(days: int) -> Right:
    """So many days from the day of the call."""
    return lambda value, call: bool(value == str(call.began.date() + timedelta(days=days)))


def days_after(path: str, days: int) -> Right:
    """So many days later than this leaf was before the call."""
    return lambda value, call: bool(value == str(date.fromisoformat(call.before[path]) + timedelta(days=days)))


def during(value: Any, call: Watched) -> bool:
    """A moment of the call."""
    return isinstance(value, str) and call.began <= datetime.fromisoformat(value) <= call.ended


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Path -> value; what is in a list is known by its id where it has one."""
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from leaves(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            named = isinstance(one, Mapping) and (one.get("id") or one.get("line"))
            yield from leaves(one, f"{path}.{named or index}")
    else:
        yield path, value
