"""What several modules' tests use: a real order system, started once for a test run, and the ledger."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from write_fakes import Clock

from voicebot.oms.ledger import Ledger

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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(database_url: str, clock: Clock) -> Iterator[Ledger]:
    opened = Ledger(database_url, wall=clock)
    yield opened
    opened.close()
