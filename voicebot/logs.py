"""Structured logs on stderr: one JSON object per line, plain text on a terminal. Never the caller's words at INFO."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """One JSON object per record; `extra` fields (call, turn …) become keys."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {key: value for key, value in record.__dict__.items() if key not in _STANDARD}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str, ensure_ascii=False)


def setup(level: str = "INFO", *, as_json: bool | None = None) -> None:
    """Configure logging once per process; `as_json` defaults to "stderr is not a terminal"."""
    handler = logging.StreamHandler(sys.stderr)
    if as_json if as_json is not None else not sys.stderr.isatty():
        handler.setFormatter(JsonFormatter())
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "aiortc", "aioice", "uvicorn.access", "faster_whisper", "baresip", "websockets"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    quiet_pipecat(level)


def failure(log: logging.Logger, error: BaseException, what: str, *args: object) -> None:
    """Log an error whose words may hold what callers said or ordered: its type at ERROR, all of it at DEBUG only."""
    log.error(f"{what}: %s", *args, type(error).__name__, stacklevel=2)
    log.debug(what, *args, exc_info=error, stacklevel=2)


def quiet_pipecat(level: str = "WARNING") -> None:
    """pipecat logs through loguru, transcripts at DEBUG included: keep warnings only, whatever our own level is."""
    from loguru import logger

    logger.remove()
    threshold = "ERROR" if level.upper() in {"ERROR", "CRITICAL"} else "WARNING"
    logger.add(sys.stderr, level=threshold, format="{level} {name}: {message}")
