"""How noise is counted."""

from __future__ import annotations

from pathlib import Path

import _benchmarks_path  # noqa: F401
import bad_input
import numpy as np
import pytest
import soundfile

from voicebot.call.rehearsal import Happened


def final(text: str, audio_ms: float = 800.0) -> Happened:
    return Happened(at_ms=1.0, kind="hearing.final", data={"text": text, "audio_ms": audio_ms})


def turn(text: str, value: str | None = None) -> Happened:
    return Happened(at_ms=1.0, kind="ears.turn", data={"text": text, "value": value})


def counted(*story: Happened) -> bad_input.Outcome:
    return bad_input.outcome("dog", -20.0, False, 5.0, story)


def test_turns_words_and_numbers() -> None:
    found = counted(final("4 4 8 1 2 0 7"), turn("4 4 8 1 2 0 7"), final("no no"), turn("no no"), final(""), turn(""))
    assert (found.turns, found.turns_with_words, found.words, found.numbers, found.apologies) == (3, 2, 9, 1, 0)
    assert counted(final("x"), turn("x", "4481207")).numbers == 1


def test_only_long_turns_without_words_are_apologised_for() -> None:
    assert counted(final("", 1600.0)).apologies == 1
    assert counted(final("what", 1600.0)).apologies == 0


def test_rows_by_state_of_the_bot_and_loudness() -> None:
    held = Happened(at_ms=1.0, kind="ears.hold_bot")
    outcomes = [
        bad_input.outcome("dog", db, bot, 6.0, (final(""), held) if bot else ())
        for db in bad_input.LOUDNESS_DB
        for bot in (False, True)
    ]
    rows = bad_input.table(outcomes)
    assert [(row["bot"], row["turns"], row["holds"], row["minutes"]) for row in rows] == [
        ("waits", 0, 0, 0.1),
        ("waits", 0, 0, 0.1),
        ("speaks", 1, 1, 0.1),
        ("speaks", 1, 1, 0.1),
    ]


def test_clips_are_brought_to_one_loudness_and_silence_is_none(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 0.01, 16_000).astype(np.float32)
    soundfile.write(tmp_path / "soft.wav", noise, 16_000)
    soundfile.write(tmp_path / "none.wav", np.zeros(16_000, np.float32), 16_000)
    ((name, audio),) = bad_input.clips(tmp_path, quick=False)
    assert name == "soft"
    level = 10 * np.log10(np.square(bad_input.at_loudness(audio, -38.0)[16_000:]).mean())
    assert level == pytest.approx(-38 - 3, abs=2), "half of white noise is above the telephone's band"
