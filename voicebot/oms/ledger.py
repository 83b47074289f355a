"""The ledger of writes: what was begun, and what came of it. A write is done at most once, whatever crashes.

    begun -> done                     the order system said so, or the order itself did when it was read back
          -> failed -> begun          it certainly did not happen: it may be tried again
          -> unknown -> done, failed  nobody knows yet

A row is on disk as `begun` before the order system is told. Whoever finds a row that is not `failed` must not write,
but ask what became of it. Kept beside the event store, in SQLite or PostgreSQL, for any number of processes: that one
action is open on an order once only is a constraint of the table (`ledger_one_open`).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa

from voicebot.oms.actions import HARMLESS, Action, ActionKind, ActionPlan, ActionResult
from voicebot.oms.tables import SCHEMA, ledger, settlements
from voicebot.records.database import StoreError, connect, insert_new, migrate, transaction
from voicebot.records.live import stamp, utc_now
from voicebot.records.reading import Reading

T = TypeVar("T")


class Status(StrEnum):
    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


#: Whoever finds one of these does not know whether the write has happened.
OPEN = (Status.BEGUN, Status.UNKNOWN)
_OPEN = tuple(status.value for status in OPEN)
#: Reason of `failed`: the order was read, and it had not happened.
NOT_DONE = "not_done"
#: Times that a write is begun anew when another process was faster each time, and has ended its own since.
_TRIES = 20
#: For how long PostgreSQL waits for another process that has the same row in hand (SQLite: see `records.database`).
_LOCKED_MS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One write, as the ledger has it. `plan` is None once it is certain what became of it.

    Attributes:
        attempts: times that it was begun.
        looks: times that the order was asked what became of it, by others than its own sender.
        reason: why it is unknown or failed, as `NOT_DONE`.
    """

    key: str
    call: str
    action: str
    target: str
    status: Status
    begun: str
    changed: str
    attempts: int = 1
    looks: int = 0
    reason: str = ""
    plan: ActionPlan | None = None
    result: ActionResult | None = None


def key_of(call: str, action: Action) -> str:
    """The key of a write: the same for the same action with the same arguments on the same order in the same call."""
    args = json.dumps(action.args, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    content = "\x1f".join((call, action.kind.value, action.target, args))
    return f"{action.kind.value}-{hashlib.sha256(content.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}"


class Ledger:
    """One per process. Statements run on a thread of their own, in order; each is on disk when its call returns.

    Every method raises `StoreError` when the database cannot be read or written.

    Args:
        url: of the event store's database.
    """

    def __init__(self, url: str, *, wall: Callable[[], datetime] = utc_now) -> None:
        engine = connect(url)
        postgres = engine.dialect.name == "postgresql"
        sa.event.listen(engine, "connect", _prepare_postgres if postgres else _sync_fully)
        # In PostgreSQL, every statement is to see what others have committed, whatever the server's default is.
        self._engine = engine.execution_options(isolation_level="READ COMMITTED") if postgres else engine
        self._wall = wall
        self._thread = ThreadPoolExecutor(1, "oms-ledger")
        migrate(self._engine, SCHEMA)

    @property
    def engine(self) -> sa.Engine:
        """For the tables beside the ledger."""
        return self._engine

    async def begin(self, key: str, call: str, plan: ActionPlan) -> Entry | None:
        """Note that the write is about to be done; None when it may be, else the entry that says why not.

        It may be when there was no such entry, or when the write had certainly not happened. While nobody knows what
        became of the same action on the same order, in whatever call and with whatever arguments, it may not: the
        entry is then that one's.
        """
        return await self.run(lambda: self._begin(key, call, plan))

    async def finish(
        self,
        key: str,
        status: Status,
        *,
        reason: str = "",
        result: ActionResult | None = None,
        attempt: int | None = None,
    ) -> bool:
        """Note what came of it; False when that was certain already, and is left as it is.

        Args:
            attempt: only if it was not begun again since, after this many times.
        """
        chosen: sa.ColumnElement[bool] = ledger.c.status.in_(_OPEN)
        if status is Status.DONE:
            # An answer that was very late beats what the order told before it.
            chosen |= (ledger.c.status == Status.FAILED.value) & (ledger.c.reason == NOT_DONE)
        chosen &= ledger.c.key == key
        if attempt is not None:
            chosen &= ledger.c.attempts == attempt
        change = sa.update(ledger).where(chosen).values(**outcome(status, stamp(self._wall()), reason, result))
        return await self.run(lambda: self._execute(change)) == 1

    async def entry(self, key: str) -> Entry | None:
        """The write with this key."""
        found = await self.run(lambda: read(self._engine, sa.select(ledger).where(ledger.c.key == key)))
        return found[0] if found else None

    async def unfinished(self, *, older_than_s: float, looks: int) -> list[Entry]:
        """Writes of which nobody knows whether they have happened, oldest first.

        Args:
            older_than_s: not those that changed since, which somebody may be working on.
            looks: not those that were looked at this often.
        """
        edge = stamp(self._wall() - timedelta(seconds=older_than_s))
        query = sa.select(ledger).where(ledger.c.status.in_(_OPEN), ledger.c.changed <= edge, ledger.c.looks < looks)
        return await self.run(lambda: read(self._engine, query))

    async def claim(self, entry: Entry, *, rest_s: float = 0.0) -> bool:
        """Whether its order may be asked now what became of a write: of all who have read this entry, by one.

        Args:
            rest_s: not when it was asked about less than so long ago; that may have sent what was missing.
        """
        now = self._wall()
        rested = (ledger.c.looks == 0) | (ledger.c.changed <= stamp(now - timedelta(seconds=rest_s)))
        seen = (ledger.c.attempts == entry.attempts) & (ledger.c.looks == entry.looks)
        seen &= (ledger.c.key == entry.key) & (ledger.c.changed == entry.changed)
        change = sa.update(ledger).where(seen & rested & ledger.c.status.in_(_OPEN))
        mine = change.values(looks=ledger.c.looks + 1, changed=stamp(now))
        return await self.run(lambda: self._execute(mine)) == 1

    async def run(self, work: Callable[[], T]) -> T:
        """Run a piece of database work on the ledger's thread; it is finished even if the caller is cancelled."""
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, work))

    def forget(self, before: datetime) -> int:
        """Delete entries from before then of which it is certain what became of them, and what people said about them.
        Blocking; for retention."""
        certain = ledger.c.status.not_in(_OPEN) & (ledger.c.changed < stamp(before))
        with transaction(self._engine) as connection:
            forgotten = connection.execute(sa.delete(ledger).where(certain)).rowcount
            connection.execute(sa.delete(settlements).where(settlements.c.key.not_in(sa.select(ledger.c.key))))
        return forgotten

    def close(self) -> None:
        self._thread.shutdown(wait=True)
        self._engine.dispose()

    def _begin(self, key: str, call: str, plan: ActionPlan) -> Entry | None:
        for _ in range(_TRIES):
            with transaction(self._engine) as connection:
                if (found := _hindrance(connection, key, plan.action)) is not None:
                    return found
                if self._put(connection, key, call, plan):
                    return None
            # Another process began the same in between, and is found now, unless it has ended it already.
        raise StoreError("others begin and end the same write all the time", where=f"the ledger, {key}")

    def _put(self, connection: sa.Connection, key: str, call: str, plan: ActionPlan) -> bool:
        """Make the row `begun`; False when another process was faster with it, or with the same action on the order."""
        now = stamp(self._wall())
        again = {"status": Status.BEGUN.value, "begun": now, "changed": now, "reason": "", "plan": _plan_json(plan)}
        row = {
            **again,
            "key": key,
            "call": call,
            "action": plan.action.kind.value,
            "target": plan.action.target,
            "attempts": 1,
            "looks": 0,
            "alone": plan.action.kind not in HARMLESS,
        }
        # The count of inserted rows is not to be had from every driver.
        new = insert_new(self._engine, ledger).returning(ledger.c.key)
        if connection.execute(new, row).first() is not None:
            return True
        failed = (ledger.c.key == key) & (ledger.c.status == Status.FAILED.value)
        retry = sa.update(ledger).where(failed).values(**again, attempts=ledger.c.attempts + 1, looks=0)
        try:
            with connection.begin_nested():
                return connection.execute(retry).rowcount == 1
        except sa.exc.IntegrityError:
            return False

    def _execute(self, statement: sa.Update | sa.Delete) -> int:
        with transaction(self._engine) as connection:
            return connection.execute(statement).rowcount


def read(engine: sa.Engine, query: sa.Select[Any] | None = None) -> list[Entry]:
    """Entries of the ledger, oldest first; by default those of which nobody knows whether they have happened.

    Raises:
        StoreError: the database cannot be read.
    """
    chosen = sa.select(ledger).where(ledger.c.status.in_(_OPEN)) if query is None else query
    with Reading(engine) as connection:
        return [entry_of(row) for row in connection.execute(chosen.order_by(ledger.c.begun, ledger.c.key))]


def outcome(status: Status, at: str, reason: str, result: ActionResult | None) -> dict[str, Any]:
    """Columns of a row, by what came of the write."""
    values: dict[str, Any] = {"status": status.value, "reason": reason[:64], "changed": at}
    if status not in OPEN:
        values["plan"] = None
    if result is not None:
        values["result"] = _result_json(result)
    return values


def _hindrance(connection: sa.Connection, key: str, action: Action) -> Entry | None:
    """The row that says why this write must not be begun now: its own, or one of the same action on the order."""
    own = sa.select(ledger).where(ledger.c.key == key, ledger.c.status != Status.FAILED.value)
    same = (ledger.c.action == action.kind.value) & (ledger.c.target == action.target)
    other = sa.select(ledger).where(same, ledger.c.key != key, ledger.c.status.in_(_OPEN)).order_by(ledger.c.begun)
    found = connection.execute(own).first()
    if found is None and action.kind not in HARMLESS:
        found = connection.execute(other.limit(1)).first()
    return entry_of(found) if found is not None else None


def _sync_fully(connection: Any, _record: object) -> None:
    # Unlike events, a write that was begun must survive a power cut.
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _prepare_postgres(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    # The same for one that is set up not to wait for its disk; whatever waits for more is left as it is.
    off = "current_setting('synchronous_commit') = 'off'"
    cursor.execute(f"SELECT set_config('synchronous_commit', 'local', false) WHERE {off}")
    # A process that stands still in the middle of a statement must not keep the writes of all others waiting.
    cursor.execute(f"SELECT set_config('lock_timeout', '{_LOCKED_MS}', false)")
    cursor.execute(f"SELECT set_config('idle_in_transaction_session_timeout', '{_LOCKED_MS}', false)")
    cursor.close()
    connection.commit()


def entry_of(row: sa.Row[Any]) -> Entry:
    """A row of the table."""
    fields = dict(row._mapping)
    plan, result, _ = fields.pop("plan"), fields.pop("result"), fields.pop("alone")
    return Entry(
        **{**fields, "status": Status(fields["status"])},
        plan=_plan(json.loads(plan)) if plan else None,
        result=_result(json.loads(result)) if result else None,
    )


def _plan_json(plan: ActionPlan) -> str:
    fields = {
        "id": plan.id,
        "kind": plan.action.kind.value,
        "target": plan.action.target,
        "args": plan.action.args,
        "preview": plan.preview,
        "version": plan.version,
        "expires_at": plan.expires_at.isoformat() if plan.expires_at else None,
        "backend": plan.backend,
    }
    return json.dumps(fields, default=_plain)


def _plan(fields: Mapping[str, Any]) -> ActionPlan:
    expires = fields["expires_at"]
    return ActionPlan(
        id=fields["id"],
        action=Action(kind=ActionKind(fields["kind"]), target=fields["target"], args=fields["args"]),
        preview=fields["preview"],
        version=fields["version"],
        expires_at=datetime.fromisoformat(expires) if expires else None,
        backend=fields["backend"],
    )


def _result_json(result: ActionResult) -> str:
    at = result.at.isoformat() if result.at else None
    fields = {"status": result.status, "reference": result.reference, "facts": result.facts, "at": at}
    return json.dumps(fields, default=_plain)


def _result(fields: Mapping[str, Any]) -> ActionResult:
    at = datetime.fromisoformat(fields["at"]) if fields["at"] else None
    return ActionResult(status=fields["status"], reference=fields["reference"], facts=fields["facts"], at=at)


def _plain(value: object) -> Any:
    """What `json` cannot write by itself: mappings that are no dict."""
    return dict(value) if isinstance(value, Mapping) else str(value)
