"""The recorded callers: listed, small, of telephone quality."""

from __future__ import annotations

import csv
from pathlib import Path

import soundfile

from voicebot.caller.clips import load
from voicebot.caller.voiced import clip_voice

FIXTURES = Path(__file__).parents[2] / "audio_fixtures"


def rows() -> list[dict[str, str]]:
    with (FIXTURES / "fixtures.tsv").open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_the_list_and_the_folder_agree() -> None:
    assert {row["file"] for row in rows()} == {path.name for path in FIXTURES.glob("*.flac")}


def test_every_clip_has_origin_and_licence() -> None:
    for row in rows():
        assert row["made"]
        assert row["licence"]
        assert row["speaker"]


def test_together_they_stay_small() -> None:
    assert sum(path.stat().st_size for path in FIXTURES.glob("*.flac")) < 3_000_000


def test_clips_are_8_khz_mono_and_speak_when_they_have_a_transcript() -> None:
    for row in rows():
        info = soundfile.info(FIXTURES / row["file"])
        assert (info.samplerate, info.channels) == (8000, 1)
        if row["transcript"]:
            assert clip_voice(load(FIXTURES / row["file"])) is not None, row["file"]
