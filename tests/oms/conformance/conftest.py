"""A real order system for the conformance suite, started once for a test run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vendure_shop import VendureShop


@pytest.fixture(scope="session")
def vendure_shop() -> Iterator[VendureShop]:
    """A running Vendure with a catalogue."""
    from vendure_shop import running_vendure

    with running_vendure() as shop:
        yield shop
