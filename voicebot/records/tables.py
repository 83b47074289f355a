"""Tables of the event store, and how events get in and out of them."""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from voicebot.logs import failure
from voicebot.records.database import Schema, insert_new
from voicebot.records.events.base import Record, decode
from voicebot.records.events.call import CallEnded, CallStarted
from voicebot.records.projections.summary import summarise

log = logging.getLogger(__name__)

metadata = sa.MetaData()

#: One row a call: what lists are sorted and filtered by. `summary` is the projection, kept once the call has ended.
calls = sa.Table(
    "calls",
    metadata,
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("started", sa.String(32), nullable=False, index=True),
    sa.Column("ended", sa.String(32)),
    sa.Column("transport", sa.String(16)),
    sa.Column("caller", sa.String(256), index=True),
    sa.Column("outcome", sa.String(16)),
    sa.Column("summary", sa.JSON(none_as_null=True)),
)

#: The truth. Clustered by call, so that reading a call is one scan.
events = sa.Table(
    "events",
    metadata,
    sa.Column("call", sa.String(128), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at_ms", sa.Float, nullable=False),
    sa.Column("wall", sa.String(32), nullable=False),
    sa.Column("turn", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

SCHEMA = Schema(component="records", version=1, tables=(calls, events))


def write_records(connection: sa.Connection, records: Sequence[Record]) -> None:
    """Add events within the caller's transaction. Harmless when repeated: what is already there stays as it is."""
    if not records:
        return
    by_call: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_call[record.call_id].append(record)
    connection.execute(insert_new(connection.engine, calls), [_header(id_, log_) for id_, log_ in by_call.items()])
    added = connection.execute(insert_new(connection.engine, events), [_row(record) for record in records])
    if 0 <= added.rowcount < len(records):
        log.error("%d events were there already: is a call id in use twice?", len(records) - added.rowcount)
    for record in records:
        if isinstance(record.event, CallEnded):
            _conclude(connection, record)


def _header(call_id: str, records: Sequence[Record]) -> dict[str, Any]:
    first = records[0]
    started = first.event if isinstance(first.event, CallStarted) else None
    return {
        "id": call_id,
        "started": first.wall,
        "transport": started.transport if started else None,
        "caller": started.caller if started else None,
    }


def _conclude(connection: sa.Connection, last: Record) -> None:
    row: dict[str, Any] = {"ended": last.wall}
    try:
        summary = summarise(log_of(connection, last.call_id))
        row |= {"outcome": summary.outcome, "summary": summary.to_json()}
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        # It must not cost the events; it is made anew when read.
        failure(log, error, "call %s: no summary could be made", last.call_id)
    connection.execute(sa.update(calls).where(calls.c.id == last.call_id).values(**row))


def _row(record: Record) -> dict[str, Any]:
    row = record.to_json()
    return row | {"data": json.dumps(row["data"], separators=(",", ":"))}


def log_of(
    connection: sa.Connection,
    call_id: str,
    *,
    after_seq: int = 0,
    limit: int | None = None,
    without: Sequence[str] = (),
) -> list[Record]:
    """A call's events after `after_seq`, in order; `without` leaves kinds out."""
    query = sa.select(events).where(events.c.call == call_id, events.c.seq > after_seq)
    if without:
        query = query.where(events.c.kind.not_in(without))
    return [
        Record(
            call_id=row.call,
            seq=row.seq,
            at_ms=row.at_ms,
            wall=row.wall,
            turn=row.turn,
            event=decode(row.kind, json.loads(row.data)),
        )
        for row in connection.execute(query.order_by(events.c.seq).limit(limit))
    ]
