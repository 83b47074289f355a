"""Expressions never raise in a live call, and mistakes are found when they are read."""

from __future__ import annotations

from typing import Any

import cel
import pytest

from voicebot.policy.expressions import MAX_CHARACTERS, Expression

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


def test_what_the_native_compiler_does_not_survive_is_not_given_to_it() -> None:
    with pytest.raises(ValueError, match="more than"):
        Expression("+".join(["1"] * 100_000))
    assert Expression("+".join(["1"] * (MAX_CHARACTERS // 2))).value({}) == MAX_CHARACTERS // 2


def test_names_leave_out_what_macros_bind() -> None:
    assert Expression("a.exists(x, x.n == b) && c == 'd.map(e, f)'").names == {"a", "b", "c"}


ORDERS: dict[str, Any] = {
    "orders": [{"n": "1", "open": True, "items": [{"p": 5}]}, {"n": "2", "open": False, "items": []}, {"n": "3"}],
    "wanted": "2",
    "word": "abc",
}


@pytest.mark.parametrize(
    "source",
    [
        "orders.filter(o, has(o.open) && o.open)",
        "orders.filter(o, o.n == wanted)[0]",
        "orders.filter(o, o.n == wanted)[0].n",
        "orders.filter(o, o.n != 'x)')",
        "orders.filter(o, has(o.items) && o.items.exists(i, i.p > 3)).map(o, o.n)",
        "orders.map(o, o.n)",
        "orders.map(o, o)",
        "orders.exists(o, o.n == wanted) && size(orders) == 3",
        "orders[1].n == wanted",
        "orders.exists(o, has(o.items) && o.items.exists(i, i.p == 5))",
        "size(orders[0].items) + size(word)",
        "size(orders) > 2 ? orders[0] : orders[1]",
        "orders.all(o, size(o.n) == 1)",
        "word.startsWith('a') && word in ['abc']",
        "orders == orders",
        "{'a': orders[0].n}.a",
    ],
)
def test_leaving_out_what_is_not_read_changes_nothing(source: str) -> None:
    assert Expression(source).value(ORDERS) == cel.evaluate(source, ORDERS)


def test_elements_of_which_nothing_can_be_told_are_left_out() -> None:
    assert Expression("orders.filter(o, o.open)").value(ORDERS) == ORDERS["orders"][:1]


@pytest.mark.parametrize(
    ("source", "facts", "value"),
    [
        ("order == null", {"order": {"number": "1", "items": [1, 2]}}, False),
        ("order != null", {"order": {}}, True),
        ("order == null", {}, True),
        ("order.eta == null", {"order": {"eta": None}}, True),
        ("order.eta == null", {"order": {"eta": "2026-11-21"}}, False),
        ("order.eta == null", {"order": {}}, None),
        ("order == null || order.number != '7'", {"order": {"number": "7", "items": []}}, False),
        (
            "mine != null && mine.customer != null ? mine.customer.tier : null",
            {"mine": {"customer": {"tier": "vip"}}},
            "vip",
        ),
        ("items == null ? [] : items", {"items": [{"a": 1}]}, [{"a": 1}]),
        ("items != null", {"items": []}, True),
    ],
)
def test_whether_something_is_there_is_known_without_all_that_is_in_it(source: str, facts: Any, value: Any) -> None:
    assert Expression(source).value(facts) == value
