"""A real Medusa shows every behaviour that it announces."""

from __future__ import annotations

import pytest
from medusa_backend import MedusaBackend
from real_backend import shows

from voicebot.oms.conformance import BEHAVIOURS, Behaviour
from voicebot.oms.connector import Cap

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("one", BEHAVIOURS, ids=lambda one: one.name)
async def test_behaviour(medusa: MedusaBackend, one: Behaviour) -> None:
    await shows(medusa, one, "has its own list of statuses")


async def test_what_medusa_lacks_is_not_announced(medusa: MedusaBackend) -> None:
    lacks = {Cap.FIND_BY_PAYMENT, Cap.SUBSCRIPTIONS, Cap.PAYMENT_LINK, Cap.PROMO_REISSUE, Cap.IDEMPOTENT_WRITES}
    lacks |= {Cap.FIND_BY_NAME, Cap.ACCOUNT_ADDRESS, Cap.STORE_CREDIT}
    assert set(Cap) - medusa.connector.caps == lacks
