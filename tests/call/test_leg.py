from __future__ import annotations

from datetime import UTC, datetime

from voicebot.call.leg import new_call_id


def test_call_ids_sort_by_time_and_differ() -> None:
    moment = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
    first, second = new_call_id("sip", moment), new_call_id("sip", moment)
    assert first.startswith("20261121-140000-sip-")
    assert first != second
