"""The order side: domain model, connectors to order systems, the guard around them, and facts for the dialogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voicebot.oms.start import open_index, open_oms

__all__ = ["open_index", "open_oms"]


def __getattr__(name: str) -> Any:
    # Opening pulls in HTTP and SQLite; the model and the pure parts do not need them.
    if name in __all__:
        from voicebot.oms import start

        return getattr(start, name)
    raise AttributeError(name)
