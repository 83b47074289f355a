from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voicebot.records.database import StoreError
from voicebot.records.events import Record, call
from voicebot.records.live import stamp
from voicebot.records.sample import ending, log_of, opening
from voicebot.records.settings import RecordsSettings
from voicebot.records.store import SqlEventStore, open_store
from voicebot.records.upkeep import Purged, clear, end_cut_off_calls, purge

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlEventStore]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def keep_call(store: SqlEventStore, call_id: str, *, days_ago: int, recording: str) -> None:
    events = (
        call.CallStarted(transport="sip", caller=None),
        call.RecordingStarted(file=recording, sample_rate_hz=16000),
        call.CallEnded(by="caller", reason="hung up"),
    )
    wall = stamp(NOW - timedelta(days=days_ago))
    for seq, event in enumerate(events, start=1):
        store.put(Record(call_id=call_id, seq=seq, at_ms=0, wall=wall, turn=0, event=event))
    assert store.flush(10)


def test_calls_cut_off_by_a_crash_get_their_last_event(store: SqlEventStore) -> None:
    for record in log_of(opening(), call_id="cut") + log_of(opening() + ending(), call_id="whole"):
        store.put(record)
    assert store.flush(10)
    assert end_cut_off_calls(store) == ["cut"]
    assert store.flush(10)
    last = store.records("cut")[-1]
    assert isinstance(last.event, call.CallEnded)
    assert (last.seq, last.event.duration_ms) == (len(opening()) + 1, 2040)
    assert store.unfinished() == []
    assert end_cut_off_calls(store) == []


def test_what_is_past_its_retention_is_deleted(store: SqlEventStore, tmp_path: Path) -> None:
    for name, days_ago in (("new", 1), ("middle", 40), ("old", 200)):
        (tmp_path / f"{name}.wav").write_text("sound")
        keep_call(store, name, days_ago=days_ago, recording=f"{name}.wav")
    found = purge(store, tmp_path, RecordsSettings(), NOW)
    assert found == Purged(recordings=2, logs=1)
    assert [path.name for path in tmp_path.glob("*.wav")] == ["new.wav"]
    assert {summary.call for summary in store.calls()} == {"new", "middle"}
    assert store.records("old") == []
    assert purge(store, tmp_path, RecordsSettings(), NOW) == Purged()


def test_zero_days_keep_everything(store: SqlEventStore, tmp_path: Path) -> None:
    keep_call(store, "old", days_ago=4_000, recording="old.wav")
    settings = RecordsSettings(recording_retention_days=0, log_retention_days=0)
    assert purge(store, tmp_path, settings, NOW) == Purged()
    assert store.records("old")


def test_nothing_outside_the_data_directory_is_deleted(store: SqlEventStore, tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside.wav"
    outside.write_text("sound")
    keep_call(store, "sly", days_ago=100, recording="../outside.wav")
    assert purge(store, tmp_path, RecordsSettings(), NOW) == Purged()
    assert outside.exists()
    outside.unlink()


def test_a_job_that_fails_keeps_no_other_from_its_turn(caplog: pytest.LogCaptureFixture) -> None:
    def fails(_: datetime) -> dict[str, int]:
        raise StoreError("locked", where="voicebot.db")

    def works(now: datetime) -> dict[str, int]:
        assert now == NOW
        return {"labels": 3}

    assert clear([fails, works, lambda _: {"logs": 1}], NOW) == {"labels": 3, "logs": 1}
    assert "voicebot.db: locked" in caplog.text
