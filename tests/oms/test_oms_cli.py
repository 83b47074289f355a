from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from voicebot.cli.demo_oms import demo_oms
from voicebot.cli.oms import app
from voicebot.oms.demo import service as demo_service
from voicebot.oms.demo.schema import FORMAT

run = CliRunner()
service = typer.Typer()
SHOP = {"products": 67, "customers": 332, "orders": 2032, "promotions": 7, "stores": 3}
service.command()(demo_oms)


def test_export_then_import(tmp_path: Path) -> None:
    file = str(tmp_path / "shop.json")
    exported = run.invoke(app, ["export", file, "--data-dir", str(tmp_path / "a"), "--json"])
    assert json.loads(exported.stdout)["exported"] == SHOP
    imported = run.invoke(app, ["import", file, "--data-dir", str(tmp_path / "b"), "--json"])
    assert json.loads(imported.stdout) == {"imported": SHOP}
    assert "orders: 2032 of 2032" in imported.stderr
    again = run.invoke(app, ["export", "--data-dir", str(tmp_path / "b")])
    assert again.stdout == Path(file).read_text(encoding="utf-8")


def test_wrong_file_is_refused_with_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "shop.json"
    file.write_text(json.dumps({"format": FORMAT, "orders": [{}]}), encoding="utf-8")
    refused = run.invoke(app, ["import", str(file), "--data-dir", str(tmp_path)])
    assert refused.exit_code == 1
    assert refused.stderr.startswith("error: ")
    assert "orders[0].number: Field required (add this field)" in refused.stderr
    missing = run.invoke(app, ["import", str(tmp_path / "none.json"), "--data-dir", str(tmp_path)])
    assert missing.exit_code == 1
    assert "cannot be read" in missing.stderr


@pytest.mark.parametrize("args", [[], ["--number", "1", "--email", "a@b.c"]])
def test_find_wants_one_key(args: list[str]) -> None:
    refused = run.invoke(app, ["find", *args])
    assert refused.exit_code == 2
    assert "exactly one key" in refused.stderr


def test_find_without_a_service_says_so(tmp_path: Path) -> None:
    args = ["find", "--number", "1", "--url", "http://127.0.0.1:16498", "--data-dir", str(tmp_path), "--json"]
    failed = run.invoke(app, args)
    assert failed.exit_code == 1
    assert json.loads(failed.stdout) == {"status": "unavailable"}
    assert "is it running?" in failed.stderr
    assert run.invoke(app, args[:-1]).stdout == "", "that nobody answered is no answer"


def test_find_asks_the_order_system_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEBOT_OMS__CONNECTOR", "medusa")
    monkeypatch.setenv("VOICEBOT_OMS__URL", "http://127.0.0.1:16498")
    monkeypatch.delenv("VOICEBOT_MEDUSA_EMAIL", raising=False)
    refused = run.invoke(app, ["find", "--number", "1", "--data-dir", str(tmp_path)])
    assert refused.exit_code == 1
    assert "VOICEBOT_MEDUSA_EMAIL is not set" in refused.stderr


@pytest.mark.e2e
def test_find_asks_a_demo_shop(tmp_path: Path) -> None:
    found = run.invoke(app, ["find", "--number", "4481207", "--data-dir", str(tmp_path), "--json"])
    assert json.loads(found.stdout)["orders"][0]["delivery"]["state"] == "delayed"
    near = run.invoke(app, ["find", "--number", "4481201", "--data-dir", str(tmp_path)])
    assert near.exit_code == 0
    assert "numbers close to it: 4481207" in near.stdout


def test_demo_service_checks_its_options(tmp_path: Path) -> None:
    wrong = run.invoke(service, ["--fail-kind", "gremlins", "--data-dir", str(tmp_path)])
    assert wrong.exit_code == 2
    assert "gremlins" in wrong.stderr


def test_demo_service_reads_the_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "voicebot.toml").write_text('[server]\ndata_dir = "shop"\n[oms]\ndemo_seed = 3\n')
    monkeypatch.chdir(tmp_path)
    served: list[dict[str, Any]] = []

    def serve(**given: Any) -> None:
        served.append(given)
        given["announce"]("http://x:1")

    monkeypatch.setattr(demo_service, "serve", serve)
    assert run.invoke(service, ["--json"]).stdout == '{"event": "ready", "web": "http://x:1"}\n'
    assert run.invoke(service, ["--data-dir", "other", "--seed", "5"]).stdout == "ready: http://x:1\n"
    assert [(one["data_dir"], one["seed"]) for one in served] == [(Path("shop"), 3), (Path("other"), 5)]


def test_help_teaches() -> None:
    assert "voicebot demo-oms --port 8090" in run.invoke(service, ["--help"]).stdout
    for command in ("import", "export", "find"):
        assert f"voicebot oms {command}" in run.invoke(app, [command, "--help"]).stdout
