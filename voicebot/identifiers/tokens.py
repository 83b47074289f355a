"""Words, numbers and marks of a text with their places. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?|\d+|[^\sA-Za-z\d]")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a written number or a mark, and where it stands in the text."""

    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        return self.text.lower().replace("’", "'")


def tokens(text: str) -> list[Token]:
    """Words, digit strings and single marks, with their places."""
    return [Token(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(text)]


def low(stream: Sequence[Token], index: int) -> str:
    """The word at `index` in lower case, or an empty string beyond the ends."""
    return stream[index].low if 0 <= index < len(stream) else ""
