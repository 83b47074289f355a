"""A real Vendure shows every behaviour that it announces."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from vendure_backend import VendureBackend
from vendure_shop import VendureShop

from voicebot.oms.conformance import BEHAVIOURS, Behaviour, check
from voicebot.oms.connector import Cap

pytestmark = pytest.mark.e2e


@pytest.fixture
async def backend(vendure_shop: VendureShop) -> AsyncIterator[VendureBackend]:
    vendure = VendureBackend(vendure_shop)
    yield vendure
    await vendure.close()


@pytest.mark.parametrize("one", BEHAVIOURS, ids=lambda one: one.name)
async def test_behaviour(backend: VendureBackend, one: Behaviour) -> None:
    verdict = await check(one, backend)
    if verdict.status == "not_applicable":
        assert "does not announce" in verdict.reason, verdict.reason
    else:
        assert verdict.status == "passed", verdict.reason


async def test_what_vendure_lacks_is_not_announced(backend: VendureBackend) -> None:
    lacks = {
        Cap.FIND_BY_PAYMENT,
        Cap.FIND_BY_NAME,
        Cap.ACCOUNT_ADDRESS,
        Cap.STORE_CREDIT,
        Cap.RETURN,
        Cap.EXCHANGE,
        Cap.RESEND,
        Cap.SUBSCRIPTIONS,
        Cap.PAYMENT_LINK,
        Cap.PROMO_REISSUE,
        Cap.IDEMPOTENT_WRITES,
    }
    assert set(Cap) - backend.connector.caps == lacks
