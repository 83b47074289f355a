from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from voicebot.cli.app import app
from voicebot.config import load
from voicebot.dialogue import codec
from voicebot.dialogue.commands import Command, Understanding
from voicebot.dialogue.effects import Say
from voicebot.dialogue.engine import Engine
from voicebot.dialogue.inputs import CallOpened, Input, UserSaid
from voicebot.dialogue.loader import load_flows
from voicebot.errors import VoicebotError
from voicebot.policy.book import PolicyBook
from voicebot.records.events.base import Record
from voicebot.records.events.call import CallEnded, CallStarted
from voicebot.records.events.dialogue import EngineEffect, EngineInput
from voicebot.records.live import LiveLog
from voicebot.records.store import SqlEventStore, open_store
from voicebot.versions.contents import Folders, content_id, files
from voicebot.versions.store import VersionStore

NOW = "2026-11-21T10:00:00Z"
#: Call -> what the caller wanted, one command a turn.
CALLS = {
    "aa-bot": ("bot_challenge", "goodbye"),
    "ab-help": ("help", "goodbye"),
    "bb-bot-later": ("help", "bot_challenge"),
}


@cache
def engine() -> Engine:
    where = load().dialogue
    return Engine(load_flows(where.flows, policies=PolicyBook.load(where.policies).policies))


def record(store: SqlEventStore, call_id: str, wanted: Sequence[str]) -> list[str]:
    """Write a call's log; what the bot said, turn by turn."""
    where = load().dialogue
    log = LiveLog(call_id, clock=lambda: 0.0, store=store)
    version = content_id(files(Folders(flows=where.flows, policies=where.policies)))
    log.append(CallStarted(transport="text", caller=None, flows_version=version))
    state, said = engine().start(), []
    commands = [UserSaid(understanding=Understanding(text=name, commands=(Command(name),)), now=NOW) for name in wanted]
    inputs: list[Input] = [CallOpened(now=NOW, today="2026-11-21"), *commands]
    for turn, given in enumerate(inputs):
        log.begin_turn(turn)
        log.append(EngineInput(input=codec.to_json(given)))
        state, effects = engine().step(state, given)
        at = engine().context(state)
        for effect in effects:
            log.append(EngineEffect(effect=codec.to_json(effect), flow=at.flow, step=at.step))
        said.append(" ".join(effect.text for effect in effects if isinstance(effect, Say)))
    log.append(CallEnded(by="caller", reason="hung up"))
    return said


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    store = open_store(folder)
    for call_id, wanted in CALLS.items():
        record(store, call_id, wanted)
    assert store.close()
    return folder


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A copy of the flows in which the bot says otherwise what it is."""
    copy = tmp_path / "flows.new"
    shutil.copytree(load().dialogue.flows, copy)
    repair = copy / "patterns" / "repair.yaml"
    text = repair.read_text("utf-8")
    at = text.index("pattern: bot_challenge")
    begin = text.index('"', text.index("say:", at)) + 1
    repair.write_text(f"{text[:begin]}Well. {text[begin:]}", "utf-8")
    return copy


def run(data_dir: Path, *args: str) -> Result:
    return CliRunner().invoke(app, ["rerun", *args, "--data-dir", str(data_dir)])


def rows(result: Result) -> Iterator[dict[str, object]]:
    return (json.loads(line) for line in result.stdout.splitlines())


def test_the_same_flows_change_nothing(data_dir: Path) -> None:
    result = run(data_dir, "--calls", "all", "--fail-on-change")
    assert (result.exit_code, result.stdout) == (0, "3 calls: 3 same\n")


def test_one_other_wording_is_told_of_exactly_the_calls_that_heard_it(data_dir: Path, changed: Path) -> None:
    result = run(data_dir, "--calls", "all", "--flows", str(changed), "--json")
    *calls, counts = rows(result)
    assert result.exit_code == 0
    assert {row["call"]: (row["class"], row["turn"]) for row in calls} == {
        "aa-bot": ("wording", 1),
        "ab-help": ("same", None),
        "bb-bot-later": ("wording", 2),
    }
    assert (counts["calls"], counts["same"], counts["changed"], counts["unanswered"]) == (3, 1, 2, 0)
    folders = Folders(flows=changed, policies=load().dialogue.policies)
    assert counts["version"] == content_id(files(folders))


def test_changes_are_told_in_words_and_may_fail(data_dir: Path, changed: Path) -> None:
    result = run(data_dir, "--calls", "all", "--flows", str(changed), "--fail-on-change")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "bb-bot-later  wording"
    assert lines[1].startswith('    wording at turn 2: "')
    assert '-> "Well. ' in lines[1]
    assert lines[-1] == "3 calls: 1 same, 2 wording"
    assert not any(line.startswith("ab-help") for line in lines)


def test_calls_may_come_from_files(data_dir: Path, changed: Path, tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["calls", "show", "aa-bot", "--json", "--data-dir", str(data_dir)])
    folder = tmp_path / "calls"
    folder.mkdir()
    (folder / "one.jsonl").write_text(shown.stdout, "utf-8")
    result = run(tmp_path / "no store", "--calls", str(folder), "--flows", str(changed), "--json")
    assert [row.get("class") for row in rows(result)] == ["wording", None]


@pytest.mark.parametrize(
    ("args", "code"),
    [((), 2), (("--since", "yesterday"), 2), (("--last", "0"), 2), (("--calls", "all", "--understand", "maybe"), 2)],
)
def test_a_wrong_use_is_told(data_dir: Path, args: tuple[str, ...], code: int) -> None:
    assert run(data_dir, *args).exit_code == code


def test_no_calls_at_all_are_told(data_dir: Path) -> None:
    assert isinstance(run(data_dir, "--since", "2999-01-01").exception, VoicebotError)


def test_what_is_published_is_tried_by_its_id_or_when_nothing_is_named(changed: Path, tmp_path: Path) -> None:
    store = open_store(tmp_path / "data")
    record(store, "aa-bot", CALLS["aa-bot"])
    assert store.close()
    versions = VersionStore(tmp_path / "data")
    id_ = versions.keep(Folders(flows=changed, policies=load().dialogue.policies)).id
    classes = [run(tmp_path / "data", "--calls", "all", *args, "--json") for args in ((), ("--flows", id_))]
    versions.change(lambda pointers: pointers.published(id_, at=NOW))
    classes.append(run(tmp_path / "data", "--calls", "all", "--json"))
    assert [next(rows(result))["class"] for result in classes] == ["same", "wording", "wording"]
    assert isinstance(run(tmp_path / "data", "--calls", "all", "--flows", "nowhere").exception, VoicebotError)


def test_flows_that_cannot_be_used_are_refused(data_dir: Path, changed: Path) -> None:
    (changed / "broken.yaml").write_text("flow: broken\nsteps: []\n", "utf-8")
    assert isinstance(run(data_dir, "--calls", "all", "--flows", str(changed)).exception, VoicebotError)


def test_a_log_of_unknown_events_is_read_all_the_same(data_dir: Path, tmp_path: Path) -> None:
    row = Record.from_json({"call": "x", "seq": 1, "at_ms": 0, "wall": NOW, "turn": 0, "kind": "new.kind", "data": {}})
    file = tmp_path / "x.jsonl"
    file.write_text(json.dumps(row.to_json()), "utf-8")
    result = run(data_dir, "--calls", str(file))
    assert result.stdout.splitlines() == [
        "x  unanswered", "    turn 0: unanswered: the log holds no dialogue", "1 call: 1 unanswered",
    ]  # fmt: skip
