from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from voicebot import weights
from voicebot.errors import ModelError
from voicebot.listening.familiar_words import familiar_words

SAYS = (sys.executable, "-c", "print('zelienople\\nwaterbury')")
FAILS = (sys.executable, "-c", "raise SystemExit(1)")
NAME = [("ZELIENOPLE", -0.2)]


def missing() -> Path:
    raise ModelError("not installed", where="here")


def test_places_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "minilm", missing)
    assert len(familiar_words(tmp_path, SAYS)) == 2
    assert len(familiar_words(tmp_path, FAILS)) == 2, "from the cache"
    assert [path.suffix for path in tmp_path.iterdir()] == [".txt"]


def test_without_any_source_there_are_no_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(weights, "minilm", missing)
    with caplog.at_level(logging.WARNING):
        words = familiar_words(tmp_path, FAILS)
    assert words.weighed(NAME) == NAME
    assert "no names of places" in caplog.text
    assert "no vocabulary" in caplog.text


def test_common_names_are_in_the_vocabulary(tmp_path: Path) -> None:
    words = familiar_words(tmp_path, SAYS)
    assert len(words) > 10_000
    assert words.weighed([("JENNISER", -0.3), ("JENNIPER", -0.4)])[0][0] == "JENNIFER"
