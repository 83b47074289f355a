from __future__ import annotations

from pathlib import Path

import _benchmarks_path  # noqa: F401
import pytest
from _noise import misheard, sound, sound_alikes
from _understanders import TfIdf, told, whole
from understanding import Said, Told, errors, load, summarise, table

from voicebot.dialogue.commands import Command, Understanding

TEXTS = ["where is my order", "were they on board", "I want to cancel", "the council wants it", "wear the border"]


def test_words_that_sound_alike_have_one_key() -> None:
    assert sound("where") == sound("wear")
    assert sound("order") != sound("cancel")
    assert sound("right") == sound("write")
    assert "wear" in sound_alikes(TEXTS)["where"]


def test_errors_come_from_a_seed_and_at_the_given_rate() -> None:
    alike = sound_alikes(TEXTS)
    text = " ".join(TEXTS * 40)
    once = misheard(text, 0.1, alike, 1)
    assert once == misheard(text, 0.1, alike, 1) != misheard(text, 0.1, alike, 2)
    assert misheard(text, 0.0, alike, 1) == text
    same = sum(a == b for a, b in zip(sorted(text.split()), sorted(once.split()), strict=False))
    assert same > 0
    assert 0.02 < abs(1 - len(set(once.split()) & set(text.split())) / len(set(once.split()))) < 0.6
    assert misheard("one", 1.0, {}, 3)


def test_halves_have_nothing_in_common_and_loose_fits_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "some.tsv"
    rows = [f"{i}\ttext {i}\tl\twismo\t{'no' if i == 0 else 'yes'}\tMIT" for i in range(5)]
    file.write_text("\n".join(["id\ttext\tsource_label\tintent\tstrict\tlicence", *rows]), "utf-8")
    parts = {half: [row.text for row in load(file, half)] for half in ("held", "development", "all")}
    assert parts == {
        "development": ["text 1", "text 3"],
        "held": ["text 2", "text 4"],
        "all": [f"text {i}" for i in range(1, 5)],
    }
    assert load(tmp_path / "none.tsv", "all") == []


def test_figures() -> None:
    wismo, outside = Said("a", "x", "wismo"), Said("b", "y", "out_of_scope")
    found = [
        Told(wismo, "wismo", "refund", 1.0),
        Told(wismo, "out_of_scope", "wismo", 3.0),
        Told(outside, "out_of_scope", None, 5.0),
        Told(outside, None, None, 7.0),
    ]
    row = summarise("ours", found)
    assert (row["accuracy"], row["noisy"], row["refused"], row["recall"]) == (50.0, 50.0, 50.0, 50.0)
    assert (row["sets"]["a"]["recall"], row["sets"]["b"]["accuracy"]) == (None, None)
    assert row["p50_ms"] == 4.0
    assert any("wismo -> out_of_scope" in line for line in errors(found))
    assert sum("ours" in line for line in table([row])) == 4


@pytest.mark.parametrize(
    ("found", "intent"),
    [
        (Understanding(text="", intent="wismo", commands=(Command("start_flow"),)), "wismo"),
        (Understanding(text="", commands=(Command("affirm"),)), "affirm"),
        (Understanding(text="", commands=(Command("correct_slot"),)), "correct"),
        (Understanding(text="", commands=(Command("not_understood"),)), None),
    ],
)
def test_what_counts_as_told(found: Understanding, intent: str | None) -> None:
    assert told(found) == intent


def test_the_lexical_peer_learns() -> None:
    pairs = [("wismo", f"where is my {word}") for word in ("order", "parcel", "box", "bag", "coat")] * 4
    pairs += [("out_of_scope/chat", f"tell me a {word}") for word in ("joke", "story", "riddle", "poem", "tale")] * 4
    peer = TfIdf(whole(pairs))
    assert peer.intent("where is my hat") == "wismo"
    assert peer.intent("tell me a lie") == "out_of_scope"
