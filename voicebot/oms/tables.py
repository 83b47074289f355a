"""Tables of the write side, beside those of the event store: the ledger of writes, what people decided, proofs."""

from __future__ import annotations

import sqlalchemy as sa

from voicebot.records.database import Schema

metadata = sa.MetaData()

#: Rows of which nobody knows whether they have happened, and beside which the same may not be begun on the order.
_ONE_OPEN = "alone AND status IN ('begun', 'unknown')"

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
    # Not so for actions that do no harm, and for what older programs began twice.
    sa.Column("alone", sa.Boolean, nullable=False),
    sa.Index(
        "ledger_one_open",
        "action",
        "target",
        unique=True,
        sqlite_where=sa.text(_ONE_OPEN),
        postgresql_where=sa.text(_ONE_OPEN),
    ),
)

#: What people said about writes of unknown outcome, and what asking the order system once more came to.
settlements = sa.Table(
    "settlements",
    metadata,
    sa.Column("key", sa.String(96), primary_key=True),
    sa.Column("at", sa.String(32), primary_key=True),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("said", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reference", sa.String(128), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

#: Proofs that failed or are being compared, by whom: a customer or a caller's number, as a hash.
failed_proofs = sa.Table(
    "failed_proofs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("who", sa.String(64), nullable=False, index=True),
    sa.Column("at", sa.String(32), nullable=False, index=True),
    sa.Column("call", sa.String(128), nullable=False),
)

_TO_2 = (
    "ALTER TABLE ledger ADD COLUMN alone BOOLEAN DEFAULT TRUE NOT NULL",
    "UPDATE ledger SET alone = FALSE WHERE action = 'note'",
    # Of what two processes began at once, the first keeps others out; all are still asked about.
    "UPDATE ledger SET alone = FALSE WHERE status IN ('begun', 'unknown') AND EXISTS ("
    "SELECT 1 FROM ledger AS other WHERE other.action = ledger.action AND other.target = ledger.target"
    " AND other.status IN ('begun', 'unknown')"
    " AND (other.begun < ledger.begun OR (other.begun = ledger.begun AND other.key < ledger.key)))",
    f"CREATE UNIQUE INDEX ledger_one_open ON ledger (action, target) WHERE {_ONE_OPEN}",
    "CREATE TABLE settlements (key VARCHAR(96) NOT NULL, at VARCHAR(32) NOT NULL, by VARCHAR(64) NOT NULL,"
    " said VARCHAR(16) NOT NULL, status VARCHAR(16) NOT NULL, reference VARCHAR(128) NOT NULL,"
    " reason TEXT NOT NULL, PRIMARY KEY (key, at))",
)

SCHEMA = Schema(component="oms", version=2, tables=(ledger, settlements, failed_proofs), upgrades={2: _TO_2})
