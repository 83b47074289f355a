from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import typer
from typer.testing import CliRunner

from voicebot.cli.transcribe import transcribe

FIXTURES = Path(__file__).parents[2] / "audio_fixtures"
app = typer.Typer()
app.command()(transcribe)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*args: str) -> tuple[int, list[dict[str, Any]], str]:
    result = CliRunner().invoke(app, ["--json", *args])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


def test_an_unknown_kind_is_a_usage_error() -> None:
    code, _, stderr = run("--expect", "horoscope", "a.wav")
    assert code == 2
    assert "order_number" in stderr


@pytest.mark.model
def test_files_are_heard_one_line_each(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros((44_100, 2), np.float32), 44_100)
    (tmp_path / "text.wav").write_text("no audio")
    number = str(FIXTURES / "its_4481207.flac")
    code, lines, stderr = run("--expect", "order_number", number, "silence.wav", "text.wav", "missing.wav")
    assert code == 1
    assert stderr.count("error:") == 2
    spoken, silent = lines
    assert spoken.keys() == {"file", "text", "value", "nbest", "confirm", "ms"}
    assert (spoken["file"], spoken["value"], spoken["confirm"]) == (number, "4481207", False)
    assert (silent["text"], silent["value"], silent["nbest"]) == ("", None, [])


@pytest.mark.model
def test_a_number_that_exists_is_accepted_and_noise_is_not() -> None:
    code, lines, _ = run(
        "--expect", "order_number", "--grounded", str(FIXTURES / "its_4481207.flac"), str(FIXTURES / "cough.flac")
    )
    assert code == 0
    assert (lines[0]["value"], lines[0]["confirm"]) == ("4481207", False)
    assert (lines[1]["value"], lines[1]["confirm"]) == (None, True)
