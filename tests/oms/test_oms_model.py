from __future__ import annotations

from dataclasses import replace

import pytest
from oms_builders import line

from voicebot.oms.model import fulfillment_of
from voicebot.oms.status import FulfillmentStatus

F = FulfillmentStatus


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        # fulfilled, shipped, delivered, written off
        ((0, 0, 0, 0), F.UNFULFILLED),
        ((1, 0, 0, 0), F.PARTIALLY_FULFILLED),
        ((3, 0, 0, 0), F.FULFILLED),
        ((3, 2, 0, 0), F.PARTIALLY_SHIPPED),
        ((3, 3, 0, 0), F.SHIPPED),
        ((3, 3, 1, 0), F.PARTIALLY_DELIVERED),
        ((2, 2, 2, 1), F.DELIVERED),
    ],
)
def test_fulfilment_is_the_furthest_stage(pieces: tuple[int, int, int, int], expected: F) -> None:
    fulfilled, shipped, delivered, written_off = pieces
    three = replace(
        line(quantity=3), fulfilled=fulfilled, shipped=shipped, delivered=delivered, written_off=written_off
    )
    assert fulfillment_of((three,)) is expected


def test_no_lines_are_unfulfilled() -> None:
    assert fulfillment_of(()) is F.UNFULFILLED
