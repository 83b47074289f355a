from __future__ import annotations

import pytest

from voicebot.oms.demo.search import NameIndex

INDEX = NameIndex(
    [
        ("trail", "Trail Runner shoes shoes"),
        ("road", "Stride road running shoes shoes"),
        ("mug", "Stoneware mug home"),
        ("lamp", "Ember table lamp home"),
        ("desk", "Lumen desk lamp with charger electronics"),
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("trail runner", ["trail"]),
        ("TRAIL RUNNERS, please", ["trail"]),
        ("the navy trail runner shoe in nine", ["trail"]),
        ("lamp", ["lamp", "desk"]),
        ("desk lamps", ["desk"]),
        ("stoneware mugs", ["mug"]),
        ("zzyzx", []),
        ("", []),
        ("!!!", []),
    ],
)
def test_rare_words_decide(text: str, found: list[str]) -> None:
    assert INDEX.find(text, 5) == found


def test_a_type_alone_finds_all_of_it_and_no_more_than_asked() -> None:
    assert set(INDEX.find("shoes", 5)) == {"trail", "road"}
    assert len(INDEX.find("shoes", 1)) == 1
    assert NameIndex(()).find("shoes", 5) == []
