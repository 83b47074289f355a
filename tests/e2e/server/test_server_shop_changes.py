"""What counts as the right change of a shop, without a shop."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from shop_changes import Right, Watched, days_after, during, in_days

BEGAN = datetime.fromisoformat("2026-11-22T23:40:00-05:00")


def call(before: dict[str, Any], after: dict[str, Any]) -> Watched:
    return Watched(before=before, after=after, began=BEGAN, ended=BEGAN + timedelta(seconds=60))


@pytest.mark.parametrize(
    ("right", "value", "others"),
    [
        (in_days(60), "2027-01-21", ("2026-12-22", "2027-01-20", "2027-02-20", None)),
        (in_days(0), "2026-11-22", ("2026-11-23", None)),
        (days_after("charge", 28), "2026-12-29", ("2026-12-30", "2027-01-26", None)),
        (during, "2026-11-23T04:40:30Z", ("2026-11-23T04:39:59Z", "2026-11-23T04:41:01Z", None)),
    ],
)
def test_one_value_is_right_and_its_neighbours_are_not(
    right: Right, value: str, others: tuple[str | None, ...]
) -> None:
    before = {"charge": "2026-12-01", "paid": 1}
    assert call(before, {**before, "charge": value}).is_as_wished({"charge": right})
    for other in others:
        assert not call(before, {**before, "charge": other}).is_as_wished({"charge": right}), other


def test_nothing_more_and_nothing_less_than_was_wished() -> None:
    changed = call({"a": 1, "b": 2, "c.id": "x"}, {"a": 1, "b": 3, "d": "Oak Street", "c.id": "y"})
    assert changed.is_as_wished({"b": 3, "d": re.compile("Oak .*")})
    assert not changed.is_as_wished({"b": 3})
    assert not changed.is_as_wished({"a": 1, "b": 3, "d": "Oak Street"})
    assert not changed.is_as_wished({"b": 3, "d": re.compile("Oak")})
