"""Real order systems for the conformance suite, started once for a test run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from medusa_shop import MedusaShop


@pytest.fixture(scope="session")
def medusa_shop() -> Iterator[MedusaShop]:
    """A running Medusa with a catalogue."""
    from medusa_shop import running_medusa

    with running_medusa() as shop:
        yield shop
