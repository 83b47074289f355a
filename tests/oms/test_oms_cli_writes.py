"""`voicebot oms unknown`, `settle` and `settled`."""

from __future__ import annotations

import asyncio
import getpass
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from voicebot.cli.oms import app
from voicebot.oms.actions import Action, ActionKind, ActionPlan
from voicebot.oms.ledger import Entry, Ledger, Status
from voicebot.records.database import url_for
from voicebot.records.live import utc_now

run = CliRunner()
KEY = "refund-1"
WHY = ("--by", "kim", "--reason", "is in the shop's refunds")


class Office:
    """A server's data directory with one write of unknown outcome, begun some minutes ago."""

    def __init__(self, data_dir: Path, minutes: float = 5.0) -> None:
        self._data_dir = data_dir
        self.url = url_for(data_dir)
        then = utc_now() - timedelta(minutes=minutes)
        plan = ActionPlan(id="p", action=Action(kind=ActionKind.REFUND, target="o-7"), preview={})
        ledger = Ledger(self.url, wall=lambda: then)
        asyncio.run(ledger.begin(KEY, "call-1", plan))
        ledger.close()

    def say(self, *args: str) -> Result:
        return run.invoke(app, [*args, "--data-dir", str(self._data_dir)])

    def entry(self) -> Entry:
        ledger = Ledger(self.url)
        found = asyncio.run(ledger.entry(KEY))
        ledger.close()
        assert found is not None
        return found


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_writes_of_unknown_outcome_are_listed_with_their_keys(office: Office) -> None:
    (row,) = lines(office.say("unknown", "--json"))
    assert (row["key"], row["action"], row["order"], row["call"]) == (KEY, "refund", "o-7", "call-1")
    shown = office.say("unknown").stdout
    assert "order o-7" in shown
    assert KEY in shown


def test_what_was_done_is_settled_with_its_reference(office: Office) -> None:
    (line,) = lines(office.say("settle", KEY, "--done", "--reference", "re_812", *WHY, "--json"))
    told = {name: line[name] for name in ("key", "by", "said", "status", "reference", "reason")}
    assert told == {
        "key": KEY,
        "by": "kim",
        "said": "done",
        "status": "done",
        "reference": "re_812",
        "reason": "is in the shop's refunds",
    }
    entry = office.entry()
    assert (entry.status, entry.result and entry.result.reference) == (Status.DONE, "re_812")
    assert office.say("unknown").stdout == "every write is accounted for\n"
    assert lines(office.say("settled", "--json")) == [line]


def test_what_was_not_done_is_settled_by_whoever_is_logged_in(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "lee")
    assert office.say("settled").stdout == "nothing was settled by people\n"
    told = office.say("settle", KEY, "--failed", "--reason", "not in the shop")
    assert f"{KEY}  failed  lee said failed: not in the shop" in told.stdout
    assert office.say("settled").stdout == told.stdout
    assert office.entry().status is Status.FAILED


def test_where_nobody_has_a_name_one_is_to_be_given(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 1000")

    monkeypatch.setattr(getpass, "getuser", nobody)
    refused = office.say("settle", KEY, "--failed", "--reason", "not in the shop")
    assert refused.exit_code == 2
    assert "say who you are" in refused.stderr
    assert office.say("settle", KEY, "--failed", "--reason", "no \udcff", "--by", "kim").exit_code == 0


def test_what_is_certain_already_and_what_is_not_there_are_refused(office: Office) -> None:
    office.say("settle", KEY, "--done", "--reference", "re_812", *WHY)
    for key, reason in ((KEY, "certain: done, reference re_812"), ("refund-2", "no such write")):
        refused = office.say("settle", key, "--failed", *WHY)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert refused.stderr.startswith(f"error: {key}: ")
        assert reason in refused.stderr
    assert office.entry().status is Status.DONE


def test_what_may_be_under_way_is_refused(tmp_path: Path) -> None:
    office = Office(tmp_path, minutes=0)
    refused = office.say("settle", KEY, "--failed", *WHY)
    assert refused.exit_code == 1
    assert "under way (try again in " in refused.stderr
    assert office.entry().status is Status.BEGUN


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ((*WHY,), "one of --done, --failed and --look"),
        (("--done", "--failed", *WHY), "one of --done, --failed and --look"),
        (("--failed", "--reference", "r", *WHY), "with --done"),
        (("--done", "--reference", "r" * 129, *WHY), "128 characters"),
        (("--done", "--reason", "  "), "say how you know"),
        (("--look", "--reason", "x"), "no --reason with --look"),
        (("--look", "--by", "k" * 65), "at most 64 characters"),
    ],
)
def test_half_said_is_not_said(office: Office, args: tuple[str, ...], told: str) -> None:
    refused = office.say("settle", KEY, *args)
    assert refused.exit_code == 2
    assert refused.stderr.startswith("error: ")
    assert told in refused.stderr
    assert office.entry().status is Status.BEGUN


@pytest.mark.parametrize("command", [("unknown",), ("settled",), ("settle", KEY, "--failed", *WHY)])
def test_a_folder_without_calls_is_told(tmp_path: Path, command: tuple[str, ...]) -> None:
    refused = run.invoke(app, [*command, "--data-dir", str(tmp_path)])
    assert refused.exit_code == 1
    assert "--data-dir" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_order_system_that_cannot_tell_leaves_it_unknown(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEBOT_OMS__URL", "http://127.0.0.1:16498")
    told = office.say("settle", KEY, "--look", "--by", "kim", "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["status"] == "unknown"
    assert "could not tell: unavailable (" in told.stderr
    assert (office.entry().status, office.entry().looks) == (Status.UNKNOWN, 1)
    (line,) = lines(office.say("settled", "--json"))
    assert (line["said"], line["by"], line["reason"]) == ("look", "kim", "unavailable")


@pytest.mark.e2e
def test_a_shop_that_has_never_heard_of_it_settles_it(office: Office) -> None:
    (line,) = lines(office.say("settle", KEY, "--look", "--json"))
    assert (line["said"], line["status"], line["reason"]) == ("look", "failed", "not_done")
    assert office.entry().status is Status.FAILED


@pytest.mark.e2e
def test_it_is_the_same_on_postgresql(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEBOT_RECORDS__DATABASE_URL", postgres_url)
    missing = run.invoke(app, ["settle", KEY, "--failed", *WHY, "--data-dir", str(tmp_path)])
    assert missing.exit_code == 1
    assert "holds no calls" in missing.stderr
    then = utc_now() - timedelta(minutes=5)
    plan = ActionPlan(id="p", action=Action(kind=ActionKind.REFUND, target="o-7"), preview={})
    ledger = Ledger(postgres_url, wall=lambda: then)
    asyncio.run(ledger.begin(KEY, "call-1", plan))
    told = run.invoke(app, ["settle", KEY, "--done", *WHY, "--data-dir", str(tmp_path), "--json"])
    assert lines(told)[0]["status"] == "done"
    found = asyncio.run(ledger.entry(KEY))
    ledger.close()
    assert found is not None
    assert found.status is Status.DONE


def test_help_teaches() -> None:
    for command in ("unknown", "settle", "settled"):
        assert f"voicebot oms {command}" in run.invoke(app, [command, "--help"]).stdout
