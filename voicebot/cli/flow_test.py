"""`voicebot flow test`: play the conversation tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voicebot.cli.options import AsJson, ConfigFile, DataDir
from voicebot.errors import VoicebotError

if TYPE_CHECKING:
    from voicebot.dialogue.effects import Say
    from voicebot.dialogue.testing.report import Result


def play(
    flows: Annotated[Path, typer.Argument(help="Folder with the flows.")] = Path("flows"),
    tests: Annotated[Path | None, typer.Option(help="Folder or file with the tests; FLOWS/tests without it.")] = None,
    policies: Annotated[Path, typer.Option(help="Folder with the policies.")] = Path("policies"),
    only: Annotated[str | None, typer.Option("-k", help="Only tests whose name, or file, holds this text.")] = None,
    missing: Annotated[bool, typer.Option(help="Name steps and branches that no test takes.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Print every conversation.")] = False,
    junit: Annotated[Path | None, typer.Option(help="Write a JUnit report to this file.")] = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Play the conversation tests in flows/tests: real flows, policies and understanding; orders as the tests say.

    Ends with 1 when a test fails. With --json each test is one object (test, file, line, passed, failures, ms), and the
    last one has passed, failed, step_coverage, branch_coverage (percent).

    Example: voicebot flow test -k cancel --missing
    """
    from voicebot import config as configuration
    from voicebot import logs
    from voicebot.dialogue.engine import Engine
    from voicebot.dialogue.interpreter import load_interpreter
    from voicebot.dialogue.loader import load_flows
    from voicebot.dialogue.testing.coverage import Coverage
    from voicebot.dialogue.testing.play import Player
    from voicebot.dialogue.testing.report import junit as as_junit
    from voicebot.dialogue.testing.report import summary
    from voicebot.policy.book import PolicyBook

    settings = configuration.load(config, server__data_dir=data_dir)
    logs.setup("WARNING")
    book = PolicyBook.load(policies)
    loaded = load_flows(flows, policies=book.names)
    suite = _read(tests or flows / "tests")
    coverage = Coverage()
    interpreter = load_interpreter(loaded, settings.server.data_dir / "cache", settings.dialogue)
    player = Player(Engine(loaded, watch=coverage), interpreter, book, suite.orders, _written)
    results = []
    for written in suite.tests:
        if only is None or only.lower() in f"{written.case.test} {Path(written.file).stem}".lower():
            results.append(_play(player, written))
            _show(results[-1], verbose=verbose, as_json=as_json)
    totals = summary(results, coverage, loaded)
    if missing:
        _show_missing(coverage, loaded, as_json=as_json)
    if junit is not None:
        junit.parent.mkdir(parents=True, exist_ok=True)
        junit.write_text(as_junit(results), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(totals))
    else:
        typer.echo(
            f"{totals['passed']} passed, {totals['failed']} failed; "
            f"steps {totals['step_coverage']} %, branches {totals['branch_coverage']} %"
        )
    raise typer.Exit(1 if totals["failed"] else 0)


def _read(place: Path) -> Any:
    """The tests of a folder, or of one file.

    Raises:
        VoicebotError: there are none, or some cannot be read.
    """
    from voicebot.dialogue.problems import FlowError
    from voicebot.dialogue.testing.cases import read_suite

    files = sorted(place.rglob("*.yaml")) if place.is_dir() else [place]
    try:
        texts = {str(file): file.read_text(encoding="utf-8") for file in files}
    except (OSError, UnicodeDecodeError) as error:
        raise VoicebotError(f"a test cannot be read: {error}", where=str(place), fix="save it as UTF-8 text") from None
    suite = read_suite(texts)
    if suite.problems:
        raise FlowError(list(suite.problems))
    if not suite.tests:
        raise VoicebotError("there are no tests", where=str(place), fix="write one: docs/flow-tests.md shows how")
    return suite


def _play(player: Any, written: Any) -> Result:
    import time

    from voicebot.dialogue.testing.report import Result

    began = time.perf_counter()
    return Result(written, player.play(written.case), time.perf_counter() - began)


def _written(say: Say, today: str) -> str:
    from datetime import date

    from voicebot.speaking.verbaliser import shown

    day = date.fromisoformat(today)
    return "".join(shown(part.kind, part.value, today=day, code="en") for part in say.wording)


def _show(result: Result, *, verbose: bool, as_json: bool) -> None:
    name, written = result.written.case.test, result.written
    if as_json:
        row = {"test": name, "file": written.file, "line": written.line(), "passed": result.passed}
        typer.echo(
            json.dumps({**row, "failures": result.failures, "ms": round(result.seconds * 1000, 1)}, ensure_ascii=False)
        )
        return
    if not result.passed or verbose:
        typer.echo(f"{'ok' if result.passed else 'FAILED'}  {name}")
        for line in result.failures:
            typer.echo(f"  {line}")
        typer.echo(result.talk)


def _show_missing(coverage: Any, flows: Any, *, as_json: bool) -> None:
    for kind, ways in (
        ("step", coverage.missing_steps(flows)),
        ("branch", coverage.missing_branches(flows)),
    ):
        for flow, step, way in ways:
            if as_json:
                typer.echo(json.dumps({"missing": kind, "flow": flow, "step": step, "way": way}))
            else:
                typer.echo(f"no test takes {kind} {flow}.{step} ({way})")
