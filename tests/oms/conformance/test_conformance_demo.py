"""The demo shop shows every behaviour: it announces everything that a backend may be able to do."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from demo_backend import DemoBackend

from voicebot.oms.conformance import BEHAVIOURS, Behaviour, check
from voicebot.oms.connector import Cap


@pytest.fixture
async def backend() -> AsyncIterator[DemoBackend]:
    demo = DemoBackend()
    yield demo
    await demo.close()


@pytest.mark.parametrize("one", BEHAVIOURS, ids=lambda one: one.name)
async def test_behaviour(backend: DemoBackend, one: Behaviour) -> None:
    verdict = await check(one, backend)
    assert verdict.status == "passed", verdict.reason


def test_every_capability_is_covered() -> None:
    covered = {cap for one in BEHAVIOURS for cap in one.needs}
    assert covered == set(Cap)
