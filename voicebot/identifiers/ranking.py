"""Which of several readings counts. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from voicebot.identifiers.found import Found

#: Words by which callers take back what they have just said.
CORRECTS = re.compile(
    r"\b(?:no|sorry|actually|wait|i mean|i meant|rather|correction|make (?:that|it))\b", re.IGNORECASE
)
#: The most that a value counts which the caller took back.
_TAKEN_BACK = 0.25


def best_first(found: Sequence[Found], text: str) -> list[Found]:
    """By score; of equals the last said when the caller took the earlier one back, else the first."""
    if len(found) < 2:
        return list(found)
    said_last = max(found, key=lambda f: f.span)
    between = text[min(f.span[1] for f in found) : said_last.span[0]]
    if CORRECTS.search(between):
        kept = [f for f in found if f.span == said_last.span]
        taken_back = [replace(f, score=min(f.score, _TAKEN_BACK)) for f in found if f.span != said_last.span]
        return [*sorted(kept, key=_weight), *sorted(taken_back, key=_weight)]
    return sorted(found, key=_weight)


def _weight(found: Found) -> tuple[float, int]:
    return -found.score, found.span[0]
