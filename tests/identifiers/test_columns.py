"""Numbers as integers; and looking at beginnings and ends first loses none of those that are near."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from voicebot.identifiers import columns
from voicebot.identifiers.columns import Table, encoded


def table(numbers: list[str]) -> Table:
    return Table(len(numbers[0]), np.array([encoded(number) for number in numbers], dtype=np.int64))


def test_a_number_is_its_characters() -> None:
    assert [part.tolist() for part in columns.columns(np.array([encoded("0Z9"), encoded("A00")]), 3)] == [
        [0, 10],
        [35, 0],
        [9, 0],
    ]
    assert encoded("Z" * columns.LONGEST) < 2**63


def test_what_is_in_it() -> None:
    made = table(["4481207", "0000001"])
    assert encoded("4481207") in made
    assert encoded("4481208") not in made
    assert encoded("ZZZZZZZ") not in made


@pytest.mark.parametrize("length", [4, 7, 9])
def test_cut_in_two_or_not_the_same_numbers_are_near(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(length)
    low = 10 ** (length - 1)
    numbers = [str(n) for n in random.sample(range(low, min(10 * low, low + 60_000)), min(9 * low, 3000))]
    whole = table(numbers)
    monkeypatch.setattr(columns, "_FEW", 0)
    cut = table(numbers)
    for _ in range(25):
        heard = list(random.choice(numbers))
        heard[random.randrange(length)] = random.choice("0123456789")
        place = random.randrange(length - 1)
        if random.random() < 0.5:
            heard[place], heard[place + 1] = heard[place + 1], heard[place]
        if random.random() < 0.3:
            heard.insert(place, random.choice("0123456789"))
        if random.random() < 0.3:
            del heard[random.randrange(len(heard))]
        for within in (1.0, 1.3, 2.0):
            key = "".join(heard)
            if abs(len(key) - length) <= 1:
                expected = sorted(whole.near(key, within), key=lambda one: (one[2], one[0]))
                assert sorted(cut.near(key, within), key=lambda one: (one[2], one[0])) == expected
