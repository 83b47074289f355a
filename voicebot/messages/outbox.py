"""An outbox for trying out: messages are written to a file and sent to nobody."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from voicebot.messages.messenger import CHANNELS, Channel, Message, MessageError

#: Name of the file in the data directory: one JSON object a line.
FILE = "outbox.jsonl"


def utc_now() -> datetime:
    return datetime.now(UTC)


class Outbox:
    """Appends messages to a file that only its owner may read; old ones are dropped when it is opened.

    Raises:
        MessageError: the file cannot be written.
    """

    channels: frozenset[Channel] = frozenset(CHANNELS)

    def __init__(self, path: Path, *, keep_days: int = 7, wall: Callable[[], datetime] = utc_now) -> None:
        self._path, self._wall = path, wall
        self._thread = ThreadPoolExecutor(1, "outbox")
        try:
            _drop_old(path, (wall() - timedelta(days=keep_days)).isoformat())
        except OSError as error:
            raise MessageError(f"the outbox cannot be written: {error.strerror}", where=str(path)) from error

    async def send(self, message: Message, *, timeout_s: float) -> None:
        """See `Messenger.send`."""
        row = {"at": self._wall().isoformat(timespec="milliseconds"), **dataclasses.asdict(message)}
        line = json.dumps(row, ensure_ascii=False) + "\n"
        writing = asyncio.get_running_loop().run_in_executor(self._thread, _append, self._path, line)
        try:
            async with asyncio.timeout(timeout_s):
                await writing
        except TimeoutError as error:
            raise MessageError("the outbox was not written in time", where=str(self._path)) from error
        except OSError as error:
            raise MessageError(f"the outbox cannot be written: {error.strerror}", where=str(self._path)) from error

    async def close(self) -> None:
        self._thread.shutdown(wait=False)


def read_outbox(path: Path, offset: int = 0) -> tuple[list[Message], int]:
    """Messages in the outbox behind `offset`, and the offset behind them; nothing when there is no outbox."""
    if not path.exists():
        return [], offset
    with path.open("rb") as file:
        file.seek(offset)
        data = file.read()
    whole = data[: data.rfind(b"\n") + 1]
    fields = {field.name for field in dataclasses.fields(Message)}
    rows = [json.loads(line) for line in whole.splitlines()]
    messages = [Message(**{name: value for name, value in row.items() if name in fields}) for row in rows]
    return messages, offset + len(whole)


def _append(path: Path, line: str) -> None:
    # It holds contacts and codes.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as file:
        file.write(line)


def _drop_old(path: Path, edge: str) -> None:
    if not path.exists():
        return
    lines = path.read_text("utf-8", errors="replace").splitlines(keepends=True)
    kept = [line for line in lines if _at(line) >= edge]
    if len(kept) < len(lines):
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        _append(fresh, "".join(kept))
        fresh.replace(path)


def _at(line: str) -> str:
    try:
        return str(json.loads(line).get("at", ""))
    except (ValueError, AttributeError):
        return ""
