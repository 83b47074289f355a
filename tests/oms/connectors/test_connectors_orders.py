from __future__ import annotations

from dataclasses import replace

import pytest
from oms_builders import NOW, line, order

from voicebot.oms.connectors.orders import found, versioned
from voicebot.oms.model import Address, CustomerRef, Order
from voicebot.oms.money import Money
from voicebot.oms.status import OrderStatus

ORDER = order()


def test_unsettled_come_first_and_then_the_newest() -> None:
    old, new = order(number="1", placed=-9), order(number="2", placed=-2)
    over = order(number="3", placed=-1, status=OrderStatus.CANCELLED)
    there = order(number="4", placed=0, lines=(replace(line(), delivered=1),))
    ref = CustomerRef(id="c-1", first_name="Nora")
    answer = found([over, old, there, new], [ref], 3, NOW)
    assert [each.number for each in answer.orders] == ["2", "1", "4"]
    assert (answer.customers, answer.fetched_at) == ((ref,), NOW)


def test_a_version_is_the_same_for_the_same() -> None:
    assert versioned(ORDER).version == versioned(replace(ORDER, version="other")).version != ""


@pytest.mark.parametrize(
    "changed",
    [
        replace(ORDER, status=OrderStatus.CANCELLED),
        replace(ORDER, total=Money(1, "USD")),
        replace(ORDER, lines=(line(quantity=2),)),
        replace(ORDER, ship_to=Address(street="9 Lindenallee")),
        replace(ORDER, raw_payment_status="refunded"),
    ],
)
def test_what_a_plan_rests_upon_makes_another(changed: Order) -> None:
    assert versioned(changed).version != versioned(ORDER).version


def test_more_can_count() -> None:
    assert versioned(ORDER, "c-1").version != versioned(ORDER, "c-2").version
