"""What the rules for dates work on: the tokens of a text, today's calendar, and readings of days."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from voicebot.identifiers.dates.calendar import Calendar, Span
from voicebot.identifiers.tokens import Token, tokens

#: Sounds and marks between the parts of a date.
_SKIPPED = frozenset({",", "uh", "um", "er", "erm"})
_SHORT = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """A day or an interval, and how sure that is."""

    span: Span
    score: float

    @property
    def value(self) -> str:
        """ISO 8601."""
        first, last = self.span
        return first.isoformat() if first == last else f"{first.isoformat()}/{last.isoformat()}"

    @property
    def first(self) -> date:
        return self.span[0]


#: Readings, best first, and the index of the token after them.
Read = tuple[tuple[Reading, ...], int]


@dataclass(frozen=True, slots=True)
class Said:
    """A text being read. `calendar` is None when nobody knows what day it is."""

    tokens: Sequence[Token]
    calendar: Calendar | None
    words: tuple[str, ...]
    """The tokens in lower case."""

    @classmethod
    def of(cls, text: str, calendar: Calendar | None) -> Said:
        stream = tokens(text)
        return cls(stream, calendar, tuple(token.low for token in stream))

    @property
    def short(self) -> bool:
        """Hardly more than the date is said."""
        return sum(word.isalnum() for word in self.words) <= _SHORT

    def low(self, index: int) -> str:
        """The word at `index`; empty outside of the text."""
        return self.words[index] if 0 <= index < len(self.words) else ""

    def reads(self, index: int, phrase: tuple[str, ...]) -> bool:
        """Whether the phrase stands at `index`."""
        return self.words[index : index + len(phrase)] == phrase

    def over(self, index: int, words: Collection[str]) -> int:
        """After any of the words."""
        while self.low(index) in words:
            index += 1
        return index

    def skip(self, index: int) -> int:
        """After hesitations and commas."""
        return self.over(index, _SKIPPED)


def day(found: date | None, score: float) -> tuple[Reading, ...]:
    """One day, if there is one."""
    return () if found is None else (Reading((found, found), score),)


def span(found: Span, score: float) -> tuple[Reading, ...]:
    """An interval."""
    return (Reading(found, score),)
