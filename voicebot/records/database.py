"""The database behind the event store: one SQLite file by default, any other by URL.

Schemas are versioned per component (`records`, `handoff`) in one small table. A migration tool such as Alembic pays off
once released schemas must be changed on several databases; until then a list of statements per version does the same
without generated scripts to maintain, and can be handed over to Alembic by stamping the current version.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

from voicebot.errors import VoicebotError

#: Name of the SQLite file in the data directory.
FILE = "voicebot.db"

_BUSY_TIMEOUT_MS = 5_000
#: Name of PostgreSQL's lock for changes of tables; any number that nobody else uses.
_MIGRATING = 0x766F6963655F6D67

_meta = sa.MetaData()
_versions = sa.Table(
    "schema_version",
    _meta,
    sa.Column("component", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)


class StoreError(VoicebotError):
    """The event store cannot be opened or read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """Tables of one component, and how older databases get there.

    Attributes:
        component: name in `schema_version`.
        version: of `tables` as written here, from 1.
        tables: made as they are in a new database.
        upgrades: version -> statements that lead to it from the version before.
    """

    component: str
    version: int
    tables: Sequence[sa.Table]
    upgrades: Mapping[int, Sequence[str]] = field(default_factory=dict)


def url_for(data_dir: Path, database_url: str = "") -> str:
    """The store's URL: the one that is set, else the SQLite file of the data directory."""
    return database_url or f"sqlite:///{data_dir / FILE}"


def connect(url: str) -> sa.Engine:
    """Open an engine; SQLite in WAL mode, so that readers never wait for the writer.

    Raises:
        StoreError: the URL names no known database.
    """
    try:
        # A server's database may be started anew under our feet; a file is not.
        engine = sa.create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError("not a usable database URL", where="records.database_url", fix=str(error)) from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite, schema changes included
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
    write_ahead(cursor)
    cursor.execute("PRAGMA synchronous=NORMAL")  # survives kill -9; a power cut may lose the last commits
    cursor.close()


def write_ahead(cursor: Any) -> None:
    """SQLite does not wait with this: of several who open a new file at once, all but one are refused at first."""
    until_s = time.monotonic() + _BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until_s:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def transaction(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that writes: everything within is committed together, or nothing of it.

    Raises:
        StoreError: the database cannot be written.
    """
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection
    except sa.exc.SQLAlchemyError as error:
        raise StoreError(f"cannot be written: {str(error).splitlines()[0]}", where=_place(engine)) from error


def migrate(engine: sa.Engine, schema: Schema) -> None:
    """Create the component's tables, or bring them up to date, in one transaction; of several processes, one does it.

    Raises:
        StoreError: the database was written by a newer program.
    """
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATING)))
        _meta.create_all(connection)
        found = _version(connection, schema.component)
        if found is None:
            schema.tables[0].metadata.create_all(connection, tables=list(schema.tables))
            connection.execute(sa.insert(_versions).values(component=schema.component, version=schema.version))
            return
        _refuse_newer(found, schema)
        for version in range(found + 1, schema.version + 1):
            for statement in schema.upgrades[version]:
                connection.exec_driver_sql(statement)
        connection.execute(
            sa.update(_versions).where(_versions.c.component == schema.component).values(version=schema.version)
        )


def check(engine: sa.Engine, schema: Schema) -> None:
    """See that the component's tables are those of this program, without changing anything.

    Raises:
        StoreError: no such tables, or of another version.
    """
    try:
        with engine.connect() as connection:
            found = _version(connection, schema.component) if sa.inspect(connection).has_table(_versions.name) else None
    except sa.exc.DatabaseError as error:
        raise StoreError(f"cannot be read: {error.orig}", where=_place(engine)) from error
    if found is None:
        raise StoreError("holds no calls", where=_place(engine), fix="is this the server's data directory?")
    _refuse_newer(found, schema)
    if found < schema.version:
        fix = "start the server once: it brings the tables up to date"
        raise StoreError(f"is of version {found}, this program reads {schema.version}", where=_place(engine), fix=fix)


def insert_new(engine: sa.Engine, table: sa.Table) -> SqliteInsert | PostgresInsert:
    """An INSERT that leaves rows alone whose key is already there, so that a repeated write does no harm."""
    if engine.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def _version(connection: sa.Connection, component: str) -> int | None:
    query = sa.select(_versions.c.version).where(_versions.c.component == component)
    return connection.execute(query).scalar_one_or_none()


def _refuse_newer(found: int, schema: Schema) -> None:
    if found > schema.version:
        raise StoreError(
            f"the database's {schema.component} tables are of version {found}, this program knows {schema.version}",
            fix="use the program that wrote it, or a newer one",
        )


def _place(engine: sa.Engine) -> str:
    return engine.url.database or engine.url.render_as_string(hide_password=True)
