"""What conditions and wordings can see: slots and variables, and facts that are always there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


class Scope(Mapping[str, Any]):
    """Slots and variables with given facts on top; what costs something is made when it is asked for."""

    def __init__(self, facts: Mapping[str, Any], given: Mapping[str, Callable[[], Any]]) -> None:
        self._facts, self._given = facts, given

    def having(self, name: str, value: Any) -> Scope:
        """The same with one more name, e.g. an element of a list."""
        return Scope(self._facts, {**self._given, name: lambda: value})

    def __getitem__(self, name: str) -> Any:
        given = self._given.get(name)
        return given() if given is not None else self._facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._facts, **self._given})

    def __len__(self) -> int:
        return len({*self._facts, *self._given})
