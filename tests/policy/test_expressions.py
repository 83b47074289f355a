"""Expressions never raise in a live call, and mistakes are found when they are read."""

from __future__ import annotations

from typing import Any

import pytest

from voicebot.policy.expressions import Expression

FACTS: dict[str, Any] = {"order": {"days": 3, "items": [{"n": 1}, {"n": 2}]}, "none": None}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("order.days > 2", True),
        ("order.items.filter(i, i.n > 1)[0].n", 2),
        ("order.items.exists(i, i.n == 2)", True),
        ("order.days == 3 ? 'a' : 'b'", "a"),
        ("none == null || none.x == 1", True),
        ("order.nothing == 1", None),
        ("nothing.at.all", None),
        ("order.items[7]", None),
        ("none > 3", None),
        ("order.days / 0", None),
    ],
)
def test_values(source: str, value: Any) -> None:
    assert Expression(source).value(FACTS) == value


def test_only_true_holds() -> None:
    assert Expression("order.days > 2").holds(FACTS)
    assert not Expression("order.days").holds(FACTS)
    assert not Expression("order.nothing").holds(FACTS)


@pytest.mark.parametrize("source", ["", "a ==", "length(a)", "a.lower()", "(", "a b"])
def test_mistakes_are_found_when_reading(source: str) -> None:
    with pytest.raises(ValueError):
        Expression(source)


def test_names_leave_out_what_macros_bind() -> None:
    assert Expression("a.exists(x, x.n == b) && c == 'd.map(e, f)'").names == {"a", "b", "c"}
