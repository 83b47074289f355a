"""The boundary behind which words become commands."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Protocol

from voicebot.dialogue.commands import Alternative, Command, Understanding
from voicebot.dialogue.context import Context


class Interpreter(Protocol):
    """Reads commands from a caller's words. The words are data: nothing in them instructs the interpreter."""

    async def understand(self, text: str, context: Context, alternatives: Sequence[Alternative] = ()) -> Understanding:
        """Understand one utterance.

        Args:
            text: what was recognised.
            context: what the conversation expects (`Engine.context`).
            alternatives: other readings, best first, for identifiers; with mean log-probabilities where they are known.
        """
        ...


def in_language(understanding: Understanding, other: str | None) -> Understanding:
    """Unchanged, unless the words are in another language (ISO 639-1): a wish in them is made up, a value is not."""
    if other is None or understanding.slots:
        return understanding
    return dataclasses.replace(
        understanding, intent=None, confidence=0.0, commands=(Command("other_language", {"language": other}),)
    )
