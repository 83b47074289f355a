"""Data directories that share what is made of model files and learned from flows."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

from voicebot.dialogue.interpreter import load_interpreter
from voicebot.dialogue.loader import load_flows
from voicebot.dialogue.settings import DialogueSettings

ROOT = Path(__file__).parents[1]


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder, made by the first process that asks; who asks meanwhile waits for it."""
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            scratch = folder.with_name(f"{folder.name}.new")
            shutil.rmtree(scratch, ignore_errors=True)  # of one that failed
            scratch.mkdir()
            make(scratch)
            scratch.rename(folder)
    return folder


def learn_shipped(cache: Path) -> None:
    """What the shipped flows teach, and the sentence model for it, into an empty folder."""
    load_interpreter(load_flows(ROOT / "flows"), cache, DialogueSettings())


def with_models(data_dir: Path, prepared: Path) -> Path:
    """Make the data directory, with `prepared` as its cache."""
    data_dir.mkdir(parents=True)
    (data_dir / "cache").symlink_to(prepared, target_is_directory=True)
    return data_dir
