"""What can be wrong with a version."""

from __future__ import annotations

from voicebot.errors import VoicebotError


class VersionError(VoicebotError):
    """A version is not there, damaged, or cannot be what it was asked to be."""
