from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from voicebot.cli.calls import app
from voicebot.handoff.desk import HandoffDesk
from voicebot.records.live import LiveLog
from voicebot.records.sample import ending, handed_off, log_of, opening, order_turn
from voicebot.records.store import open_store


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    store = open_store(tmp_path / "data")
    for call_id in ("aa-1", "aa-2", "bb-3"):
        for record in log_of(opening() + order_turn() + handed_off() + ending(), call_id=call_id):
            store.put(record)
        assert store.flush(10)
    store.close()
    return tmp_path / "data"


def run(data_dir: Path, *args: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*args, "--data-dir", str(data_dir)])
    return result.exit_code, result.stdout, result.stderr


def test_calls_are_listed(data_dir: Path) -> None:
    code, out, _ = run(data_dir, "list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["call", "bb-3", "aa-2", "aa-1"]
    assert "handed_off" in out


def test_the_list_as_json_is_one_object_a_line(data_dir: Path) -> None:
    code, out, _ = run(data_dir, "list", "--json", "--limit", "2")
    assert code == 0
    assert [json.loads(line)["call"] for line in out.splitlines()] == ["bb-3", "aa-2"]


def test_an_empty_list_says_so(data_dir: Path) -> None:
    assert run(data_dir, "list", "--outcome", "contained") == (0, "no calls\n", "")


def test_a_call_is_shown_with_its_words_and_waterfall(data_dir: Path) -> None:
    code, out, _ = run(data_dir, "show", "bb")
    assert code == 0
    assert "caller  Where is order 4481207?" in out
    assert "[not heard: 2026-11-25. You get a voucher.]" in out
    assert "rule late-3: offer=voucher because 3 days late" in out
    assert "turn 1: 310 ms voice to voice" in out
    assert "hearing.final" not in out
    assert "hearing.final" in run(data_dir, "show", "bb", "--events")[1]


def test_json_is_every_event_and_then_the_summary(data_dir: Path) -> None:
    code, out, _ = run(data_dir, "show", "last", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [row["seq"] for row in rows[:-1]] == list(range(1, len(rows)))
    assert (rows[-1]["kind"], rows[-1]["call"], rows[-1]["outcome"]) == ("summary", "bb-3", "handed_off")
    assert [turn["number"] for turn in rows[-1]["waterfall"]] == [1, 2]
    assert len(rows[-1]["transcript"]) == 4


def test_an_id_that_is_not_there_or_not_unique_is_refused(data_dir: Path) -> None:
    code, out, err = run(data_dir, "show", "zz")
    assert (code, out) == (1, "")
    assert err.startswith("error: no call 'zz' (")
    code, out, err = run(data_dir, "show", "aa")
    assert (code, out) == (1, "")
    assert "aa-2, aa-1" in err


def test_a_directory_without_calls_is_refused_and_left_alone(tmp_path: Path) -> None:
    code, _, err = run(tmp_path / "nowhere", "list")
    assert code == 1
    assert "no such data directory" in err
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "empty").mkdir()
    code, _, err = run(tmp_path / "empty", "show", "last")
    assert code == 1
    assert "no calls were recorded here" in err


def test_words_are_never_markup(tmp_path: Path) -> None:
    from voicebot.records.events import turn

    store = open_store(tmp_path)
    for record in log_of([(0, 1, turn.TurnCommitted(text="[red]hello[/red] [/]", speculated=False))]):
        store.put(record)
    store.close()
    assert "[red]hello[/red] [/]" in run(tmp_path, "show", "last", "--events")[1]


@pytest.fixture
def owing(data_dir: Path) -> Path:
    store = open_store(data_dir)
    desk = HandoffDesk(store)
    for number in ("+4930123456", "+4930123457"):
        desk.record_callback(LiveLog("aa-1", clock=lambda: 0.0), "handoff-1", number)
    assert store.flush(10)
    store.close()
    return data_dir


def test_call_backs_are_listed_and_closed(owing: Path) -> None:
    code, out, _ = run(owing, "callbacks", "--json")
    first, second = (json.loads(line) for line in out.splitlines())
    assert code == 0
    assert (first["number"], first["call"], first["closed"]) == ("+4930123456", "aa-1", None)
    assert run(owing, "callbacks", "--close", first["id"], "--outcome", "reached")[:2] == (
        0,
        f"closed {first['id']}: reached\n",
    )
    left = run(owing, "callbacks")[1]
    assert left.startswith(f"{second['id']}  due ")
    assert first["id"] not in left
    both = [json.loads(line) for line in run(owing, "callbacks", "--all", "--json")[1].splitlines()]
    assert {one["outcome"] for one in both} == {"reached", None}


def test_a_call_back_is_closed_once(owing: Path) -> None:
    one = json.loads(run(owing, "callbacks", "--json")[1].splitlines()[0])["id"]
    assert json.loads(run(owing, "callbacks", "--close", one, "--json")[1]) == {"closed": one, "outcome": "done"}
    code, _, err = run(owing, "callbacks", "--close", one)
    assert (code, err) == (1, f"error: no call-back '{one}' is owed (voicebot calls callbacks lists them)\n")
    assert run(owing, "callbacks", "--outcome", "reached")[0] == 2


def test_no_call_backs_is_said(owing: Path) -> None:
    for line in run(owing, "callbacks", "--json")[1].splitlines():
        run(owing, "callbacks", "--close", json.loads(line)["id"])
    assert run(owing, "callbacks") == (0, "no call-backs are owed\n", "")
