"""The event store: every call's log, written as it happens and read by everybody else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from voicebot.records import database
from voicebot.records.database import StoreError
from voicebot.records.events.base import Record
from voicebot.records.events.call import CallEnded
from voicebot.records.projections.summary import Summary
from voicebot.records.reading import CallFilter, CallReader
from voicebot.records.settings import RecordsSettings
from voicebot.records.tables import SCHEMA, write_records
from voicebot.records.writer import BatchWriter, RejectedError, WriterCounts

#: Another row to write, in order with the events around it. Must be harmless when repeated.
Statement = Callable[[sa.Connection], None]


class EventSink(Protocol):
    """Takes a live call's events; never blocks, never raises."""

    def put(self, record: Record) -> None: ...


class EventStore(EventSink, Protocol):
    """Where logs are kept. Reading raises `StoreError`; writing never raises."""

    def submit(self, statement: Statement) -> None:
        """Queue another write behind the events handed over so far."""
        ...

    def flush(self, timeout_s: float = 2.0) -> bool:
        """Wait until all that was handed over is on disk; False when that takes longer."""
        ...

    def calls(self, *, limit: int = 50, before: str | None = None, filters: CallFilter | None = None) -> list[Summary]:
        """Calls, the latest first. `before` is the id of the last call of the page before."""
        ...

    def records(self, call_id: str, *, after_seq: int = 0, limit: int | None = None) -> list[Record]:
        """A call's events in order; empty when there is no such call."""
        ...

    def matching(self, prefix: str, *, limit: int = 10) -> list[str]:
        """Ids of calls that begin with `prefix`, the latest first; the exact id alone when there is one."""
        ...


class SqlEventStore(CallReader):
    """Event store on SQLAlchemy: SQLite in WAL mode, or PostgreSQL. Make it with `open_store`."""

    def __init__(self, engine: sa.Engine, *, commit_every_ms: int = 100, queue_limit: int = 100_000) -> None:
        super().__init__(engine)
        self._cut: set[str] = set()
        self._writer: BatchWriter[Record | Statement] = BatchWriter(
            self._write, every_ms=commit_every_ms, limit=queue_limit, name="voicebot-records"
        )

    # --- writing ------------------------------------------------------------------------------------------------------

    def put(self, record: Record) -> None:
        """Queue an event. A call for which one had to be refused is not written on: a log has an end, never a hole."""
        if record.call_id not in self._cut and not self._writer.put(record):
            self._cut.add(record.call_id)
        if isinstance(record.event, CallEnded):
            self._cut.discard(record.call_id)

    def submit(self, statement: Statement) -> None:
        self._writer.put(statement)

    def flush(self, timeout_s: float = 2.0) -> bool:
        return self._writer.flush(timeout_s)

    @property
    def counts(self) -> WriterCounts:
        """For health checks and metrics."""
        return self._writer.counts

    def close(self, timeout_s: float = 5.0) -> bool:
        """Write what waits and let go of the database; False when something could not be written."""
        complete = self._writer.close(timeout_s)
        self.engine.dispose()
        return complete

    def _write(self, batch: Sequence[Record | Statement]) -> None:
        try:
            with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
                run: list[Record] = []
                for item in batch:
                    if isinstance(item, Record):
                        run.append(item)
                        continue
                    write_records(connection, run)
                    run = []
                    item(connection)
                write_records(connection, run)
        except (sa.exc.DataError, sa.exc.IntegrityError, sa.exc.ProgrammingError, sa.exc.StatementError) as error:
            if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.InternalError):
                raise
            raise RejectedError(str(error).splitlines()[0]) from error


def open_store(data_dir: Path, settings: RecordsSettings | None = None) -> SqlEventStore:
    """Open the store for a server: the data directory and the tables are made or brought up to date.

    Raises:
        StoreError: the directory cannot be written, or the database is not ours or newer than this program.
    """
    chosen = settings or RecordsSettings()
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        engine = database.connect(database.url_for(data_dir, chosen.database_url))
        database.migrate(engine, SCHEMA)
    except OSError as error:
        what = f"cannot be used as data directory: {error.strerror}"
        raise StoreError(what, where=str(data_dir), fix="choose one that can be written") from error
    except sa.exc.DatabaseError as error:
        raise StoreError(f"the database cannot be opened: {error.orig}", where=str(data_dir)) from error
    return SqlEventStore(engine, commit_every_ms=chosen.commit_every_ms, queue_limit=chosen.queue_limit_events)


def read_store(data_dir: Path, settings: RecordsSettings | None = None) -> CallReader:
    """Open an existing store to read from, beside a running server; nothing is created or changed.

    Raises:
        StoreError: there is none.
    """
    chosen = settings or RecordsSettings()
    if not chosen.database_url and not (data_dir / database.FILE).is_file():
        what = "no calls were recorded here" if data_dir.is_dir() else "no such data directory"
        raise StoreError(what, where=str(data_dir), fix="name the server's data directory with --data-dir")
    engine = database.connect(database.url_for(data_dir, chosen.database_url))
    database.check(engine, SCHEMA)
    return CallReader(engine)
