"""The order side: what the guard costs, how many turns a live read is in time for, and writes under every fault.

Live reads: orders by their numbers from a demo shop in a process of its own, over HTTP, by eight calls. Each of
its answers draws its time for itself (median 100 ms, 99th percentile 300 ms), which suits asking twice: a real order
system that is slow is often slow for both. In time is before the bot would say that it is looking: the time from the
last word to the turn's end, which speculation gives a read, and the wait before a filler.

Crash test: a process does refunds against the demo shop (a process of its own) while writes fail before and after they
are done, answers are lost or come too late, and the process is killed (SIGKILL) at every step of a commit and started
again. Then the shop's database is compared with the ledger. Twice: once the shop knows keys, once it does not.

    python benchmarks/oms.py --database postgresql://user@host/name      # the ledger there (scripts/postgres has one)
"""

from __future__ import annotations

import asyncio
import json
import math
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from _common import ROOT, arguments, finish, note, percentile, refuse, rounded
from _crash import FAULTS, STEPS, Job, key_for
from _server import slow_down

sys.path.insert(0, str(ROOT))

from voicebot.call.settings import CallSettings
from voicebot.oms.connector import Deadline, FoundOrders, KeyKind, OrderKey
from voicebot.oms.connectors.demo import DemoConnector
from voicebot.oms.demo.process import DemoService
from voicebot.oms.demo.shop import shop_file
from voicebot.oms.demo.store import ShopStore
from voicebot.oms.guard import Guard
from voicebot.oms.ledger import Status, read
from voicebot.oms.settings import OmsSettings
from voicebot.oms.tables import ledger
from voicebot.records.database import connect, url_for

MEDIAN_MS, P99_MS = 100, 300
#: From the words of a turn being there to its commit: what speculation gives a read at least.
LEAD_MS = 60.0
_MAX_PROCESSES = 400
#: Calls that read at the same time.
_CALLS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The shop's database against the ledger, by refund."""

    commits: int
    duplicates: int
    lost: int
    """The ledger, or what the caller was told, says done, and the shop has none."""
    denied: int
    """The ledger says failed, and the shop has it."""
    unknown: int
    kills: dict[str, int]
    faults: dict[str, int]
    told: dict[str, int]

    @property
    def clean(self) -> bool:
        return not (self.duplicates or self.lost or self.denied or self.unknown)


def audited(orders: Sequence[str], done: Counter[int], statuses: dict[str, Status], journal: Sequence[str]) -> Audit:
    """Count what went wrong.

    Args:
        orders: of each refund.
        done: number of a refund -> times that the shop did it.
        statuses: by key, from the ledger.
        journal: lines of the committing processes.
    """
    told = [line.split() for line in journal if line.startswith("told ")]
    told_done = {int(number) for _, number, status in told if status == "done"}
    by = {number: statuses.get(key_for(number, order)) for number, order in enumerate(orders)}
    return Audit(
        commits=len(orders),
        duplicates=sum(max(0, done[number] - 1) for number in by),
        lost=sum(1 for n, status in by.items() if not done[n] and (status is Status.DONE or n in told_done)),
        denied=sum(1 for n, status in by.items() if done[n] and status in (Status.FAILED, None)),
        unknown=sum(1 for status in by.values() if status in (Status.UNKNOWN, Status.BEGUN)),
        kills=dict(Counter(line.split()[2] for line in journal if line.startswith("kill "))),
        faults=dict(Counter(line.split()[1] for line in journal if line.startswith("fault "))),
        told=dict(Counter(status for _, _, status in told)),
    )


async def crash(commits: int, *, keyed: bool, seed: int, as_json: bool, server: str = "") -> Audit:
    """Play it; see the module.

    Args:
        server: URL of the database that the ledger is made in, and deleted again; empty makes one in SQLite.
    """
    with tempfile.TemporaryDirectory(prefix="voicebot-crash-") as folder, ledger_url(server, Path(folder)) as database:
        data = Path(folder)
        journal = data / "journal"
        journal.touch()
        async with DemoService(data) as service:
            orders = await asyncio.to_thread(_orders, data, commits)
            every = max(1, commits // (len(STEPS) * (4 if commits >= 500 else 2)))
            kills = {str(n): STEPS[i % len(STEPS)] for i, n in enumerate(range(0, commits, every))}
            for process in range(_MAX_PROCESSES):
                job = Job(
                    url=service.url,
                    database=database,
                    journal=str(journal),
                    keyed=keyed,
                    seed=seed + process,
                    orders=tuple(orders),
                    kills=kills,
                )
                code = await _worked(job)
                lines = journal.read_text().splitlines()
                dead = {line.split()[1] for line in lines if line.startswith("kill ")}
                kills = {number: step for number, step in kills.items() if number not in dead}
                if code == 0:
                    break
                if code != -9:
                    refuse(f"the committing process ended with {code}")
                if process % 10 == 9:
                    note(f"{process + 1} processes killed", as_json=as_json)
        return audited(orders, _refunds(data), _statuses(database), journal.read_text().splitlines())


async def _worked(job: Job) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__).with_name("_crash.py")), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    await process.communicate(job.to_json().encode())
    return process.returncode or 0


def _orders(data: Path, commits: int) -> list[str]:
    """Orders with money left to refund, in turn; two refunds in a row are of one order, and in each other's way."""
    store = ShopStore(shop_file(data))
    try:
        documents = [json.loads(document) for document in store.orders()]
    finally:
        store.close()
    paid = [d["id"] for d in documents if d.get("payment_status") == "paid" and not d.get("refunds")]
    return [paid[number // 2 % len(paid)] for number in range(commits)]


def _refunds(data: Path) -> Counter[int]:
    store = ShopStore(shop_file(data))
    try:
        reasons = [r["reason"] for document in store.orders() for r in json.loads(document).get("refunds", ())]
    finally:
        store.close()
    return Counter(int(reason.removeprefix("crash-")) for reason in reasons if reason.startswith("crash-"))


@contextmanager
def ledger_url(server: str, data: Path) -> Iterator[str]:
    """URL of an empty database: a file, or on PostgreSQL a schema of its own, which is dropped afterwards."""
    if not server:
        yield url_for(data)
        return
    name = f"crash_{secrets.token_hex(6)}"
    engine = connect(server)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        try:
            yield f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{name}"
        finally:
            with engine.begin() as connection:
                connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")
    finally:
        engine.dispose()


def _statuses(database: str) -> dict[str, Status]:
    engine = connect(database)
    try:
        return {entry.key: entry.status for entry in read(engine, sa.select(ledger))}
    finally:
        engine.dispose()


# --- reads ---


async def overhead(reads: int) -> list[float]:
    """Milliseconds that the guard adds to a read that is answered at once."""

    async def fetch(_: Deadline) -> int:
        return 1

    guard, took = Guard(OmsSettings()), []
    for number in range(reads):
        deadline = Deadline.after(5)
        began = time.perf_counter()
        await guard.read(("get_order", str(number)), fetch, deadline)
        guarded = time.perf_counter()
        await asyncio.create_task(fetch(deadline))
        took.append((guarded - began - (time.perf_counter() - guarded)) * 1000)
    await guard.close()
    return took


async def in_turn(turns: int, seed: int, settings: OmsSettings) -> tuple[list[float], float]:
    """Milliseconds of live reads from an order system of `MEDIAN_MS` and `P99_MS`, and requests per read."""
    guard, took, asked, rng = Guard(settings), list[float](), 0, Random(seed)
    with tempfile.TemporaryDirectory(prefix="voicebot-reads-") as folder:
        async with DemoService(Path(folder)) as service:
            connector = DemoConnector(service.url)
            numbers = await asyncio.to_thread(_numbers, Path(folder))
            await asyncio.to_thread(slow_down, service.url, MEDIAN_MS, P99_MS)

            async def turn(number: int) -> None:
                key = OrderKey(kind=KeyKind.NUMBER, value=numbers[number % len(numbers)])

                async def fetch(deadline: Deadline) -> FoundOrders:
                    nonlocal asked
                    asked += 1
                    return await connector.find_orders(key, limit=3, deadline=deadline)

                began = time.perf_counter()
                # Each turn has a key of its own: nothing is answered from a snapshot.
                answer = await guard.read(("find_orders", str(number)), fetch, Deadline.after(4))
                found = answer.status == "ok" and bool(answer.value.orders)
                took.append((time.perf_counter() - began) * 1000 if found else math.inf)

            async def call(first: int) -> None:
                for number in range(first, turns, _CALLS):
                    await asyncio.sleep(rng.uniform(0, MEDIAN_MS * 4 / 1000))  # calls keep no step with each other
                    await turn(number)

            await asyncio.gather(*(call(first) for first in range(_CALLS)))
            await guard.close()
            await connector.close()
    return took, asked / turns


def _numbers(data: Path) -> list[str]:
    store = ShopStore(shop_file(data))
    try:
        return [json.loads(document)["number"] for document in store.orders()]
    finally:
        store.close()


def share_within(took: Sequence[float], limit_ms: float) -> float:
    return sum(1 for ms in took if ms <= limit_ms) / len(took)


async def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--commits", type=int, help="commits of the crash test (2000; 100 with --quick)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="", help="PostgreSQL that the ledger is kept in; SQLite without it")
    chosen = parser.parse_args()
    if chosen.database and not chosen.database.startswith("postgresql"):
        refuse("--database is the URL of a PostgreSQL, as in postgresql://user@host/name")
    commits = chosen.commits or (100 if chosen.quick else 2000)
    result: dict[str, Any] = {"benchmark": "oms", "database": "postgresql" if chosen.database else "sqlite"}
    cost = await overhead(2_000 if chosen.quick else 20_000)
    result["guard_overhead_ms"] = {"p50": rounded(percentile(cost, 50), 4), "p95": rounded(percentile(cost, 95), 4)}
    window_ms = LEAD_MS + CallSettings().filler_after_ms
    turns = 400 if chosen.quick else 4_000
    for name, settings in (("hedged", OmsSettings()), ("not_hedged", OmsSettings(hedge_after_ms=0))):
        took, asked = await in_turn(turns, chosen.seed, settings)
        result[f"live_reads_{name}"] = {
            "turns": turns,
            "window_ms": window_ms,
            "in_turn": round(share_within(took, window_ms), 4),
            "p50_ms": rounded(percentile(took, 50)),
            "p99_ms": rounded(percentile(took, 99)),
            "requests_per_read": round(asked, 3),
        }
    audits = {}
    for name, keyed in (("keyed", True), ("keyless", False)):
        note(f"crash test, {name}: {commits // 2} commits", as_json=chosen.json)
        audits[name] = await crash(
            commits // 2, keyed=keyed, seed=chosen.seed * 1000, as_json=chosen.json, server=chosen.database
        )
        missing = [step for step in STEPS if step not in audits[name].kills]
        missing += [fault for fault in FAULTS if fault not in audits[name].faults]
        if missing:
            refuse(f"not everything was tried: {', '.join(missing)}")
    lines = [f"{name:<20} {figures}" for name, figures in result.items() if name != "benchmark"]
    for name, audit in audits.items():
        fields = {field: getattr(audit, field) for field in Audit.__dataclass_fields__}
        result[f"crash_{name}"] = fields
        lines.append(f"crash test {name:<9} {fields}")
    finish(result, lines, as_json=chosen.json)
    if not all(audit.clean for audit in audits.values()):
        raise SystemExit(1)


if __name__ == "__main__":
    asyncio.run(main())
