from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import typer
from typer.testing import CliRunner

from voicebot.cli.listen import listen

FIXTURES = Path(__file__).parents[2] / "audio_fixtures"
app = typer.Typer()
app.command()(listen)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*args: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(args))
    return result.exit_code, result.stdout, result.stderr


def rows(stdout: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stdout.splitlines()]


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (("--patience", "endless", "a.wav"), "dictation"),
        (("--bot", "later", "a.wav"), "0-2.5"),
        (("--bot", "3-1", "a.wav"), "0-2.5"),
    ],
)
def test_wrong_use_is_explained(args: tuple[str, ...], hint: str) -> None:
    code, _, stderr = run(*args)
    assert code == 2
    assert hint in stderr


def test_what_is_no_audio_is_an_error_before_any_model_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no audio")
    code, stdout, stderr = run("--json", "text.wav", "missing.wav")
    assert code == 1
    assert stdout == ""
    assert stderr.count("error:") == 2


@pytest.mark.model
def test_files_are_played_to_the_ears(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros((44_100 * 8, 2), np.float32), 44_100)
    number = str(FIXTURES / "its_4481207.flac")
    code, stdout, stderr = run(
        "--json", "--expect", "order_number", "--bot", "0-0.5", number, "silence.wav", "none.wav"
    )
    assert code == 1, "one of them is not there"
    assert stderr.count("error:") == 1
    spoken = [row for row in rows(stdout) if row["file"] == number]
    silent = [row for row in rows(stdout) if row["file"] == "silence.wav"]
    (turn,) = [row for row in spoken if row["kind"] == "ears.turn"]
    assert turn["data"]["value"] == "4481207"
    (end,) = [row for row in spoken if row["kind"] == "hearing.end_of_turn"]
    assert end["data"]["inputs"]["patience"] == "dictation"
    assert "ears.silent" in [row["kind"] for row in silent]
    code, stdout, _ = run("--gain-db", "-6", number)
    assert code == 0
    assert '"It' in stdout
    assert "hearing.end_of_turn" in stdout
