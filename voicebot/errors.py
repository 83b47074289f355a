"""Errors that say what happened, where, and how to fix it."""

from __future__ import annotations


class VoicebotError(Exception):
    """Base of every error that a person may see.

    Args:
        what: one sentence, no caller data.
        where: file:line, setting, URL or component.
        fix: what the reader can do about it.
    """

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what, self.where, self.fix = what, where, fix
        super().__init__(str(self))

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        fix = f" ({self.fix})" if self.fix else ""
        return f"{where}{self.what}{fix}"


class ConfigError(VoicebotError):
    """A setting is unknown, of the wrong type, or out of range."""


class ModelError(VoicebotError):
    """A model file is missing, corrupt, or not of the expected kind."""
