"""A real Medusa shows every behaviour that it announces."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from medusa_backend import MedusaBackend
from medusa_shop import MedusaShop

from voicebot.oms.conformance import BEHAVIOURS, Behaviour, check
from voicebot.oms.connector import Cap

pytestmark = pytest.mark.e2e

#: Why a behaviour is not applicable to Medusa.
_NOT_THERE = ("does not announce", "has its own list of statuses")


@pytest.fixture
async def backend(medusa_shop: MedusaShop) -> AsyncIterator[MedusaBackend]:
    medusa = MedusaBackend(medusa_shop.url, medusa_shop.seeder, medusa_shop.accounts)
    yield medusa
    await medusa.close()


@pytest.mark.parametrize("one", BEHAVIOURS, ids=lambda one: one.name)
async def test_behaviour(backend: MedusaBackend, one: Behaviour) -> None:
    verdict = await check(one, backend)
    if verdict.status == "not_applicable":
        assert any(reason in verdict.reason for reason in _NOT_THERE), verdict.reason
    else:
        assert verdict.status == "passed", verdict.reason


async def test_what_medusa_lacks_is_not_announced(backend: MedusaBackend) -> None:
    lacks = {Cap.FIND_BY_PAYMENT, Cap.SUBSCRIPTIONS, Cap.PAYMENT_LINK, Cap.PROMO_REISSUE, Cap.IDEMPOTENT_WRITES}
    lacks |= {Cap.FIND_BY_NAME, Cap.ACCOUNT_ADDRESS, Cap.STORE_CREDIT}
    assert set(Cap) - backend.connector.caps == lacks
