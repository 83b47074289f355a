from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from voicebot.errors import ConfigError
from voicebot.handoff.desk import HandoffDesk, new_id
from voicebot.handoff.settings import HandoffSettings
from voicebot.records.database import FILE
from voicebot.records.events import call, handoff
from voicebot.records.live import LiveLog
from voicebot.records.sample import opening, order_turn
from voicebot.records.store import SqlEventStore, open_store

FRIDAY = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlEventStore]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def log(store: SqlEventStore) -> LiveLog:
    live = LiveLog("call-1", clock=lambda: 6_000.0, wall=lambda: FRIDAY, store=store)
    for at_ms, turn, event in opening() + order_turn():
        live.append(event, at_ms=at_ms, turn=turn)
    return live


def desk_on(store: SqlEventStore, **settings: Any) -> HandoffDesk:
    return HandoffDesk(store, HandoffSettings(**settings), wall=lambda: FRIDAY)


def test_ids_cannot_be_guessed_and_fit_into_a_sip_header() -> None:
    ids = {new_id() for _ in range(1_000)}
    assert len(ids) == 1_000
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{21}", made) for made in ids)


def test_a_packet_can_be_fetched_as_soon_as_the_hand_off_is_open(store: SqlEventStore, log: LiveLog) -> None:
    desk = desk_on(store, packet_base_url="https://voice.example")
    opened = desk.open(log, log.records, reason="caller_asked", queue="care", summary="Wants a human")
    found = desk.packet(opened)
    assert found is not None
    assert (found["handoff_id"], found["one_line_summary"], found["queue"]) == (opened, "Wants a human", "care")
    assert found["transcript_ref"] == "https://voice.example/api/calls/call-1"
    assert log.records[-1].event == handoff.HandoffRequested(
        handoff=opened, reason="caller_asked", queue="care", summary="Wants a human"
    )


def test_a_packet_holds_what_happened_after(store: SqlEventStore, log: LiveLog) -> None:
    desk = desk_on(store)
    opened = desk.open(log, log.records, reason="caller_asked")
    log.append(handoff.Transfer(handoff=opened, target="sip:a@b", status="failed", detail="603"))
    log.append(call.CallEnded(by="caller", reason="hung up"))
    found = desk.packet(opened)
    assert found is not None
    assert [action["detail"] for action in found["actions"]] == ["603"]


def test_packets_outlive_the_process(tmp_path: Path, store: SqlEventStore, log: LiveLog) -> None:
    opened = desk_on(store).open(log, log.records, reason="failure")
    assert store.flush(10)
    again = open_store(tmp_path)
    found = HandoffDesk(again).packet(opened)
    assert found is not None
    assert found["reason"] == "failure"
    again.close()


def test_an_unknown_id_has_no_packet(store: SqlEventStore) -> None:
    assert desk_on(store).packet("nobody") is None


def test_a_packet_is_served_even_when_the_store_is_broken(tmp_path: Path, store: SqlEventStore, log: LiveLog) -> None:
    desk = desk_on(store)
    assert store.flush(10)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("DROP TABLE handoffs")
    other.close()
    opened = desk.open(log, log.records, reason="caller_asked")
    found = desk.packet(opened)
    assert found is not None
    assert found["handoff_id"] == opened


def test_a_call_back_is_due_within_business_hours_and_stays_until_closed(store: SqlEventStore, log: LiveLog) -> None:
    desk = desk_on(store, callback_within_min=120)
    opened = desk.open(log, log.records, reason="caller_asked")
    due = desk.record_callback(log, opened, "+4930123456")
    assert due == "2026-11-23T10:00:00.000Z"
    assert log.records[-1].event == handoff.CallbackRecorded(handoff=opened, number="+4930123456", due=due)
    (owed,) = desk.callbacks()
    assert (owed.handoff, owed.call, owed.number, owed.due, owed.closed) == (opened, "call-1", "+4930123456", due, None)
    assert desk.close_callback(owed.id, outcome="reached")
    assert not desk.close_callback(owed.id)
    assert desk.callbacks() == []
    (done,) = desk.callbacks(open_only=False)
    assert (done.outcome, done.closed) == ("reached", "2026-11-20T17:00:00.000Z")


def test_the_most_urgent_call_back_comes_first(store: SqlEventStore, log: LiveLog) -> None:
    desk = desk_on(store)
    for day in (25, 23, 24):
        desk.record_callback(log, "h", f"+49{day}", datetime(2026, 11, day, tzinfo=UTC))
    assert [owed.number for owed in desk.callbacks()] == ["+4923", "+4924", "+4925"]


def test_every_packet_is_announced_once(store: SqlEventStore, log: LiveLog) -> None:
    told: list[tuple[str, Mapping[str, Any]]] = []
    desk = HandoffDesk(store, announce=lambda opened, made: told.append((opened, made)))
    opened = desk.open(log, log.records, reason="policy")
    assert [(name, made["handoff_id"], made["reason"]) for name, made in told] == [(opened, opened, "policy")]


def test_a_flaw_in_the_packet_does_not_cost_the_hand_off(
    store: SqlEventStore, log: LiveLog, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(opened: str, made: Mapping[str, Any]) -> None:
        raise RuntimeError("no")

    opened = HandoffDesk(store, announce=broken).open(log, log.records, reason="policy")
    assert desk_on(store).packet(opened) is not None
    assert "the packet could not be made" in caplog.text


def test_targets_are_those_that_were_configured(store: SqlEventStore) -> None:
    desk = desk_on(store, targets={"default": "sip:agents@pbx.example"})
    assert desk.target("anything") == "sip:agents@pbx.example"
    assert desk_on(store).target("default") is None
    with pytest.raises(ConfigError, match="SIP URI"):
        desk_on(store, targets={"default": "pbx"})


def test_delivery_is_noted(tmp_path: Path, store: SqlEventStore, log: LiveLog) -> None:
    desk = desk_on(store)
    opened = desk.open(log, log.records, reason="policy")
    desk.note_delivery(opened, "delivered after 1: 200")
    assert store.flush(10)
    other = sqlite3.connect(tmp_path / FILE)
    assert other.execute("SELECT id, delivery FROM handoffs").fetchall() == [(opened, "delivered after 1: 200")]
    other.close()


def test_old_hand_offs_are_forgotten_but_not_what_is_still_owed(store: SqlEventStore, log: LiveLog) -> None:
    desk = desk_on(store)
    opened = desk.open(log, log.records, reason="policy")
    desk.record_callback(log, opened, "+4930123456")
    desk.record_callback(log, opened, "+4930999999")
    desk.close_callback(desk.callbacks()[0].id)
    assert desk.forget(FRIDAY) == 0
    assert desk.forget(FRIDAY.replace(year=2027)) == 2
    assert len(desk.callbacks(open_only=False)) == 1
