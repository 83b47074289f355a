from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from voicebot.cli.app import app
from voicebot.dialogue.json_schema import flow_schema

ROOT = Path(__file__).parents[2]
RUNNER = CliRunner()
TASTE = """\
flow: extra
triggers: {invoice: [please send me a bill]}
slots: {sure: {type: yes_no}}
steps:
  - ask: sure
    prompt: Shall I?
    on: {deny: done}
"""


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    """A small shop without mistakes."""
    shutil.copy(ROOT / "tests" / "dialogue" / "mistakes" / "base.yaml", tmp_path / "base.yaml")
    return tmp_path


def test_no_mistakes(flows: Path) -> None:
    done = RUNNER.invoke(app, ["flow", "lint", str(flows), "--strict"])
    assert done.exit_code == 0
    assert "in 1 files, no mistakes" in done.output


def test_a_warning_counts_only_when_strict(flows: Path) -> None:
    (flows / "extra.yaml").write_text(TASTE, "utf-8")
    done = RUNNER.invoke(app, ["flow", "lint", str(flows)])
    assert done.exit_code == 0
    assert done.stdout.startswith("extra.yaml:5: F035 warning: ")
    assert RUNNER.invoke(app, ["flow", "lint", str(flows), "--strict"]).exit_code == 1


def test_json_has_the_severity_and_counts(flows: Path) -> None:
    (flows / "extra.yaml").write_text(TASTE + "  - cal: find_order\n", "utf-8")
    (flows / "more.yaml").write_text(
        TASTE.replace("extra", "more").replace("invoice: [please", "loyalty: [do"), "utf-8"
    )
    done = RUNNER.invoke(app, ["flow", "lint", str(flows), "--json"])
    *problems, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 1
    assert [(p["file"], p["line"], p["code"], p["severity"]) for p in problems] == [
        ("extra.yaml", 8, "F003", "mistake"),
        ("more.yaml", 5, "F035", "warning"),
    ]
    assert last == {"files": 3, "flows": 0, "problems": 1, "warnings": 1}


def test_the_schema_is_printed() -> None:
    done = RUNNER.invoke(app, ["flow", "schema"])
    assert done.exit_code == 0
    assert json.loads(done.stdout) == flow_schema()


@pytest.mark.model
def test_examples_are_compared_by_meaning(flows: Path, tmp_path: Path) -> None:
    extra = TASTE.replace("please send me a bill", "I would like to make a change to my order")
    (flows / "extra.yaml").write_text(extra, "utf-8")
    done = RUNNER.invoke(app, ["flow", "lint", str(flows), "--triggers", "--data-dir", str(tmp_path / "var")])
    assert "F047 warning" in done.stdout
    assert "of order_change" in done.stdout
