"""One change, and how values are shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Longest text that is shown of a value.
_LONGEST = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change.

    Attributes:
        group: what it belongs to: `flow wismo`, `pattern repeat`, `shop`, `lexicon en`, `policy late_delivery`.
        kind: `flow_added`, `flow_removed`, `flow_renamed`, `trigger`, `slot`, `step_added`, `step_removed`,
            `step_renamed`, `step_moved`, `wording`, `condition`, `branch`, `next`, `value`, …
        place: where in the group, such as `step ask_number` or `slot email`; empty for all of it.
        words: the change, for people.
    """

    group: str
    kind: str
    place: str
    words: str

    def __str__(self) -> str:
        return f"{self.place}: {self.words}" if self.place else self.words


@dataclass(frozen=True, slots=True)
class Note:
    """A change that does not know yet where it is: its kind and its words."""

    kind: str
    words: str

    def at(self, group: str, place: str = "") -> Change:
        return Change(group=group, kind=self.kind, place=place, words=self.words)


def shown(value: Any) -> str:
    """A value on one line, as it may be written in YAML."""
    if isinstance(value, str):
        text = " ".join(value.split())
    elif isinstance(value, bool) or value is None:
        text = json.dumps(value)
    elif isinstance(value, Mapping):
        text = "{" + ", ".join(f"{key}: {shown(item)}" for key, item in value.items()) + "}"
    elif isinstance(value, list):
        text = "[" + ", ".join(shown(item) for item in value) + "]"
    else:
        text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def quoted(text: Any) -> str:
    return f'"{shown(text)}"'
