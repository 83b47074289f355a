from __future__ import annotations

import json
import logging

import pytest

from voicebot.logs import JsonFormatter, failure

LOG = logging.getLogger("voicebot.test")


def fail_at(level: int, caplog: pytest.LogCaptureFixture) -> str:
    with caplog.at_level(level):
        try:
            raise LookupError("order of Elena Marlowe")
        except LookupError as error:
            failure(LOG, error, "call %s failed", "web-1")
    return caplog.text


def test_a_failure_is_told_by_its_type_alone(caplog: pytest.LogCaptureFixture) -> None:
    text = fail_at(logging.INFO, caplog)
    assert "call web-1 failed: LookupError" in text
    assert "Elena" not in text
    assert "Traceback" not in text


def test_a_failure_is_told_in_full_at_debug_only(caplog: pytest.LogCaptureFixture) -> None:
    text = fail_at(logging.DEBUG, caplog)
    assert "order of Elena Marlowe" in text
    assert "Traceback" in text
    assert [record.levelname for record in caplog.records] == ["ERROR", "DEBUG"]


def test_fields_of_a_record_become_keys() -> None:
    record = LOG.makeRecord(LOG.name, logging.INFO, __file__, 1, "call %s", ("a",), None, extra={"call": "a"})
    entry = json.loads(JsonFormatter().format(record))
    assert (entry["level"], entry["message"], entry["call"]) == ("info", "call a", "a")
