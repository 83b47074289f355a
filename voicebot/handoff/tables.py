"""Tables of hand-offs and call-backs, beside those of the event store."""

from __future__ import annotations

import sqlalchemy as sa

from voicebot.records.database import Schema

metadata = sa.MetaData()

#: The packet itself is not kept: it is projected from the call's events when it is asked for.
handoffs = sa.Table(
    "handoffs",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("call", sa.String(128), nullable=False, index=True),
    sa.Column("opened", sa.String(32), nullable=False, index=True),
    sa.Column("reason", sa.String(32), nullable=False),
    sa.Column("queue", sa.String(64), nullable=False),
    sa.Column("delivery", sa.String(256)),
)

callbacks = sa.Table(
    "callbacks",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("handoff", sa.String(64), nullable=False, index=True),
    sa.Column("call", sa.String(128), nullable=False),
    sa.Column("number", sa.String(64), nullable=False),
    sa.Column("due", sa.String(32), nullable=False, index=True),
    sa.Column("asked", sa.String(32), nullable=False),
    sa.Column("closed", sa.String(32)),
    sa.Column("outcome", sa.String(256)),
)

SCHEMA = Schema(component="handoff", version=1, tables=(handoffs, callbacks))
