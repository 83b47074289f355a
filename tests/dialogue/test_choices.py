"""Which of several options a caller means."""

from __future__ import annotations

import pytest
from facts import TODAY

from voicebot.dialogue.choices import means_other, pick
from voicebot.dialogue.state import Option
from voicebot.dialogue.wording import text

SHOES = Option(value="4481207", label=text("the Trail Runner shoes"), clues=("2026-11-16", "4481207", "shoes"))
TENT = Option(value="5530418", label=text("the Alpine Tent"), clues=("2026-11-18", "5530418", "tent"))
BOOTS = Option(value="5530999", label=text("the Alpine boots"), clues=("2026-11-20", "5530999", "shoes"))


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("the tent", "5530418"),
        ("the running shoes, trail runner", "4481207"),
        ("the first one please", "4481207"),
        ("second", "5530418"),
        ("the last one", "5530999"),
        ("number three", "5530999"),
        ("two", "5530418"),
        ("the one from Monday", "4481207"),
        ("the one I ordered yesterday", "5530999"),
        ("the one from November eighteenth, november 18", "5530418"),
        ("the newest", "5530999"),
        ("the oldest one", "4481207"),
        ("the one ending in 418", "5530418"),
        ("5530999", "5530999"),
        ("alpine", None),
        ("ending in 9999", None),
        ("the blue banana", None),
        ("the fifth one", None),
        ("", None),
    ],
)
def test_pick(words: str, value: str | None) -> None:
    assert pick(words, (SHOES, TENT, BOOTS), TODAY) == value


def test_without_options_there_is_nothing_to_pick() -> None:
    assert pick("the first", (), TODAY) is None


def test_broken_dates_do_not_matter() -> None:
    odd = Option(value="1", label=text("odd"), clues=("2026-99-99",))
    assert pick("the one from yesterday", (odd, TENT), "not a date") is None


@pytest.mark.parametrize(("words", "other"), [("no, the other one", True), ("not that one", True), ("the tent", False)])
def test_means_other(words: str, other: bool) -> None:
    assert means_other(words) is other


def test_a_short_form_is_no_size() -> None:
    sizes = tuple(Option(value=size, label=text(f"the tee, {size}"), clues=(f"T-{size}",)) for size in ("S", "M"))
    for words in ("I'm not sure", "I don’t know", "it's for my son"):
        assert pick(words, sizes) is None, words
    assert pick("the M", sizes) == "M"


def test_what_is_denied_in_a_short_form() -> None:
    ways = (Option(value="qr", label=text("a code"), clues=("not cannot",)), Option(value="do", label=text("do it")))
    assert pick("I can't print", ways) == "qr"
    assert pick("I don't have a printer", ways) == "qr"
