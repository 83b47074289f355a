"""What tests share is made once, also when several processes want it at the same time."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from prepared import made_once

WORKERS = 4


def test_who_comes_later_waits_for_the_first(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        time.sleep(0.05)
        (folder / "model").write_text("whole")

    def ask(_: int) -> str:
        # Each opens the lock's file for itself, as a process does.
        return (made_once(tmp_path / "prepared", make) / "model").read_text()

    with ThreadPoolExecutor(WORKERS) as workers:
        assert list(workers.map(ask, range(WORKERS))) == ["whole"] * WORKERS
    assert len(made) == 1


def test_what_was_half_made_is_made_anew(tmp_path: Path) -> None:
    def broken(folder: Path) -> None:
        (folder / "rest").touch()
        raise ValueError("no space")

    with pytest.raises(ValueError, match="no space"):
        made_once(tmp_path / "prepared", broken)
    folder = made_once(tmp_path / "prepared", lambda scratch: (scratch / "model").touch())
    assert [file.name for file in folder.iterdir()] == ["model"]
