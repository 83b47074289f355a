"""Rules about the facts of the shop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from voicebot.dialogue import spotting
from voicebot.policy.documents import Document
from voicebot.policy.problems import Problem


def said_as(file: str, document: Document, shop: Mapping[str, Any]) -> Iterator[Problem]:
    """F049: a value whose pattern is broken is only known as it is written."""
    patterns = shop.get("said_as", {})
    if not isinstance(patterns, Mapping):
        what = "said_as should have a regular expression for each value"
        yield Problem(file, document.line(("shop", "said_as")), "F049", what, "write said_as: {VALUE: PATTERN}")
        return
    for value, pattern in patterns.items():
        wrong = spotting.broken(pattern) if isinstance(pattern, str) else "it is no text"
        if wrong:
            what = f"the pattern of {str(value)!r} is no regular expression: {wrong}"
            fix = r"write how it is said, for example x l|extra large; a bracket that is meant is \("
            yield Problem(file, document.line(("shop", "said_as", value)), "F049", what, fix)
