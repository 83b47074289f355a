"""Wrong proofs and codes sent over all calls: by customer and by caller's number, in the event store's database.

An attempt is counted before anything is compared, and given back when it was right. So the limits hold exactly, however
many calls try at once, in however many processes; one that a crash cuts off counts as wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from voicebot.oms.ledger import Ledger
from voicebot.oms.tables import failed_proofs
from voicebot.records.database import transaction
from voicebot.records.live import stamp, utc_now
from voicebot.records.reading import Reading


def who(kind: str, name: str) -> str:
    """How a customer or a number is written down here: not readable, but always the same."""
    return hashlib.sha256(f"{kind}:{name}".encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """An attempt that may be made, unless somebody's are used up: then nothing was counted.

    Attributes:
        rows: what was counted.
        used_up: whose attempts are, the first one asked for; empty when it may be made.
    """

    rows: tuple[int, ...] = ()
    used_up: str = ""


class Attempts:
    """Counts in a moving window. Every method raises `StoreError` when the database does not answer."""

    def __init__(self, ledger: Ledger, window_h: float, *, wall: Callable[[], datetime] = utc_now) -> None:
        self._ledger, self._window, self._wall = ledger, timedelta(hours=window_h), wall

    async def count(self, name: str) -> int:
        """How often one of `who` was counted within the window. To be sure of an attempt, reserve it."""

        def read() -> int:
            with Reading(self._ledger.engine) as connection:
                return self._count(connection, name)

        return await self._ledger.run(read)

    async def reserve(self, limits: Mapping[str, int], call: str) -> Reserved:
        """Count one for each of `who`, if none of them has as many as its limit; all of them or none.

        What has left the window is deleted.
        """
        return await self._ledger.run(lambda: self._reserve(limits, call))

    async def give_back(self, reserved: Reserved) -> None:
        """It was right, or nothing was compared: it does not count."""

        def delete() -> None:
            with transaction(self._ledger.engine) as connection:
                connection.execute(sa.delete(failed_proofs).where(failed_proofs.c.id.in_(reserved.rows)))

        if reserved.rows:
            await self._ledger.run(delete)

    def _reserve(self, limits: Mapping[str, int], call: str) -> Reserved:
        with transaction(self._ledger.engine) as connection:
            if connection.dialect.name == "postgresql":
                # SQLite has one writer anyway. Here those who count for the same one wait for each other, in one order.
                for name in sorted(limits):
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_number(name))))
            connection.execute(sa.delete(failed_proofs).where(failed_proofs.c.at <= self._edge()))
            for name, limit in limits.items():
                if self._count(connection, name) >= limit:
                    return Reserved(used_up=name)
            at = stamp(self._wall())
            new = sa.insert(failed_proofs).returning(failed_proofs.c.id)
            added = [connection.execute(new, {"who": name, "at": at, "call": call}) for name in limits]
            return Reserved(rows=tuple(row.scalar_one() for row in added))

    def _count(self, connection: sa.Connection, name: str) -> int:
        rows = (failed_proofs.c.who == name) & (failed_proofs.c.at > self._edge())
        return int(connection.execute(sa.select(sa.func.count()).select_from(failed_proofs).where(rows)).scalar_one())

    def _edge(self) -> str:
        return stamp(self._wall() - self._window)


def _number(name: str) -> int:
    """Name of PostgreSQL's lock for one of `who`: 64 bits, signed."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
