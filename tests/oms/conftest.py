"""A real order system that several folders' tests use, started once for a test run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# How it is started and filled is kept beside the conformance suite.
sys.path.insert(0, str(Path(__file__).parent / "conformance"))

if TYPE_CHECKING:
    from medusa_shop import MedusaShop


@pytest.fixture(scope="session")
def medusa_shop() -> Iterator[MedusaShop]:
    """A running Medusa with a catalogue."""
    from medusa_shop import running_medusa

    with running_medusa() as shop:
        yield shop
