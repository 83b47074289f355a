"""The parts that every benchmark shares."""

from __future__ import annotations

import json

import _benchmarks_path  # noqa: F401
import _common
import pytest


def test_percentiles() -> None:
    assert _common.percentile([], 50) is None
    assert _common.percentile([1.0, 2.0, 10.0], 50) == 2.0
    assert _common.percentile([0.0, 10.0], 95) == pytest.approx(9.5)


def test_a_late_witness_is_refused() -> None:
    assert _common.bottleneck(0.3) is None
    assert _common.bottleneck(None) is not None
    assert _common.bottleneck(11.0) is not None
    assert _common.bottleneck(11.0, 25.0) is None


def test_a_refused_run_prints_no_result(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        _common.refuse("the machine was busy")
    assert exit_.value.code == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "the machine was busy" in err


def test_the_last_line_names_machine_versions_and_command(capsys: pytest.CaptureFixture[str]) -> None:
    _common.finish({"p50_ms": 1.0}, [], as_json=True)
    row = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert row["p50_ms"] == 1.0
    assert row["machine"]["cores"] >= 1
    assert row["versions"]["pipecat-ai"]
    assert row["command"]


def test_both_flags_are_always_there() -> None:
    args = _common.arguments("doc").parse_args(["--quick", "--json"])
    assert args.quick
    assert args.json
