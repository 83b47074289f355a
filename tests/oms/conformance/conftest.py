"""Real order systems for the conformance suite, each started once for a test run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from medusa_backend import MedusaBackend
    from medusa_shop import MedusaShop
    from vendure_backend import VendureBackend
    from vendure_shop import VendureShop


@pytest.fixture(scope="session")
def vendure_shop() -> Iterator[VendureShop]:
    """A running Vendure with a catalogue."""
    from vendure_shop import running_vendure

    with running_vendure() as shop:
        yield shop


@pytest.fixture
async def medusa(medusa_shop: MedusaShop) -> AsyncIterator[MedusaBackend]:
    from medusa_backend import MedusaBackend

    backend = MedusaBackend(medusa_shop.url, medusa_shop.seeder, medusa_shop.accounts)
    yield backend
    await backend.close()


@pytest.fixture
async def vendure(vendure_shop: VendureShop) -> AsyncIterator[VendureBackend]:
    from vendure_backend import VendureBackend

    backend = VendureBackend(vendure_shop)
    yield backend
    await backend.close()
