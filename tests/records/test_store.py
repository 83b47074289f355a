from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from voicebot.records.database import FILE, StoreError, connect, url_for
from voicebot.records.events import Record, Unknown, call, dialogue, hearing
from voicebot.records.events.base import CallEvent
from voicebot.records.reading import CallFilter
from voicebot.records.sample import ending, handed_off, log_of, opening, order_turn
from voicebot.records.settings import RecordsSettings
from voicebot.records.store import SqlEventStore, open_store, read_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlEventStore]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def record(call_id: str, seq: int, event: CallEvent, wall: str = "2026-11-21T10:00:00.000Z") -> Record:
    return Record(call_id=call_id, seq=seq, at_ms=float(seq), wall=wall, turn=0, event=event)


def keep(store: SqlEventStore, records: list[Record]) -> None:
    for each in records:
        store.put(each)
    assert store.flush(10)


def test_what_was_put_is_read_back(store: SqlEventStore) -> None:
    records = log_of(opening() + order_turn() + handed_off() + ending())
    keep(store, records)
    assert [r.to_json() for r in store.records("call-1")] == [r.to_json() for r in records]
    assert [r.seq for r in store.records("call-1", after_seq=3, limit=2)] == [4, 5]
    assert store.records("nobody") == []


def test_awkward_text_survives(store: SqlEventStore) -> None:
    words = 'quote " nul \0 emoji 🎧 lone \ud800 ' + "x" * 100_000
    keep(store, [record("c", 1, hearing.Final(text=words))])
    (found,) = store.records("c")
    assert isinstance(found.event, hearing.Final)
    assert found.event.text == words


def test_values_that_json_cannot_hold_do_not_stop_the_log(store: SqlEventStore) -> None:
    odd = {"nan": float("nan"), "set": {1}, "path": Path("x")}
    keep(store, [record("c", 1, dialogue.EngineInput(input=odd)), record("c", 2, hearing.Final(text="on"))])
    first, second = store.records("c")
    assert first.to_json()["data"] == {"input": {"nan": None, "set": [1], "path": "x"}}
    assert second.seq == 2


def test_an_event_of_a_newer_program_is_kept_as_it_is(store: SqlEventStore) -> None:
    keep(store, [record("c", 1, Unknown(original="future.kind", data={"a": 1}))])
    (found,) = store.records("c")
    assert found.event == Unknown(original="future.kind", data={"a": 1})


def test_many_threads_write_at_once(store: SqlEventStore) -> None:
    def write(call_id: str) -> None:
        for seq in range(1, 301):
            store.put(record(call_id, seq, hearing.Final(text=str(seq))))

    threads = [threading.Thread(target=write, args=(f"call-{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.flush(10)
    for n in range(8):
        assert [r.seq for r in store.records(f"call-{n}")] == list(range(1, 301))


def test_a_reader_beside_the_writer_sees_a_gapless_prefix(tmp_path: Path, store: SqlEventStore) -> None:
    reader = read_store(tmp_path)
    for seq in range(1, 2_001):
        store.put(record("c", seq, hearing.Final(text="x")))
        if seq % 500 == 0:
            seen = [r.seq for r in reader.records("c")]
            assert seen == list(range(1, len(seen) + 1))
    assert store.flush(10)
    assert len(reader.records("c")) == 2_000
    reader.close()


def test_a_repeated_event_does_no_harm_and_is_reported(store: SqlEventStore, caplog: pytest.LogCaptureFixture) -> None:
    keep(store, [record("c", 1, hearing.Final(text="first"))])
    keep(store, [record("c", 1, hearing.Final(text="second")), record("c", 2, hearing.Final(text="third"))])
    assert [r.event.text for r in store.records("c") if isinstance(r.event, hearing.Final)] == ["first", "third"]
    assert "in use twice" in caplog.text


def test_calls_are_listed_latest_first_in_pages(store: SqlEventStore) -> None:
    for n in range(5):
        keep(store, log_of(opening() + ending(), call_id=f"call-{n}"))
    first = store.calls(limit=2)
    second = store.calls(limit=2, before=first[-1].call)
    third = store.calls(limit=2, before=second[-1].call)
    assert [s.call for s in first + second + third] == ["call-4", "call-3", "call-2", "call-1", "call-0"]
    with pytest.raises(StoreError, match="no call 'gone'"):
        store.calls(before="gone")


def test_calls_are_filtered(store: SqlEventStore) -> None:
    keep(store, log_of(opening() + order_turn() + ending(), call_id="contained"))
    keep(store, log_of(opening() + ending(), call_id="abandoned"))
    keep(store, log_of(opening(), call_id="live"))
    start = call.CallStarted(transport="text", caller=None)
    keep(store, [record("chat", 1, start, wall="2026-11-22T10:00:00.000Z")])

    def ids(**wanted: str) -> set[str]:
        return {s.call for s in store.calls(filters=CallFilter(**wanted))}

    assert ids(outcome="contained") == {"contained"}
    assert ids(outcome="unfinished") == {"live", "chat"}
    assert ids(transport="text") == {"chat"}
    assert ids(caller="+4930123456") == {"contained", "abandoned", "live"}
    assert ids(since="2026-11-22") == {"chat"}
    assert ids(until="2026-11-22") == {"contained", "abandoned", "live"}
    assert set(store.unfinished()) == {"live", "chat"}


def test_a_live_call_is_summed_up_when_it_is_listed(store: SqlEventStore) -> None:
    keep(store, log_of(opening() + order_turn()))
    (live,) = store.calls()
    assert (live.outcome, live.intents, live.turns) == ("unfinished", ("wismo",), 1)


def test_ids_are_matched_by_their_beginning(store: SqlEventStore) -> None:
    for call_id in ("ab", "abc", "a_c", "xyz"):
        keep(store, log_of(opening(), call_id=call_id))
    assert store.matching("x") == ["xyz"]
    assert store.matching("ab") == ["ab"]
    assert set(store.matching("a")) == {"ab", "abc", "a_c"}
    assert store.matching("a_") == ["a_c"]
    assert store.matching("%") == []


def test_other_rows_are_written_in_order_with_the_events(store: SqlEventStore) -> None:
    seen: list[int] = []
    store.put(record("c", 1, hearing.Final(text="x")))
    query = sa.text("SELECT count(*) FROM events")
    store.submit(lambda connection: seen.append(connection.execute(query).scalar_one()))
    store.put(record("c", 2, hearing.Final(text="y")))
    assert store.flush(10)
    assert seen == [1]


def test_a_statement_that_fails_costs_no_event(store: SqlEventStore) -> None:
    store.put(record("c", 1, hearing.Final(text="x")))

    def wrong(connection: sa.Connection) -> None:
        connection.execute(sa.text("INSERT INTO events (call) VALUES ('c')"))

    store.submit(wrong)
    store.put(record("c", 2, hearing.Final(text="y")))
    assert store.flush(10)
    assert len(store.records("c")) == 2
    assert store.counts.rejected == 1


def test_a_locked_database_delays_the_log_but_loses_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path, RecordsSettings(commit_every_ms=1))
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")  # on the pooled connection that the writer gets next
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    for seq in range(1, 51):
        store.put(record("c", seq, hearing.Final(text="x")))
    assert not store.flush(0.3)
    assert store.counts.faults > 0
    other.execute("ROLLBACK")
    other.close()
    assert store.flush(10)
    assert [r.seq for r in store.records("c")] == list(range(1, 51))
    store.close()


def test_a_log_that_overflows_ends_instead_of_having_a_hole(tmp_path: Path) -> None:
    store = open_store(tmp_path, RecordsSettings(queue_limit_events=3))
    held, go = threading.Event(), threading.Event()

    def hold(_: sa.Connection) -> None:
        held.set()
        go.wait(10)

    store.submit(hold)
    threading.Thread(target=store.flush, args=(10,), daemon=True).start()
    assert held.wait(10)
    for seq in range(1, 6):
        store.put(record("c", seq, hearing.Final(text="x")))
    go.set()
    assert store.flush(10)
    store.put(record("c", 6, hearing.Final(text="after the hole")))
    assert store.flush(10)
    seen = [r.seq for r in store.records("c")]
    assert seen == list(range(1, len(seen) + 1))
    assert 0 < len(seen) < 5
    store.close()


def test_reading_where_nothing_was_recorded_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such data directory"):
        read_store(tmp_path / "nowhere")
    with pytest.raises(StoreError, match="no calls were recorded here"):
        read_store(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database at all, but long enough to be looked at" * 100)
    with pytest.raises(StoreError, match="not a database"):
        read_store(tmp_path)
    with pytest.raises(StoreError, match="not a database"):
        open_store(tmp_path)


def test_a_data_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="data directory"):
        open_store(tmp_path / "file")


def test_opening_again_keeps_what_is_there(tmp_path: Path) -> None:
    first = open_store(tmp_path)
    keep(first, log_of(opening() + ending()))
    first.close()
    second = open_store(tmp_path)
    assert [s.call for s in second.calls()] == ["call-1"]
    second.close()


def test_the_url_of_another_database_is_used_when_it_is_set(tmp_path: Path) -> None:
    elsewhere = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    store = open_store(tmp_path, RecordsSettings(database_url=elsewhere))
    store.close()
    assert (tmp_path / "elsewhere.db").exists()
    assert not (tmp_path / FILE).exists()
    assert url_for(tmp_path) == f"sqlite:///{tmp_path / FILE}"
    with pytest.raises(StoreError, match="URL"):
        connect("nonsense")
