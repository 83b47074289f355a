"""Templates give typed parts, or say that a value is missing."""

from __future__ import annotations

from typing import Any

import pytest

from voicebot.dialogue.render import UnspeakableError, joined, parse
from voicebot.dialogue.wording import Part, text

FACTS: dict[str, Any] = {
    "order": {"number": "4481207", "total": 1999, "currency": "EUR", "eta": "2026-11-23", "none": None, "on": True},
    "names": ["Ada", "Bob"],
    "last_said": text("Hello."),
}


def test_fixed_text_is_one_part() -> None:
    assert parse("Hello   there.\n").render({}) == text("Hello there.")


def test_values_keep_their_kind() -> None:
    wording = parse("Order {{ order.number | order_number }} costs {{ order.total, order.currency | money }}.").render(
        FACTS
    )
    assert wording == (
        Part("text", "Order "),
        Part("order_number", "4481207"),
        Part("text", " costs "),
        Part("money", "1999 EUR"),
        Part("text", "."),
    )


def test_dates_are_iso_and_without_kind_a_value_is_plain() -> None:
    assert parse("{{ order.eta | date }}").render(FACTS) == (Part("date", "2026-11-23"),)
    assert parse("{{ due | date }}").render({"due": "2026-11-22T10:00:00Z"}) == (Part("date", "2026-11-22"),)
    assert parse("{{ names.1 }}").render(FACTS) == (Part("plain", "Bob"),)
    assert parse("{{ names | list }}").render(FACTS) == (Part("list", "Ada, Bob"),)


def test_an_interval_is_two_dates() -> None:
    assert parse("{{ bought | date }}").render({"bought": "2026-11-09/2026-11-15"}) == (
        Part("date", "2026-11-09"),
        Part("text", " to "),
        Part("date", "2026-11-15"),
    )


def test_what_was_last_said_is_wording() -> None:
    assert parse("Again: {{ last_said }}").render(FACTS) == text("Again: Hello.")


@pytest.mark.parametrize(
    "source",
    ["{{ order.none }}", "{{ order.nothing }}", "{{ nothing.at.all }}", "{{ order.on }}", "{{ order }}",
     "{{ order.number | date }}", "{{ names.7 }}", "{{ order.number, order.currency | money }}"],
)  # fmt: skip
def test_a_value_that_is_not_there_is_never_spoken(source: str) -> None:
    with pytest.raises(UnspeakableError):
        parse(source).render(FACTS)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "  ",
        "{{ }}",
        "{{ a | what }}",
        "{{ a() }}",
        "{{ a",
        "a }}",
        "{{ a | money }}",
        "{{ a, b | date }}",
        "{{ a.b-c }}",
        "{{ choices | date }}",
    ],
)
def test_broken_templates_are_refused(source: str) -> None:
    with pytest.raises(ValueError):
        parse(source)


def test_values_are_data_not_templates() -> None:
    assert parse("{{ a }}").render({"a": "{{ order.number }}"}) == (Part("plain", "{{ order.number }}"),)


def test_lists_of_wordings_read_naturally() -> None:
    items = [text("one"), text("two"), (Part("date", "2026-11-23"),)]
    assert joined(items) == (Part("text", "one, two or "), Part("date", "2026-11-23"))
    assert joined(items[:1]) == text("one")
