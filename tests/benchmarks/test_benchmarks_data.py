"""Where benchmarks look for their data, and what they say when it is not there."""

from __future__ import annotations

import argparse
from pathlib import Path

import _benchmarks_path  # noqa: F401
import pytest
from _common import ROOT
from _data import VARIABLE, add_data, need


def given(*arguments: str) -> Path:
    parser = argparse.ArgumentParser()
    add_data(parser, "the tables", "text")
    folder: Path = parser.parse_args(arguments).data
    return folder


def test_the_flag_goes_before_the_environment_and_that_before_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert given() == ROOT / ".cache/benchmark-data/text"
    monkeypatch.setenv(VARIABLE, "/sets")
    assert given() == Path("/sets/text")
    assert given("--data", str(tmp_path)) == tmp_path, "the part itself"
    (tmp_path / "text").mkdir()
    assert given("--data", str(tmp_path)) == tmp_path / "text", "the folder of all sets"


def test_what_is_missing_is_named_with_how_to_give_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert need(tmp_path) == tmp_path
    with pytest.raises(SystemExit):
        need(tmp_path / "audio.tsv")
    said = capsys.readouterr().err
    for part in (str(tmp_path / "audio.tsv"), "--data", VARIABLE, "docs/benchmark-data.md"):
        assert part in said
