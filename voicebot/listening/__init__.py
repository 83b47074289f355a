"""The ears: voice activity, recognition, end of turn, interruption."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voicebot.listening.room import Listening, open_listening

__all__ = ["Listening", "open_listening"]


def __getattr__(name: str) -> Any:
    """Load the model libraries only when the ears themselves are asked for, not with the settings."""
    if name in __all__:
        from voicebot.listening import room

        return getattr(room, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
