from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from voicebot.cli.app import app

ROOT = Path(__file__).parents[2]
RUNNER = CliRunner()


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "flows", tmp_path / "flows"))


def test_shipped_flows_have_no_mistakes(flows: Path) -> None:
    done = RUNNER.invoke(app, ["flow", "lint", str(flows), "--policies", str(ROOT / "policies")])
    assert done.exit_code == 0
    assert "no mistakes" in done.output


def test_a_mistake_is_told_with_its_place_and_how_to_fix_it(flows: Path) -> None:
    file = flows / "callback.yaml"
    file.write_text(file.read_text("utf-8").replace("prompt:", "promt:", 1), "utf-8")
    done = RUNNER.invoke(app, ["flow", "lint", str(flows)])
    assert done.exit_code == 1
    assert done.stdout.startswith("callback.yaml:")
    assert "F002" in done.stdout
    assert "did you mean prompt?" in done.stdout


def test_mistakes_as_json_end_with_counts(flows: Path) -> None:
    (flows / "more.yaml").write_text("flow: [", "utf-8")
    done = RUNNER.invoke(app, ["flow", "lint", str(flows), "--json"])
    *problems, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 1
    assert [problem["code"] for problem in problems] == ["F001"]
    assert (last["problems"], last["flows"]) == (1, 0)
    assert last["files"] > 5


def test_no_folder_no_flows(tmp_path: Path) -> None:
    done = RUNNER.invoke(app, ["flow", "lint", str(tmp_path / "nowhere")])
    assert done.exit_code == 1
    assert "F019" in done.stdout


def test_a_flow_is_drawn(flows: Path) -> None:
    done = RUNNER.invoke(app, ["flow", "graph", "wismo", "--flows", str(flows)])
    assert done.exit_code == 0
    assert done.stdout.startswith("flowchart TD")
    assert RUNNER.invoke(app, ["flow", "graph", "--flows", str(flows)]).stdout.startswith("flowchart LR")


def test_a_flow_that_is_not_there(flows: Path) -> None:
    done = RUNNER.invoke(app, ["flow", "graph", "wismoo", "--flows", str(flows)])
    assert done.exit_code == 1
    assert "wismo" in str(done.exception)
