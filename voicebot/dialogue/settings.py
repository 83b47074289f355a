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
    watch: bool = False
    """Take changes of the two folders at once, for new calls; only while no version is published."""
    sentence_model: str | None = None
    """Folder of a BERT sentence model in safetensors; None is the installed all-MiniLM-L6-v2."""
    intent_confidence: float = 0.4
    """A wish counts from this probability (0..1) on."""
    interrupt_confidence: float = 0.8
    """A new wish in the middle of a question counts from this probability on."""
    remote_url: str = ""
    """Base address of an OpenAI-compatible endpoint that may propose commands, e.g. `http://localhost:8000/v1`; empty
    is none."""
    remote_model: str = ""
    """Name of the endpoint's model."""
    remote_key_env: str = "VOICEBOT_REMOTE_KEY"
    """Environment variable with the endpoint's key; no key is sent when it is not set."""
    remote_deadline_ms: int = 250
    """Longest wait for the endpoint in a turn; the local interpreter's reading is used after it."""
