"""Settings of the dialogue."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueSettings:
    """Where the conversations and the rules are, and when an intent counts."""

    flows: Path = Path("flows")
    """Folder with the conversations."""
    policies: Path = Path("policies")
    """Folder with the shop's rules."""
    sentence_model: str | None = None
    """Folder of a BERT sentence model in safetensors; None is the installed all-MiniLM-L6-v2."""
    intent_confidence: float = 0.3
    """A wish counts from this probability (0..1) on."""
    interrupt_confidence: float = 0.7
    """A new wish in the middle of a question counts from this probability on."""
