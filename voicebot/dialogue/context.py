"""What the dialogue expects, for those who understand the caller's words. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicebot.dialogue.state import Option


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The conversation as understanding needs it.

    Attributes:
        today: the shop's local date, ISO 8601.
        flow / step: where the conversation stands, None before it begins.
        kind / slot: what is being asked; `open` and None when nothing in particular.
        slots: slots that may be filled now -> their types (of the flows being run and of the one that ended last).
        values: what these slots hold.
        known: likely values by slot, e.g. the order numbers of this caller.
        choice: the slot that `options` belong to, also after it was answered (for "the other one").
        options: of the choice.
        doubt: about what the caller is asked, or was: slot and value, and the part of it that may be wrong.
        denied: values that the caller has said are wrong.
        attempts: n-best lists of earlier answers to what is being asked, which were wrong.
        partial: what was said before of the value being asked for, when that was not all of it.
        running: flows being run, the innermost last.
        pending: the engine waits for an answer from elsewhere.
    """

    language: str = "en"
    today: str = ""
    flow: str | None = None
    step: str | None = None
    kind: str = "open"
    slot: str | None = None
    slots: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    choice: str | None = None
    options: tuple[Option, ...] = ()
    doubt: Mapping[str, Any] | None = None
    denied: tuple[str, ...] = ()
    attempts: tuple[tuple[tuple[str, float], ...], ...] = ()
    partial: str = ""
    running: tuple[str, ...] = ()
    pending: bool = False
