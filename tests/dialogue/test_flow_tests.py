"""All conversation tests of the shipped flows, played with the real interpreter; and the command that plays them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from prepared import with_models
from stage import ROOT, flows, policies
from typer.testing import CliRunner

from voicebot.cli.app import app
from voicebot.dialogue.effects import Say
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.interpreter import load_interpreter
from voicebot.dialogue.settings import DialogueSettings
from voicebot.dialogue.testing.cases import read_suite
from voicebot.dialogue.testing.coverage import Coverage, branches, steps
from voicebot.dialogue.testing.play import Player
from voicebot.dialogue.testing.report import Result
from voicebot.errors import VoicebotError
from voicebot.speaking.verbaliser import shown

pytestmark = pytest.mark.model
RUNNER = CliRunner()
TESTS = ROOT / "flows" / "tests"


@dataclass(frozen=True, slots=True)
class Ran:
    results: tuple[Result, ...]
    coverage: Coverage


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, prepared_models: Path) -> Path:
    return with_models(tmp_path_factory.mktemp("tests") / "data", prepared_models)


@pytest.fixture(scope="module")
def played(data: Path) -> Ran:
    suite = read_suite({str(f.relative_to(ROOT)): f.read_text("utf-8") for f in sorted(TESTS.rglob("*.yaml"))})
    assert not suite.problems, "\n".join(map(str, suite.problems))
    coverage = Coverage()
    interpreter = load_interpreter(flows(), data / "cache", DialogueSettings())
    player = Player(Engine(flows(), watch=coverage), interpreter, policies(), suite.orders, written)
    return Ran(tuple(Result(test, player.play(test.case), 0.0) for test in suite.tests), coverage)


def written(say: Say, today: str) -> str:
    day = date.fromisoformat(today)
    return "".join(shown(part.kind, part.value, today=day, code="en") for part in say.wording)


def test_every_conversation_goes_as_written(played: Ran) -> None:
    failed = [result for result in played.results if not result.passed]
    assert played.results
    assert not failed, "\n\n".join("\n".join([*result.failures, result.talk]) for result in failed)


def test_every_step_and_branch_of_every_flow_and_pattern_is_taken(played: Ran) -> None:
    assert played.coverage.missing_steps(flows()) == []
    assert played.coverage.missing_branches(flows()) == []


def test_there_is_something_to_take() -> None:
    """Otherwise the test above would say nothing."""
    files = [name for name in (ROOT / "flows").rglob("*.yaml") if TESTS not in name.parents]
    heads = sum(len(re.findall(r"^(?:flow|pattern): ", name.read_text("utf-8"), re.MULTILINE)) for name in files)
    assert {flow for flow, _, _ in steps(flows())} == flows().flows.keys()
    assert len(flows().flows) == heads > 0
    assert {flow for flow, _, _ in branches(flows())} >= {"cancel", "return", "patterns/verify"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with the shipped flows, policies, and two tests, one of which fails."""
    place = tmp_path_factory.mktemp("shop")
    shutil.copytree(ROOT / "flows", place / "flows")
    shutil.copytree(ROOT / "policies", place / "policies")
    shutil.rmtree(place / "flows" / "tests")
    (place / "flows" / "tests").mkdir()
    (place / "flows" / "tests" / "two.yaml").write_text(
        "test: Hello\nturns:\n  - says: automated AI assistant\n  - {caller: goodbye, ends: true}\n"
        "---\ntest: No goodbye\nturns:\n  - caller: goodbye\n    says: Nice weather\n",
        "utf-8",
    )
    return place


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(folder: Path, data: Path) -> Run:
    """Plays the command: exit code, and what it prints or the error that it raises."""

    def play(*args: str) -> tuple[int, str]:
        where = ["--policies", str(folder / "policies"), "--data-dir", str(data)]
        done = RUNNER.invoke(app, ["flow", "test", str(folder / "flows"), *where, *args])
        failed = isinstance(done.exception, VoicebotError)
        assert failed or done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, str(done.exception) if failed else done.stdout

    return play


def test_the_command_ends_with_totals(run: Run, folder: Path) -> None:
    code, told = run("--json", "--junit", str(folder / "out" / "report.xml"))
    *rows, last = [json.loads(line) for line in told.splitlines()]
    assert code == 1
    assert last.keys() == {"passed", "failed", "step_coverage", "branch_coverage"}
    assert (last["passed"], last["failed"]) == (1, 1)
    assert 0 < last["step_coverage"] < 10
    good, bad = rows
    assert (good["test"], good["passed"], good["failures"], good["line"]) == ("Hello", True, [], 1)
    assert (bad["passed"], bad["line"]) == (False, 6)
    [failure] = bad["failures"]
    assert failure.startswith(f"{folder}/flows/tests/two.yaml:8: does not say 'Nice weather'")
    [suite] = ElementTree.parse(folder / "out" / "report.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")


def test_a_failure_is_shown_with_its_conversation(run: Run) -> None:
    code, told = run()
    assert code == 1
    assert "FAILED  No goodbye" in told
    assert "understood: goodbye" in told
    assert "ok  Hello" not in told
    assert told.splitlines()[-1].startswith("1 passed, 1 failed; steps ")


def test_some_tests_only_and_what_they_miss(run: Run) -> None:
    code, told = run("-k", "hello", "--missing", "--verbose")
    assert code == 0
    assert told.startswith("ok  Hello")
    assert "no test takes step cancel.do_it (run)" in told
    rows = [json.loads(line) for line in run("-k", "hello", "--missing", "--json")[1].splitlines()]
    missing: list[Any] = [row for row in rows if "missing" in row]
    assert {"missing": "step", "flow": "cancel", "step": "do_it", "way": "run"} in missing
    assert "passed" in rows[-1]


def test_mistakes_in_tests_are_told_and_nothing_is_played(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("test: X\nturns:\n  - {caler: hi}\n", "utf-8")
    code, told = run("--tests", str(tmp_path))
    assert code == 1
    assert "bad.yaml:3: T002 turns.0.caler: there is no such key" in told
    bad.write_bytes(b"test: \xff")
    assert "cannot be read" in run("--tests", str(bad))[1]
    bad.unlink()
    assert "there are no tests" in run("--tests", str(tmp_path))[1]
