"""The voice: wording to spoken text, text to speech, speech to the ledger of what was heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voicebot.speaking.voice import Speaking, open_speaking

__all__ = ["Speaking", "open_speaking"]


def __getattr__(name: str) -> Any:
    """Load the model libraries only when the voice itself is asked for, not with the settings."""
    if name in __all__:
        from voicebot.speaking import voice

        return getattr(voice, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
