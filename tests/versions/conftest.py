"""A small shop's folders, and a store beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
import versions_bench as bench

from voicebot.versions.contents import Folders
from voicebot.versions.store import VersionStore


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return bench.shop(tmp_path / "shop")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Not there yet."""
    return tmp_path / "data"


@pytest.fixture
def store(data: Path) -> VersionStore:
    return VersionStore(data)
