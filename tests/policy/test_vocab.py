"""Facts of a policy: types, defaults, stand-ins, wording."""

from __future__ import annotations

import math
from typing import Any

import pytest

from voicebot.policy.vocab import read_fact

REGION = {"values": ["EU", "US", "other"], "default": "other", "unlisted": "other"}


@pytest.mark.parametrize(
    ("raw", "value", "taken"),
    [
        ("int", 3, 3),
        ("double", 3, 3),
        ("bool", False, False),
        ({"type": "int", "default": 0}, None, 0),
        ({"type": "bool", "default": False}, None, False),
        (REGION, None, "other"),
        (REGION, "JP", "other"),
        (REGION, "EU", "EU"),
        (["a", "b"], "a", "a"),
    ],
)
def test_what_is_taken(raw: Any, value: Any, taken: Any) -> None:
    assert read_fact("f", raw).taken(value) == taken


@pytest.mark.parametrize(
    ("raw", "value", "why"),
    [
        ("int", None, "f is missing"),
        ("int", "3", "f is not an int"),
        ("int", True, "f is not an int"),
        ("int", 3.0, "f is not an int"),
        ("int", 10**30, "f is out of range"),
        ("double", math.nan, "f is out of range"),
        ("double", math.inf, "f is out of range"),
        ("bool", 1, "f is not a bool"),
        ("string", ["a"], "f is not a string"),
        ("string", {"a": 1}, "f is not a string"),
        (["a", "b"], "c", "f is none of a, b"),
        ({"type": "int", "min": 0}, -1, "f is out of range"),
    ],
)
def test_what_is_not_taken(raw: Any, value: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_fact("f", raw).taken(value)


@pytest.mark.parametrize(
    "raw",
    [
        "integer", 3, None, [], {}, {"type": "int", "minn": 0}, {"type": "int", "default": "a"}, {"values": "EU"},
        {"values": ["a"], "default": "b"}, {"values": ["a"], "unlisted": "b"}, {"type": "string", "min": 0},
        {"type": "int", "said": 3}, {"type": "int", "said": {"a": 3}}, {"type": "int", "min": 0, "default": -1},
        {"type": ["int"]},
        {"type": "double", "min": math.nan}, {"values": [1, "a"]}, {"type": "int", "min": "0"},
    ],
    ids=str,
)  # fmt: skip
def test_entries_that_cannot_be(raw: Any) -> None:
    with pytest.raises(ValueError):
        read_fact("f", raw)


@pytest.mark.parametrize(
    ("name", "raw", "value", "currency", "words"),
    [
        ("days", {"type": "int", "said": "it is day {}"}, 71, "", "it is day 71"),
        ("product_type", "string", "hiking_boots", "", "product type is hiking boots"),
        ("tier", "string", "", "", "tier is empty"),
        ("opened", {"type": "bool", "said": {"true": "it was opened"}}, True, "", "it was opened"),
        ("opened", {"type": "bool", "said": {"true": "it was opened"}}, False, "", "opened is false"),
        ("price_minor", {"type": "int", "unit": "minor"}, 42000, "EUR", "price is 420.00"),
        ("price_minor", {"type": "int", "unit": "minor"}, 42000, "JPY", "price is 42000"),
        ("price_minor", {"type": "int", "unit": "minor"}, 42000, "KWD", "price is 42.000"),
        ("said", {"type": "string", "said": "{} it is"}, "{0}%s{x}", "", "{0}%s{x} it is"),
    ],
)
def test_how_values_are_said(name: str, raw: Any, value: Any, currency: str, words: str) -> None:
    assert read_fact(name, raw).words(value, {"currency": currency}) == words
