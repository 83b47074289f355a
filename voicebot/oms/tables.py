"""Tables of the write side, beside those of the event store: the ledger of writes, and failed proofs."""

from __future__ import annotations

import sqlalchemy as sa

from voicebot.records.database import Schema

metadata = sa.MetaData()

#: One row a write. `plan` is kept only until it is certain what became of it: it may hold an address.
ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("key", sa.String(96), primary_key=True),
    sa.Column("call", sa.String(128), nullable=False, index=True),
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("target", sa.String(128), nullable=False),
    sa.Column("status", sa.String(16), nullable=False, index=True),
    sa.Column("begun", sa.String(32), nullable=False),
    sa.Column("changed", sa.String(32), nullable=False, index=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("looks", sa.Integer, nullable=False),
    sa.Column("reason", sa.String(64), nullable=False),
    sa.Column("plan", sa.Text),
    sa.Column("result", sa.Text),
)

#: Proofs that failed, by whom: a customer or a caller's number, as a hash.
failed_proofs = sa.Table(
    "failed_proofs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("who", sa.String(64), nullable=False, index=True),
    sa.Column("at", sa.String(32), nullable=False, index=True),
    sa.Column("call", sa.String(128), nullable=False),
)

SCHEMA = Schema(component="oms", version=1, tables=(ledger, failed_proofs))
