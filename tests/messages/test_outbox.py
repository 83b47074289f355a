"""The outbox: a file that only its owner reads."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from voicebot.messages.messenger import Message, MessageError
from voicebot.messages.outbox import Outbox, read_outbox

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def message(number: int) -> Message:
    return Message(id=f"m{number}", channel="sms", to="+1", text=f"Größe {number}")


async def test_messages_are_kept_in_order_and_read_on(tmp_path: Path) -> None:
    path = tmp_path / "outbox.jsonl"
    outbox = Outbox(path, wall=lambda: NOW)
    assert read_outbox(path) == ([], 0)
    await outbox.send(message(1), timeout_s=1)
    first, offset = read_outbox(path)
    await outbox.send(message(2), timeout_s=1)
    second, _ = read_outbox(path, offset)
    await outbox.close()
    assert (first, second) == ([message(1)], [message(2)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_line_that_is_being_written_is_left_for_later(tmp_path: Path) -> None:
    path = tmp_path / "outbox.jsonl"
    outbox = Outbox(path, wall=lambda: NOW)
    await outbox.send(message(1), timeout_s=1)
    await outbox.close()
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"id": "m2", "chan')
    assert read_outbox(path) == ([message(1)], len(whole))


async def test_old_messages_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "outbox.jsonl"
    for days, number in ((9, 1), (1, 2)):
        then = NOW - timedelta(days=days)
        outbox = Outbox(path, keep_days=7, wall=partial(lambda at: at, then))
        await outbox.send(message(number), timeout_s=1)
        await outbox.close()
    await Outbox(path, keep_days=7, wall=lambda: NOW).close()
    assert read_outbox(path)[0] == [message(2)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "none" / "outbox.jsonl")
    with pytest.raises(MessageError, match="cannot be written"):
        await outbox.send(message(1), timeout_s=1)
    await outbox.close()
