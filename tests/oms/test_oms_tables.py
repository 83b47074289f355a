"""Tables of older programs are brought up to date with all that is in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from write_fakes import WHEN, a_plan

from voicebot.oms.actions import HARMLESS, ActionKind
from voicebot.oms.ledger import OPEN, Ledger, Status, read
from voicebot.oms.tables import SCHEMA, ledger, settlements
from voicebot.records.database import Schema, check, connect, migrate
from voicebot.records.live import stamp

_old = sa.MetaData()
_columns: list[sa.Column[Any]] = [
    *(sa.Column(name, sa.String(128), primary_key=name == "key") for name in ("key", "call", "action", "target")),
    *(sa.Column(name, sa.String(32), nullable=False) for name in ("status", "begun", "changed", "reason")),
    *(sa.Column(name, sa.Integer, nullable=False) for name in ("attempts", "looks")),
    *(sa.Column(name, sa.Text) for name in ("plan", "result")),
]
_FIRST = Schema(component="oms", version=1, tables=(sa.Table("ledger", _old, *_columns),))

#: Key, action, order, status, second of its beginning.
_ROWS = (
    ("first", "refund", "o-1", "unknown", 1),
    ("second", "refund", "o-1", "begun", 2),
    ("third", "refund", "o-1", "begun", 2),
    ("done", "refund", "o-1", "done", 0),
    ("other", "refund", "o-2", "begun", 3),
    ("note-1", "note", "o-1", "begun", 3),
    ("note-2", "note", "o-1", "begun", 4),
)


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """A database of the first version, in which two processes have begun the same."""
    opened = connect(database_url)
    migrate(opened, _FIRST)
    with opened.begin() as connection:
        for key, action, target, status, second in _ROWS:
            at = stamp(WHEN.replace(second=second))
            row: dict[str, Any] = {"key": key, "call": "c", "action": action, "target": target, "status": status}
            row |= {"begun": at, "changed": at, "reason": "", "attempts": 1, "looks": 0}
            connection.execute(sa.insert(_FIRST.tables[0]), row)
    yield opened
    opened.dispose()


def test_the_older_table_is_kept_row_for_row(engine: sa.Engine) -> None:
    migrate(engine, SCHEMA)
    check(engine, SCHEMA)
    assert {entry.key: entry.status for entry in read(engine, sa.select(ledger))} == {
        key: Status(status) for key, _, _, status, _ in _ROWS
    }
    with engine.connect() as connection:
        alone = connection.execute(sa.select(ledger.c.key).where(ledger.c.alone)).scalars()
        assert set(alone) == {"first", "done", "other"}
        assert connection.execute(sa.select(settlements)).all() == []


@pytest.mark.usefixtures("engine")
async def test_what_was_begun_twice_keeps_others_out_until_all_of_it_is_certain(database_url: str) -> None:
    opened = Ledger(database_url)
    for expected in ("first", "second", "third"):
        found = await opened.begin("new", "d", a_plan(ActionKind.REFUND, "o-1"))
        assert found is not None
        assert found.key == expected
        assert await opened.finish(expected, Status.FAILED, reason="refused")
    assert await opened.begin("new", "d", a_plan(ActionKind.REFUND, "o-1")) is None
    opened.close()


@pytest.mark.parametrize("schema", [_FIRST, None], ids=["upgraded", "new"])
def test_a_second_one_of_the_same_cannot_be_open(database_url: str, schema: Schema | None) -> None:
    engine = connect(database_url)
    if schema is not None:
        migrate(engine, schema)
    migrate(engine, SCHEMA)
    base = {"call": "c", "action": "refund", "target": "o-1", "begun": "", "changed": "", "reason": ""}

    def put(key: str, status: Status, *, alone: bool = True) -> None:
        with engine.begin() as connection:
            row = {**base, "attempts": 1, "looks": 0, "key": key, "status": status.value, "alone": alone}
            connection.execute(sa.insert(ledger), row)

    for status in set(Status) - set(OPEN):
        put(f"{status.value}-1", status)
        put(f"{status.value}-2", status)
    put("open", OPEN[0])
    for status in OPEN:
        with pytest.raises(sa.exc.IntegrityError):
            put(f"open-{status.value}", status)
        put(f"harmless-{status.value}", status, alone=False)
    engine.dispose()


def test_what_the_older_table_does_not_tell_is_what_does_no_harm() -> None:
    assert {kind.value for kind in HARMLESS} == {"note"}, "the upgrade to version 2 knows notes alone"
