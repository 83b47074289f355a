"""Writes of unknown outcome, settled by people: what they said, who they were and why, is kept beside the ledger."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from voicebot.errors import VoicebotError
from voicebot.oms.actions import ActionResult
from voicebot.oms.committing import Committer, TakenError
from voicebot.oms.ledger import OPEN, Entry, Ledger, Status, entry_of, outcome
from voicebot.oms.tables import ledger as writes
from voicebot.oms.tables import settlements
from voicebot.records.database import transaction
from voicebot.records.live import stamp, utc_now
from voicebot.records.reading import Reading

#: Reason, in the ledger, of what a person settled.
BY_HAND = "settled"


class SettleError(VoicebotError):
    """There is no such write, or nothing to settle about it yet, or any more."""


class Said(StrEnum):
    """That a write was done, that it was not, or to ask the order system once more."""

    DONE = "done"
    FAILED = "failed"
    LOOK = "look"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A line of the audit.

    Attributes:
        at: UTC, ISO 8601.
        by: who said it.
        status: of the write in the ledger, afterwards.
        reference: of the order system, when it was done.
    """

    key: str
    at: str
    by: str
    said: Said
    status: Status
    reference: str = ""
    reason: str = ""


class Settling:
    """Settles writes that can no longer be under way. Raises `SettleError` and `StoreError`.

    Args:
        grace_s: for how long after it changed a write is the server's: see `committing.grace_s`.
    """

    def __init__(self, ledger: Ledger, *, grace_s: float, wall: Callable[[], datetime] = utc_now) -> None:
        self._ledger, self._grace_s, self._wall = ledger, grace_s, wall

    async def say(self, key: str, said: Said, *, by: str, reason: str, reference: str = "") -> Settlement:
        """A person has seen in the order system whether it was done; with that it is certain.

        What was done is never begun again. What was not may be, by the next caller who wishes it.
        """
        done = said is Said.DONE
        status = Status.DONE if done else Status.FAILED
        result = ActionResult(status="committed", reference=reference) if done else None
        line = Settlement(
            key=key, at=stamp(self._wall()), by=by, said=said, status=status, reference=reference, reason=reason
        )

        def settle() -> None:
            with transaction(self._ledger.engine) as connection:
                # Locked until the end, so that a server that looks at it now does not settle it as well.
                row = connection.execute(sa.select(writes).where(writes.c.key == key).with_for_update()).first()
                self._open(key, entry_of(row) if row is not None else None)
                change = sa.update(writes).where(writes.c.key == key)
                connection.execute(change.values(**outcome(status, line.at, BY_HAND, result)))
                connection.execute(sa.insert(settlements), _row(line))

        await self._ledger.run(settle)
        return line

    async def look(self, key: str, committer: Committer, *, by: str) -> Settlement:
        """Ask the order system now, also about what the server has given up asking about. `reason` is then its own."""
        try:
            await committer.look(await self.pending(key))
        except TakenError as error:
            raise SettleError(error.what, where=key, fix=self._later(self._grace_s)) from error
        entry = await self._ledger.entry(key)
        if entry is None:
            raise _unknown(key)
        line = Settlement(
            key=key,
            at=stamp(self._wall()),
            by=by,
            said=Said.LOOK,
            status=entry.status,
            reference=entry.result.reference if entry.result else "",
            reason=entry.reason,
        )

        def note() -> None:
            with transaction(self._ledger.engine) as connection:
                connection.execute(sa.insert(settlements), _row(line))

        await self._ledger.run(note)
        return line

    async def pending(self, key: str) -> Entry:
        """The write, if there is something to settle about it."""
        return self._open(key, await self._ledger.entry(key))

    def _open(self, key: str, entry: Entry | None) -> Entry:
        if entry is None:
            raise _unknown(key)
        if entry.status not in OPEN:
            told = f", reference {entry.result.reference}" if entry.result and entry.result.reference else ""
            fix = "there is nothing to settle; `voicebot oms settled` tells what people have settled"
            raise SettleError(f"what became of it is certain: {entry.status.value}{told}", where=key, fix=fix)
        # A look changes it as well, and may have sent what was missing.
        age_s = (self._wall() - datetime.fromisoformat(entry.changed)).total_seconds()
        if age_s < self._grace_s:
            what = "it was begun or looked at just now, and may be under way"
            raise SettleError(what, where=key, fix=self._later(self._grace_s - age_s))
        return entry

    @staticmethod
    def _later(seconds: float) -> str:
        return f"try again in {math.ceil(seconds)} s"


def _row(line: Settlement) -> dict[str, str]:
    return {**asdict(line), "said": line.said.value, "status": line.status.value}


def _unknown(key: str) -> SettleError:
    return SettleError("no such write", where=key, fix="`voicebot oms unknown` lists what is to be settled, with keys")


def settled(engine: sa.Engine) -> list[Settlement]:
    """What people have settled, oldest first.

    Raises:
        StoreError: the database cannot be read.
    """
    with Reading(engine) as connection:
        found = connection.execute(sa.select(settlements).order_by(settlements.c.at, settlements.c.key))
        return [Settlement(**{**row._mapping, "said": Said(row.said), "status": Status(row.status)}) for row in found]
