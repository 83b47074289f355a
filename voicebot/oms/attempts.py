"""Wrong proofs and codes sent over all calls: by customer and by caller's number, in the event store's database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from voicebot.oms.ledger import Ledger
from voicebot.oms.tables import failed_proofs
from voicebot.records.database import transaction
from voicebot.records.live import stamp, utc_now
from voicebot.records.reading import Reading


def who(kind: str, name: str) -> str:
    """How a customer or a number is written down here: not readable, but always the same."""
    return hashlib.sha256(f"{kind}:{name}".encode()).hexdigest()


class Attempts:
    """Counts in a moving window. Every method raises `StoreError` when the database does not answer."""

    def __init__(self, ledger: Ledger, window_h: float, *, wall: Callable[[], datetime] = utc_now) -> None:
        self._ledger, self._window, self._wall = ledger, timedelta(hours=window_h), wall

    async def count(self, name: str) -> int:
        """How often one of `who` was noted within the window."""
        query = sa.select(sa.func.count()).where(failed_proofs.c.who == name, failed_proofs.c.at > self._edge())
        return await self._ledger.run(lambda: self._scalar(query))

    async def note(self, names: Iterable[str], call: str) -> None:
        """Count one for each; what has left the window is deleted."""
        at = stamp(self._wall())
        rows = [{"who": name, "at": at, "call": call} for name in names]
        edge = self._edge()

        def write() -> None:
            with transaction(self._ledger.engine) as connection:
                connection.execute(sa.delete(failed_proofs).where(failed_proofs.c.at <= edge))
                if rows:
                    connection.execute(sa.insert(failed_proofs), rows)

        await self._ledger.run(write)

    def _edge(self) -> str:
        return stamp(self._wall() - self._window)

    def _scalar(self, query: sa.Select[Any]) -> int:
        with Reading(self._ledger.engine) as connection:
            return int(connection.execute(query).scalar_one())
