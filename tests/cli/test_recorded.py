from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from voicebot.cli.recorded import chosen
from voicebot.config import Settings, load
from voicebot.errors import VoicebotError
from voicebot.records.sample import ending, log_of, opening
from voicebot.records.store import open_store


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Three calls are recorded: aa-1, aa-2, bb-3, all at the same time of 2026-11-21."""
    folder = tmp_path_factory.mktemp("data")
    store = open_store(folder)
    for call_id in ("aa-1", "aa-2", "bb-3"):
        for record in log_of(opening() + ending(), call_id=call_id):
            store.put(record)
    assert store.close()
    return load(server__data_dir=folder)


def write(path: Path, *calls: str) -> Path:
    """As `voicebot calls show ID --json` does."""
    rows = [record.to_json() for call in calls for record in log_of(opening() + ending(), call_id=call)]
    path.write_text(
        "\n".join(
            json.dumps(row)
            for row in (
                *rows,
                {"kind": "summary", "call": "x"},
            )
        )
        + "\n",
        "utf-8",
    )
    return path


@pytest.mark.parametrize(
    ("wanted", "since", "last", "calls"),
    [
        (["aa-1,bb"], None, None, ["aa-1", "bb-3"]),
        (["aa-2", "aa-2"], None, None, ["aa-2"]),
        (["last"], None, None, ["bb-3"]),
        (["all"], None, None, ["bb-3", "aa-2", "aa-1"]),
        ([], None, 2, ["bb-3", "aa-2"]),
        (["aa-1"], None, 1, ["aa-1", "bb-3"]),
        ([], "2026-11-21", None, ["bb-3", "aa-2", "aa-1"]),
        ([], "2026-11-22", None, []),
    ],
)
def test_calls_are_chosen_by_id_date_and_number(
    settings: Settings, wanted: list[str], since: str | None, last: int | None, calls: list[str]
) -> None:
    found = chosen(settings, wanted, since, last)
    assert [call for call, _ in found] == calls
    assert len(found) == len(calls)


def test_many_calls_are_listed_page_by_page(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicebot.cli.recorded._PAGE", 2)
    assert [call for call, _ in chosen(settings, ["all"], None, None)] == ["bb-3", "aa-2", "aa-1"]


def test_calls_are_read_from_files_and_folders(settings: Settings, tmp_path: Path) -> None:
    nowhere = load(server__data_dir=tmp_path / "nowhere")
    one, two = write(tmp_path / "one.jsonl", "x-1"), write(tmp_path / "two.jsonl", "x-2", "x-3")
    records = dict(chosen(nowhere, [str(one)], None, None))
    assert [record.seq for record in records["x-1"]] == list(range(1, len(records["x-1"]) + 1))
    assert list(dict(chosen(nowhere, [str(tmp_path)], None, None))) == ["x-1", "x-2", "x-3"]
    assert list(dict(chosen(settings, [str(two), "aa-1"], None, None))) == ["aa-1", "x-2", "x-3"]


@pytest.mark.parametrize("text", ["{}x", "{}", "[]", '"x"', '{"kind": "dialogue.input"}', '{"kind": "a", "call": "x"}'])
def test_what_is_no_recorded_event_is_refused_with_its_place(settings: Settings, tmp_path: Path, text: str) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_text(f'{{"kind": "summary"}}\n\n{text}\n', "utf-8")
    with pytest.raises(VoicebotError) as caught:
        chosen(settings, [str(file)], None, None)
    assert caught.value.where == f"{file}:3"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b'{"kind": "summary"}'])
def test_a_file_without_calls_is_refused(settings: Settings, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "calls.jsonl").write_bytes(content)
    with pytest.raises(VoicebotError):
        chosen(settings, [str(tmp_path)], None, None)


def test_an_id_that_is_not_there_or_not_unique_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(VoicebotError, match="no call 'zz'"):
        chosen(settings, ["zz"], None, None)
    with pytest.raises(VoicebotError, match="begins several ids"):
        chosen(settings, ["aa"], None, None)
    with pytest.raises(VoicebotError, match="no such data directory"):
        chosen(load(server__data_dir=tmp_path / "nowhere"), ["aa"], None, None)


def test_where_nothing_was_recorded_there_is_no_last_call(tmp_path: Path) -> None:
    assert open_store(tmp_path).close()
    with pytest.raises(VoicebotError, match="no call was recorded yet"):
        chosen(load(server__data_dir=tmp_path), ["last"], None, None)


def test_a_date_is_a_date(settings: Settings) -> None:
    with pytest.raises(typer.BadParameter):
        chosen(settings, [], "yesterday", None)
