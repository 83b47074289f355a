"""What the policy asks for before an action, and what our side has said."""

from __future__ import annotations

from typing import Any, cast

import pytest
from acting_house import CUSTOMER, ORDER, Shop
from call_fakes import MemoryLog

from voicebot.call.writing import needs_of, spoken_in
from voicebot.oms.actions import ActionKind
from voicebot.oms.connector import OmsConnector
from voicebot.oms.desk import OrderDesk
from voicebot.oms.settings import OmsSettings
from voicebot.policy.book import PolicyBook
from voicebot.records.events.dialogue import Said
from voicebot.records.events.policy import PolicyDecided
from voicebot.records.live import LiveLog

BOOK = """
policy: verification
version: 2026-01-01
vocab:
  action: {type: string}
  amount_minor: {type: int, default: 0}
outcomes:
  level: int
rules:
  - {id: large, layer: safety, say: A large sum., when: {amount_minor: ">= 30000"}, then: {level: 3}}
  - {id: usual, layer: global, say: The usual., when: {}, then: {level: 1}}
cases:
  - {name: large, facts: {action: refund, amount_minor: 30000}, rule: large, outcome: {level: 3}}
  - {name: usual, facts: {action: refund, amount_minor: 1}, rule: usual, outcome: {level: 1}}
"""
ABOVE_THE_LAW = """
policy: verification
version: 2026-01-01
vocab: {action: string, amount_minor: int}
outcomes: {level: {best_first: [3, 2, 1]}}
rules:
  - {id: law, layer: statute, statute: article 9, say: By law., when: {action: refund}, then: {level: 2}}
  - {id: large, layer: safety, say: A large sum., when: {amount_minor: ">= 30000"}, then: {level: 3}}
  - {id: rest, layer: global, say: The usual., when: {}, then: {level: 1}}
"""


def desk() -> OrderDesk:
    return OrderDesk(cast(OmsConnector, Shop()), OmsSettings())


@pytest.mark.parametrize(("preview", "level"), [({"refund_minor": 30000}, 3), ({"refund_minor": 5}, 1), ({}, 1)])
async def test_the_policy_decides_by_what_is_at_stake(preview: dict[str, Any], level: int) -> None:
    log = MemoryLog()
    needs = needs_of(PolicyBook.parse({"v.yaml": BOOK}), desk(), log, lambda: "2026-02-01")
    assert needs is not None
    assert needs(ActionKind.REFUND, preview, ORDER) == level
    (decided,) = log.of(PolicyDecided)
    assert cast(PolicyDecided, decided).outcome == {"level": level}
    assert CUSTOMER.last_name not in str(decided)


def test_a_decision_made_while_writing_is_logged_with_its_whole_trace() -> None:
    log = MemoryLog()
    needs = needs_of(PolicyBook.parse({"v.yaml": ABOVE_THE_LAW}), desk(), log, lambda: "2026-02-01")
    assert needs is not None
    assert needs(ActionKind.REFUND, {"refund_minor": 30000}, ORDER) == 3
    (event,) = log.of(PolicyDecided)
    assert isinstance(event, PolicyDecided)
    assert (event.rule, event.layer, event.say, event.because) == ("large", "safety", "large", "A large sum.")
    assert (event.statute, event.floor) == ("article 9", "law")
    assert event.trace == (
        {"rule": "large", "fact": "amount_minor", "test": "amount_minor >= 30000", "value": 30000},
        {"rule": "law", "fact": "action", "test": "action is refund", "value": "refund"},
    )


async def test_a_policy_that_does_not_hold_asks_for_the_most() -> None:
    book = BOOK.replace("version: 2026-01-01", "version: 2026-01-01\neffective: {from: 2026-01-01, to: 2026-01-31}")
    needs = needs_of(PolicyBook.parse({"v.yaml": book}), desk(), MemoryLog(), lambda: "2026-02-01")
    assert needs is not None
    assert needs(ActionKind.NOTE, {}, ORDER) == 3


def test_without_a_policy_the_built_in_levels_hold() -> None:
    assert needs_of(PolicyBook({}), desk(), MemoryLog(), lambda: "2026-02-01") is None


def test_what_was_said_is_in_the_log() -> None:
    log = LiveLog("c1", clock=lambda: 0.0)
    log.append(Said(utterance="u1", text="Your mug is on its way."))
    assert spoken_in(log)() == ("Your mug is on its way.",)
