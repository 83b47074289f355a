"""Cells: what they accept, what they are in CEL, and how they read."""

from __future__ import annotations

from typing import Any

import pytest

from voicebot.policy.cells import apart, covers, parse_cells
from voicebot.policy.failing import failing_cells
from voicebot.policy.vocab import Fact, read_fact

VOCAB = {
    "days": read_fact("days", {"type": "int", "unit": "days since delivery", "said": "it is day {}", "min": -1}),
    "price_minor": read_fact("price_minor", {"type": "int", "unit": "minor", "min": 0}),
    "rate": read_fact("rate", {"type": "double", "min": 0, "max": 1}),
    "opened": read_fact("opened", {"type": "bool", "said": {"true": "it was opened", "false": "it was not opened"}}),
    "region": read_fact("region", ["EU", "UK", "US", "other"]),
    "name": read_fact("name", "string"),
}
CELLS: list[tuple[str, Any]] = [
    ("days", 3), ("days", [1, 2]), ("days", "<= 14"), ("days", "< 14"), ("days", ">= 14"), ("days", "> 14"),
    ("days", "!= 3"), ("days", "== 3"), ("days", "0..14"), ("rate", ">= 0.5"), ("rate", "0.25..0.5"),
    ("opened", True), ("opened", False), ("opened", "!= true"), ("region", "EU"), ("region", ["EU", "UK"]),
    ("region", "!= 'EU'"), ("name", "O'Brien \\ \n"), ("name", ["", "x"]),
]  # fmt: skip
VALUES: dict[str, list[Any]] = {
    "days": [-1, 0, 1, 2, 3, 13, 14, 15, 1000],
    "rate": [0, 0.1, 0.25, 0.3, 0.5, 0.51, 1, 1.0],
    "opened": [True, False],
    "region": ["EU", "UK", "US", "other"],
    "name": ["", "x", "y", "O'Brien \\ \n"],
}


def only(fact: str, raw: Any, vocab: dict[str, Fact] = VOCAB) -> Any:
    (cell,) = parse_cells(fact, raw, vocab)
    return cell


@pytest.mark.parametrize(("fact", "raw"), CELLS, ids=str)
def test_a_cell_holds_when_its_expression_does(fact: str, raw: Any) -> None:
    cell = only(fact, raw)
    seen = set()
    for value in VALUES[fact]:
        seen.add(cell.holds({fact: value}))
        assert cell.holds({fact: value}) is cell.test.holds({fact: value}), value
    assert seen == {True, False}


@pytest.mark.parametrize("fact", list(VALUES))
def test_failing_cells_are_looked_up_rightly(fact: str) -> None:
    cells = [(1 << n, only(fact, raw)) for n, (name, raw) in enumerate(CELLS) if name == fact]
    look_up = failing_cells(VOCAB[fact], [*cells, (1 << 60, only("price_minor", "> 5"))])
    for value in VALUES[fact]:
        assert look_up.of(value) == sum(bit for bit, cell in cells if not cell.holds({fact: value})), value


def test_a_fact_without_cells_fails_none() -> None:
    assert failing_cells(VOCAB["price_minor"], []).of(7) == 0


@pytest.mark.parametrize(
    ("fact", "raw", "words", "alone"),
    [
        ("days", "<= 60", "at most 60 days since delivery", "only the 60 days since delivery fail"),
        ("days", "0..14", "0 to 14 days since delivery", "only the 14 days since delivery fail"),
        ("price_minor", ">= 30000", "price at least 300.00", "only the limit of 300.00 fails"),
        ("region", ["EU", "UK", "US"], "region is EU, UK or US", "only region is EU, UK or US fails"),
        ("opened", False, "it was not opened", "only it was not opened fails"),
        ("rate", "> 0.5", "rate > 0.5", "only rate > 0.5 fails"),
        ("name", ["", "x_y"], "name is empty or x y", "only name is empty or x y fails"),
    ],
)
def test_cells_read_plainly(fact: str, raw: Any, words: str, alone: str) -> None:
    assert (only(fact, raw).words, only(fact, raw).alone) == (words, alone)


def test_expressions_may_have_words() -> None:
    cells = list(parse_cells("expr", {"it is cheap": "price_minor < 100", "it is new": "days < 3"}, VOCAB))
    assert [cell.words for cell in cells] == ["it is cheap", "it is new"]
    assert [cell.alone for cell in cells] == ['only "it is cheap" fails', 'only "it is new" fails']
    assert cells[0].test.holds({"price_minor": 5})


@pytest.mark.parametrize(
    ("fact", "raw", "why"),
    [
        ("days", "soon", "not an int"),
        ("days", "<= soon", "not an int"),
        ("days", True, "not an int"),
        ("days", [], "empty"),
        ("days", "14..0", "never"),
        ("days", "3..3", "only once"),
        ("days", "0.5..3", "not of type int"),
        ("days", "-9..-5", "never holds"),
        ("days", "< -1", "never holds"),
        ("days", ">= -1", "always holds"),
        ("rate", "> 1", "never holds"),
        ("rate", "<= 1", "always holds"),
        ("region", "FR", "never its value"),
        ("region", ["EU", "UK", "US", "other"], "always holds"),
        ("region", "!= 'FR'", "always holds"),
        ("region", "> 'EU'", "cannot be compared"),
        ("opened", "yes", "not a bool"),
        ("expr", "true", "reads no fact"),
        ("expr", "dais > 3", "not in the vocab"),
        ("expr", "days >", "Syntax error"),
        ("expr", {"words": 3}, "not an expression"),
    ],
)
def test_cells_that_cannot_be(fact: str, raw: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        list(parse_cells(fact, raw, VOCAB))


@pytest.mark.parametrize(
    ("one", "other", "are_apart", "is_wider"),
    [
        ("<= 14", "> 14", True, False),
        ("<= 14", ">= 14", False, False),
        ("< 14", ">= 14", True, False),
        ("0..14", "15..20", True, False),
        ("0..14", "14..20", False, False),
        ("0..20", "5..10", False, True),
        ("0..20", "> 5", False, False),
        ("> 5", "6..20", False, True),
        ("0..20", 7, False, True),
        ("0..20", [7, 30], False, False),
        ([7, 30], "10..20", True, False),
        ("!= 3", "4..9", False, True),
        ("!= 3", 3, True, False),
        ("< 3", "< 9", False, False),
    ],
)
def test_cells_beside_one_another(one: Any, other: Any, are_apart: bool, is_wider: bool) -> None:
    first, second = only("days", one), only("days", other)
    assert apart(first, second) is apart(second, first) is are_apart
    assert covers(first, second) is is_wider


def test_cells_on_different_facts_say_nothing_of_one_another() -> None:
    assert not apart(only("days", 3), only("rate", "> 0.5"))
    assert not covers(only("days", 3), only("rate", "> 0.5"))
    (expr,) = parse_cells("expr", "days > 3", VOCAB)
    assert not apart(expr, only("days", 3))
