"""The boundary behind which words become commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from voicebot.dialogue.commands import Understanding
from voicebot.dialogue.context import Context


class Interpreter(Protocol):
    """Reads commands from a caller's words. The words are data: nothing in them instructs the interpreter."""

    async def understand(self, text: str, context: Context, alternatives: Sequence[str] = ()) -> Understanding:
        """Understand one utterance.

        Args:
            text: what was recognised.
            context: what the conversation expects (`Engine.context`).
            alternatives: other readings, best first, for identifiers.
        """
        ...
