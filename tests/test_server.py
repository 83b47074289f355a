"""What the server does beside calls, without models and listeners."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voicebot.handoff.desk import HandoffDesk
from voicebot.records.live import LiveLog
from voicebot.records.settings import RecordsSettings
from voicebot.records.store import SqlEventStore, open_store
from voicebot.server import purge

OPENED = datetime(2026, 11, 20, 17, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlEventStore]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def desk(store: SqlEventStore) -> HandoffDesk:
    """Has opened a hand-off; of its two call-backs one was made."""
    desk = HandoffDesk(store, wall=lambda: OPENED)
    log = LiveLog("call-1", clock=lambda: 0.0, wall=lambda: OPENED, store=store)
    opened = desk.open(log, log.records, reason="caller_asked")
    for number in ("+4930123456", "+4930123457"):
        desk.record_callback(log, opened, number)
    desk.close_callback(desk.callbacks()[0].id)
    return desk


def test_hand_offs_and_call_backs_go_with_the_logs(store: SqlEventStore, desk: HandoffDesk, tmp_path: Path) -> None:
    settings = RecordsSettings(log_retention_days=10)
    assert purge(store, desk, tmp_path, settings, OPENED + timedelta(days=9)) == (0, 0, 0)
    assert purge(store, desk, tmp_path, settings, OPENED + timedelta(days=11)) == (0, 1, 2)
    assert len(desk.callbacks(open_only=False)) == 1, "what is owed is kept"


def test_zero_days_keep_hand_offs(store: SqlEventStore, desk: HandoffDesk, tmp_path: Path) -> None:
    settings = RecordsSettings(log_retention_days=0)
    assert purge(store, desk, tmp_path, settings, OPENED + timedelta(days=4_000)) == (0, 0, 0)
