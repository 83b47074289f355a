"""A real Vendure shows every behaviour that it announces."""

from __future__ import annotations

import pytest
from real_backend import shows
from vendure_backend import VendureBackend

from voicebot.oms.conformance import BEHAVIOURS, Behaviour
from voicebot.oms.connector import Cap

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("one", BEHAVIOURS, ids=lambda one: one.name)
async def test_behaviour(vendure: VendureBackend, one: Behaviour) -> None:
    await shows(vendure, one)


async def test_what_vendure_lacks_is_not_announced(vendure: VendureBackend) -> None:
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
    assert set(Cap) - vendure.connector.caps == lacks
