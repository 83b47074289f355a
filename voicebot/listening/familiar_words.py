"""Words that callers may spell: those of the sentence model's vocabulary, in which are common names, and places."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from voicebot import weights
from voicebot.errors import ModelError
from voicebot.identifiers.familiar import Familiar

log = logging.getLogger(__name__)

_LOADER = (sys.executable, "-m", "voicebot.listening.places")
_PATIENCE_S = 60.0
_SHORTEST = 3


def familiar_words(cache_dir: Path, loader: Sequence[str] = _LOADER) -> Familiar:
    """All that can be had; a source that is missing makes spelled words less sure, and nothing worse. Blocking."""
    return Familiar([*_vocabulary(), *_places(cache_dir, loader)])


def _vocabulary() -> list[str]:
    try:
        lines = (weights.minilm() / "vocab.txt").read_text("utf-8").split()
    except (ModelError, OSError) as error:
        log.warning("no vocabulary of familiar words: %s", error)
        return []
    return [line for line in lines if len(line) >= _SHORTEST and line.isascii() and line.isalpha()]


def _places(cache_dir: Path, loader: Sequence[str]) -> list[str]:
    """From the cache, or made by a process of its own."""
    kept = cache_dir / f"places-{version('phonenumbers')}.txt"
    try:
        return kept.read_text("utf-8").split()
    except (OSError, UnicodeDecodeError):
        pass
    try:
        made = subprocess.run(loader, capture_output=True, check=True, timeout=_PATIENCE_S).stdout
        cache_dir.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(prefix=".places-", dir=cache_dir)
        with os.fdopen(handle, "wb") as file:
            file.write(made)
        Path(scratch).replace(kept)
        return made.decode("utf-8").split()
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
        log.warning("no names of places: %s", type(error).__name__)
        return []
