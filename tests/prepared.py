"""Data directories that share what is made of model files and learned from flows."""

from __future__ import annotations

from pathlib import Path


def with_models(data_dir: Path, prepared: Path) -> Path:
    """Make the data directory, with `prepared` as its cache."""
    data_dir.mkdir(parents=True)
    (data_dir / "cache").symlink_to(prepared, target_is_directory=True)
    return data_dir
