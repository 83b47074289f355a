from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from voicebot.records import database
from voicebot.records.database import Schema, StoreError, check, connect, migrate

_meta = sa.MetaData()
_things = sa.Table("things", _meta, sa.Column("id", sa.Integer, primary_key=True), sa.Column("colour", sa.String(8)))

FIRST = Schema(
    component="things",
    version=1,
    tables=(sa.Table("things", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True)),),
)
SECOND = Schema(
    component="things",
    version=2,
    tables=(_things,),
    upgrades={2: ("ALTER TABLE things ADD COLUMN colour VARCHAR(8)", "UPDATE things SET colour = 'red'")},
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    made = connect(f"sqlite:///{tmp_path / 'x.db'}")
    yield made
    made.dispose()


def test_readers_do_not_block_the_writer(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 1


def test_an_older_database_is_brought_up_to_date_with_its_rows(engine: sa.Engine) -> None:
    migrate(engine, FIRST)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO things (id) VALUES (7)")
    with pytest.raises(StoreError, match="is of version 1, this program reads 2"):
        check(engine, SECOND)
    migrate(engine, SECOND)
    migrate(engine, SECOND)
    check(engine, SECOND)
    with engine.connect() as connection:
        assert connection.execute(sa.select(_things)).all() == [(7, "red")]


def test_a_new_database_gets_the_newest_tables_at_once(engine: sa.Engine) -> None:
    migrate(engine, SECOND)
    check(engine, SECOND)
    with engine.connect() as connection:
        assert connection.execute(sa.select(_things)).all() == []


def test_a_failed_upgrade_changes_nothing(engine: sa.Engine) -> None:
    migrate(engine, FIRST)
    upgrades = {2: ("ALTER TABLE things ADD COLUMN colour VARCHAR(8)", "nonsense")}
    broken = Schema(component="things", version=2, tables=(_things,), upgrades=upgrades)
    with pytest.raises(sa.exc.OperationalError):
        migrate(engine, broken)
    migrate(engine, SECOND)
    check(engine, SECOND)


def test_a_newer_database_is_left_alone(engine: sa.Engine) -> None:
    migrate(engine, SECOND)
    for look in (migrate, check):
        with pytest.raises(StoreError, match="newer one"):
            look(engine, FIRST)


def test_a_database_without_our_tables_is_told_apart(engine: sa.Engine) -> None:
    with pytest.raises(StoreError, match="holds no calls"):
        check(engine, FIRST)


class Refused:
    """A cursor on a file that somebody else is opening as well."""

    def __init__(self, times: int) -> None:
        self.times = times

    def execute(self, statement: str) -> None:
        assert statement == "PRAGMA journal_mode=WAL"
        self.times -= 1
        if self.times >= 0:
            raise sqlite3.OperationalError("database is locked")


def test_a_new_file_that_others_open_at_once_is_tried_again() -> None:
    cursor = Refused(3)
    database.write_ahead(cursor)
    assert cursor.times == -1


def test_a_file_that_stays_locked_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_MS", 20)
    with pytest.raises(sqlite3.OperationalError):
        database.write_ahead(Refused(1000))
