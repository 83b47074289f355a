from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from voicebot.cli.app import app
from voicebot.errors import VoicebotError
from voicebot.records.events.policy import PolicyDecided
from voicebot.records.sample import ending, log_of, opening
from voicebot.records.store import open_store

ROOT = Path(__file__).parents[2]
RUNNER = CliRunner()
POLICY = """\
policy: returns
version: 1
vocab: {days: {type: int, unit: days, said: "it is day {}"}, region: {type: string, default: ""}}
outcomes: {outcome: {best_first: [refund, deny]}}
rules:
  - {id: early, layer: category, say: It can come back., when: {days: "<= 14", region: EU}, then: {outcome: refund}}
  - {id: rest, layer: global, say: It is too late., when: {}, then: {outcome: deny}}
cases:
  - {name: one, facts: {days: 3, region: EU}, rule: early, but: [{days: 15, rule: rest}]}
"""


def run(*args: object, stdin: bytes | None = None) -> tuple[int, list[Any], str]:
    """Exit code, rows of JSON (or lines), what went to stderr or was raised as one line."""
    result = RUNNER.invoke(app, ["policy", *map(str, args)], input=stdin)
    told = result.stderr
    if isinstance(result.exception, VoicebotError):
        told += f"error: {result.exception}"
    else:
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    lines = result.stdout.splitlines()
    return result.exit_code, [json.loads(line) for line in lines] if "--json" in args else lines, told


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "returns.yaml").write_text(POLICY, "utf-8")
    return tmp_path / "policies"


def facts(folder: Path, content: object) -> Path:
    path = folder.parent / "facts.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_shipped_policies_have_no_mistakes_and_pass() -> None:
    assert run("lint", ROOT / "policies")[0] == 0
    code, rows, _ = run("test", ROOT / "policies", "--json")
    assert code == 0
    assert (rows[-1]["failed"], rows[-1]["rule_coverage"], rows[-1]["near_miss_coverage"]) == (0, 1.0, 1.0)
    assert rows[-1]["passed"] == len(rows) - 1 > 300


def test_a_mistake_is_told_with_its_place_and_how_to_fix_it(folder: Path) -> None:
    file = folder / "returns.yaml"
    file.write_text(POLICY.replace('"<= 14"', '"<= soon"'), "utf-8")
    code, lines, told = run("lint", folder)
    assert code == 1
    assert lines[0].startswith("returns.yaml:6: P006 days: soon is not an int (")
    assert "1 mistakes in 1 files" in told
    file.write_text(POLICY.replace(", but: [{days: 15, rule: rest}]", ""), "utf-8")
    code, rows, _ = run("lint", folder, "--json")
    assert code == 1
    assert [row.get("code") for row in rows] == ["P016", None]
    assert rows[-1] == {"files": 1, "policies": 1, "rules": 2, "problems": 1}


def test_no_policies(tmp_path: Path) -> None:
    assert "P001" in run("lint", tmp_path / "nowhere")[1][0]
    assert "P001" in run("test", tmp_path)[2]


def test_a_decision_with_its_reasons(folder: Path) -> None:
    path = facts(folder, {"days": 71, "region": "EU", "daays": 1})
    code, (row,), told = run("decide", "returns", "--facts", path, "--policies", folder, "--json")
    assert code == 0
    assert (row["policy"], row["version"], row["rule"], row["outcome"]) == ("returns", "1", "rest", {"outcome": "deny"})
    assert (row["say"], row["because"]) == ("rest", "It is too late.")
    assert row["near_misses"] == ["early: only the 14 days fail: it is day 71"]
    assert {"reasons", "trace", "statute", "layer", "floor", "facts"} <= set(row)
    assert "does not read 'daays' (did you mean days?)" in told
    near = facts(folder, {"days": 3, "region": "EU"})
    lines = run("decide", "returns", "--facts", near, "--policies", folder)[1]
    assert "rule     early, layer category" in lines
    assert "holds    at most 14 days [early]" in lines


def test_facts_from_the_terminal(folder: Path) -> None:
    code, (row,), _ = run("decide", "returns", "--facts", "-", "--policies", folder, "--json", stdin=b'{"days": 3}')
    assert (code, row["rule"]) == (0, "rest")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({}, "days is missing"),
        ({"days": "3"}, "days is not an int"),
        ([1], "is not an object"),
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"days": NaN}', "days is not an int"),
        (b'{"days": ' + b"9" * 400 + b"}", "days is out of range"),
        (b" " * 1_000_001, "more than 1000000 bytes"),
    ],
    ids=range(9),
)
def test_facts_that_decide_nothing(folder: Path, content: object, told: str) -> None:
    code, _, error = run("decide", "returns", "--facts", facts(folder, content), "--policies", folder)
    assert code == 1
    assert "error: " in error
    assert told in error


def test_policies_and_days_that_are_not_there(folder: Path) -> None:
    path = facts(folder, {"days": 3})
    assert "did you mean returns?" in run("decide", "retruns", "--facts", path, "--policies", folder)[2]
    assert "cannot be read" in run("decide", "returns", "--facts", folder / "no.json", "--policies", folder)[2]
    assert run("decide", "returns", "--facts", path, "--policies", folder, "--today", "soon")[0] == 2
    (folder / "returns.yaml").write_text(POLICY.replace("version: 1", "effective: {from: 2026-11-01}"), "utf-8")
    code, _, told = run("decide", "returns", "--facts", path, "--policies", folder, "--today", "2026-10-31")
    assert code == 1
    assert "does not hold on 2026-10-31 (it holds 2026-11-01 to …)" in told


def test_a_failing_case(folder: Path) -> None:
    file = folder / "returns.yaml"
    file.write_text(POLICY.replace("but: [{days: 15", "but: [{days: 13"), "utf-8")
    code, rows, _ = run("test", folder, "--json")
    assert code == 1
    assert rows[1]["where"] == "returns.yaml:9"
    assert "decided by early, not by rest" in rows[1]["wrong"]
    assert (rows[-1]["passed"], rows[-1]["failed"], rows[-1]["rule_coverage"]) == (1, 1, 0.5)
    assert run("test", folder)[1][-1].startswith("1 cases passed, 1 failed; 1 of 2 rows and 0 of 2 near misses")


def test_differences_in_words_and_in_recorded_calls(folder: Path) -> None:
    after = Path(shutil.copytree(folder, folder.parent / "new"))
    (after / "returns.yaml").write_text(POLICY.replace("<= 14", "<= 20").replace("15,", "21,"), "utf-8")
    data = folder.parent / "data"
    store = open_store(data)
    for call_id, days in (("aa-1", 18), ("bb-2", 3)):
        asked = PolicyDecided(policy="returns", version="1", rule="", outcome={}, facts={"days": days, "region": "EU"})
        for record in log_of([*opening(), (4_000, 1, asked), *ending()], call_id=call_id):
            store.put(record)
    assert store.flush(10)
    store.close()
    code, rows, _ = run("diff", folder, after, "--calls", "all", "--data-dir", data, "--json")
    assert code == 0
    assert rows[0]["words"] == 'early: "at most 14 days" is now "at most 20 days"'
    assert (rows[1]["call"], rows[1]["rule_a"], rows[1]["rule_b"]) == ("aa-1", "rest", "early")
    assert rows[2] == {"kind": "summary", "changes": 1, "decisions": 2, "decisions_changed": 1}
    for calls, decided in (("last", 1), ("aa", 1), ("2", 2)):
        assert run("diff", folder, after, "--calls", calls, "--data-dir", data, "--json")[1][-1]["decisions"] == decided
    assert "call aa-1, returns: outcome deny (rest) -> outcome refund (early)" in run(
        "diff", folder, after, "--calls", "all", "--data-dir", data
    )[1]  # fmt: skip
    assert "no call 'zz'" in run("diff", folder, after, "--calls", "zz", "--data-dir", data)[2]
    assert run("diff", folder, folder)[1] == ["no changes"]
