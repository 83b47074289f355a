from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import versions_bench as bench
from typer.testing import CliRunner, Result

from voicebot.cli.app import app

RUNNER = CliRunner()


class Shop:
    """Small flows and policies, and the commands on them."""

    def __init__(self, folder: Path) -> None:
        self.folders = bench.shop(folder)
        self.flows, self.policies, self.data = self.folders.flows, self.folders.policies, folder / "data"

    def run(self, *words: str) -> Result:
        return RUNNER.invoke(app, ["flow", *words, "--data-dir", str(self.data)])

    def json(self, *words: str) -> list[dict[str, Any]]:
        done = self.run(*words, "--json")
        assert done.exit_code == 0, done.output
        return [json.loads(line) for line in done.stdout.splitlines()]

    def publish(self, *words: str) -> str:
        (last,) = self.json("publish", str(self.flows), "--policies", str(self.policies), *words)
        return str(last["published"])


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_nothing_is_published_yet(shop: Shop) -> None:
    done = shop.run("versions")
    assert (done.exit_code, "calls take the folders" in done.stdout) == (0, True)
    (last,) = shop.json("versions")
    assert last == {"live": None, "candidate": None, "percent": None, "source": "folders"}
    assert shop.run("rollback").exit_code == shop.run("promote").exit_code == 1


def test_publish_try_promote_and_roll_back(shop: Shop) -> None:
    first = shop.publish("--note", "the first one")
    bench.rename(shop.folders, "Elm Street")
    second = shop.publish("--candidate", "10")
    newest, oldest, now = shop.json("versions")
    assert now == {"live": first, "candidate": second, "percent": 10.0, "source": "published"}
    by_id = {row["id"]: row for row in (newest, oldest)}
    assert by_id[second]["percent"] == 10.0
    assert (by_id[first]["live"], by_id[first]["note"], by_id[first]["state"]) == (True, "the first one", "whole")
    assert by_id[first]["flows"] > 5

    assert shop.json("promote", "--percent", "50")[0]["percent"] == 50.0
    assert shop.json("promote")[0]["live"] == second
    assert shop.json("rollback")[0]["live"] == first
    assert shop.json("rollback", second[:6])[0]["live"] == second
    told = shop.run("versions").stdout
    assert f"live   {second}" in told
    assert "goes before the folder" in told


def test_mistakes_are_told_as_lint_does_and_nothing_changes(shop: Shop) -> None:
    first = shop.publish()
    bench.spoil(shop.folders)
    words = ("publish", str(shop.flows), "--policies", str(shop.policies))
    done = shop.run(*words)
    assert done.exit_code == 1
    assert done.stdout.startswith("broken.yaml:1: F001 ")
    assert "not published: 1 mistake" in done.stderr
    *problems, last = [json.loads(line) for line in shop.run(*words, "--json").stdout.splitlines()]
    assert [problem["code"] for problem in problems] == ["F001"]
    assert last == {"published": None, "problems": 1}
    assert shop.json("versions")[-1]["live"] == first


@pytest.mark.parametrize("percent", ["0", "100", "-5"])
def test_a_share_that_is_none(shop: Shop, percent: str) -> None:
    shop.publish()
    bench.rename(shop.folders, "Elm Street")
    done = shop.run("publish", str(shop.flows), "--policies", str(shop.policies), f"--candidate={percent}")
    assert done.exit_code == 1
    assert "percentage" in str(done.exception)


def test_nobody_rolls_back_to_a_version_that_vanished(shop: Shop) -> None:
    first = shop.publish()
    bench.rename(shop.folders, "Elm Street")
    second = shop.publish()
    shutil.rmtree(shop.data / "versions" / first)
    assert "is not there" in str(shop.run("rollback").exception)
    rows = shop.json("versions")
    assert rows[-1]["live"] == second
    assert {row["id"]: row["state"] for row in rows[:-1]} == {first: "vanished", second: "whole"}
    assert "VANISHED" in shop.run("versions").stdout


def test_differences_of_folders_and_versions(shop: Shop) -> None:
    shop.publish()
    assert shop.run("diff", "live", str(shop.flows)).stdout == "no changes\n"
    bench.rename(shop.folders, "Elm Street")
    file = shop.policies / "late_delivery.yaml"
    file.write_text(file.read_text("utf-8").replace(">= 7", ">= 10"), "utf-8")
    told = shop.run("diff", "live", str(shop.flows)).stdout
    assert "shop\n  name: Harbour Lane -> Elm Street\n" in told
    assert "policy late_delivery\n" in told
    first, second = shop.json("versions")[0]["id"], shop.publish()
    *changes, last = shop.json("diff", first[:8], second[:8])
    assert {change["group"] for change in changes} == {"shop", "policy late_delivery"}
    assert (last["changes"], last["groups"]) == (len(changes), 2)
    both = shop.data / "versions" / second
    assert shop.run("diff", str(both), second).stdout == "no changes\n"


def test_flows_alone_and_names_of_nothing(shop: Shop) -> None:
    shutil.rmtree(shop.policies)
    done = shop.run("diff", str(shop.flows), str(shop.flows))
    assert (done.exit_code, done.stdout) == (0, "no changes\n")
    assert "policies are not compared" in done.stderr
    for words, said in (
        (("diff", str(shop.flows), "abcdef"), "there is no version 'abcdef'"),
        (("diff", "live", str(shop.flows)), "there is no live version"),
        (("diff", str(shop.flows), str(shop.data.parent)), "no changes"),
        (("rollback", "abcdef"), "there is no version"),
    ):
        done = shop.run(*words)
        assert said in done.stdout + str(done.exception)
