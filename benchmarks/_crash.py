"""The committing process of the crash test: it does refunds one after another, and dies where it is told to.

    python benchmarks/_crash.py < JOB (one JSON object, see `Job`)

Every refund has a reason of its own, so that the shop's database tells how often it was done. Faults are made on the
way to the shop, from a seed. What was to kill the process is written to the journal just before.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
import sqlalchemy as sa
from _common import ROOT

sys.path.insert(0, str(ROOT))

from voicebot.oms.actions import Action, ActionKind, ActionPlan, ActionResult
from voicebot.oms.committing import Committer
from voicebot.oms.connector import Cap, Deadline, OmsError
from voicebot.oms.connectors.demo import DemoConnector
from voicebot.oms.guard import Guard
from voicebot.oms.ledger import Entry, Ledger, Status, key_of, read
from voicebot.oms.settings import OmsSettings
from voicebot.oms.tables import ledger

#: Where the process is killed.
STEPS = ("before_begin", "begun", "sent", "answered", "before_finish", "finished")
FAULTS = ("none", "refused_500", "lost", "late", "hang")
_WEIGHTS = (40, 15, 20, 15, 10)
_AT_ONCE = 6
_LATE_S = (0.15, 0.5)
#: After this long nothing is under way any more, however late it was.
_GRACE_S = 1.2
SETTINGS = OmsSettings(
    commit_deadline_s=1.0,
    commit_attempt_s=0.15,
    plan_deadline_s=2.0,
    breaker_failures=10_000,
    unknown_looks=10_000,
    concurrent_writes=12,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one process does.

    Attributes:
        database: URL of the ledger.
        keyed: whether the shop knows keys; else only the ledger stands between a fault and a second refund.
        orders: ids of orders, one for each refund.
        kills: number of a refund -> step at which the process dies.
    """

    url: str
    database: str
    journal: str
    keyed: bool
    seed: int
    orders: tuple[str, ...]
    kills: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def action_of(number: int, order: str) -> Action:
    return Action(kind=ActionKind.REFUND, target=order, args={"amount_minor": 1, "reason": f"crash-{number}"})


def key_for(number: int, order: str) -> str:
    return key_of(f"crash-{number}", action_of(number, order))


class Reaper:
    """Kills this process at the chosen step of the chosen refund."""

    def __init__(self, job: Job) -> None:
        self._steps = {key_for(int(n), job.orders[int(n)]): (n, step) for n, step in job.kills.items()}
        self._journal = Path(job.journal)

    def at(self, key: str, step: str) -> None:
        number, wanted = self._steps.get(key, ("", ""))
        if wanted == step:
            self.note(f"kill {number} {step}")
            os.kill(os.getpid(), signal.SIGKILL)

    def note(self, line: str) -> None:
        with self._journal.open("a") as file:
            file.write(line + "\n")


class MortalLedger(Ledger):
    """Dies around its writes."""

    def __init__(self, url: str, reaper: Reaper) -> None:
        super().__init__(url)
        self._reaper = reaper

    async def begin(self, key: str, call: str, plan: ActionPlan) -> Entry | None:
        self._reaper.at(key, "before_begin")
        found = await super().begin(key, call, plan)
        self._reaper.at(key, "begun")
        return found

    async def finish(self, key: str, status: Status, **told: Any) -> bool:
        self._reaper.at(key, "before_finish")
        noted = await super().finish(key, status, **told)
        self._reaper.at(key, "finished")
        return noted


class Unreliable(httpx.AsyncBaseTransport):
    """Spoils a share of the writes, and a few of the reads behind them."""

    def __init__(self, seed: int, reaper: Reaper) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self._rng, self._reaper = Random(seed), reaper
        self._late: set[asyncio.Task[Any]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/actions/commit":
            return await self._write(request)
        if request.url.path == "/v1/actions/outcome" and self._rng.random() < 0.1:
            return httpx.Response(500)
        return await self._inner.handle_async_request(request)

    async def _write(self, request: httpx.Request) -> httpx.Response:
        key = str(json.loads(request.content)["key"]).split("#")[0]
        fault = self._rng.choices(FAULTS, _WEIGHTS)[0]
        self._reaper.note(f"fault {fault}")
        if fault == "refused_500":
            return httpx.Response(500)
        if fault == "hang":
            await asyncio.sleep(60)
        if fault == "late":
            copy = httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
            task = asyncio.create_task(self._send_late(copy))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            await asyncio.sleep(60)
        sending = asyncio.create_task(self._inner.handle_async_request(request))
        await asyncio.sleep(self._rng.uniform(0.0, 0.006))
        self._reaper.at(key, "sent")
        answer = await sending
        await answer.aread()
        self._reaper.at(key, "answered")
        if fault == "lost":
            raise httpx.ReadError("the answer is lost")
        return answer

    async def _send_late(self, request: httpx.Request) -> None:
        await asyncio.sleep(self._rng.uniform(*_LATE_S))
        answer = await self._inner.handle_async_request(request)
        await answer.aread()


class Keyless(DemoConnector):
    """The shop as one that knows no keys: the order alone tells whether a refund was done."""

    name = "keyless"

    def __init__(self, base_url: str, transport: httpx.AsyncBaseTransport, rng: Random) -> None:
        super().__init__(base_url, transport=transport)
        self.caps = self.caps - {Cap.IDEMPOTENT_WRITES}
        self._rng = rng

    async def commit(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult:
        return await super().commit(plan, key=f"{key}#{self._rng.getrandbits(64):x}", deadline=deadline)

    async def outcome(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult | None:
        order = await self.get_order(plan.action.target, deadline=deadline)
        found = [refund for refund in order.refunds if refund.reason == plan.action.args["reason"]]
        return ActionResult(status="committed", reference=found[0].id) if found else None


class Clerk:
    """Does the refunds that are not done yet."""

    def __init__(self, job: Job) -> None:
        self._job, self._reaper = job, Reaper(job)
        transport = Unreliable(job.seed, self._reaper)
        self._connector = (
            DemoConnector(job.url, transport=transport)
            if job.keyed
            else Keyless(job.url, transport, Random(job.seed + 1))
        )
        self._ledger = MortalLedger(job.database, self._reaper)
        self._guard = Guard(SETTINGS)
        self._committer = Committer(self._connector, self._guard, self._ledger, SETTINGS)

    async def run(self) -> None:
        done = {entry.key for entry in await self._entries() if entry.status is Status.DONE}
        todo = iter([n for n, order in enumerate(self._job.orders) if key_for(n, order) not in done])
        looking = asyncio.create_task(self._look())

        async def work() -> None:
            for number in todo:
                await self._refund(number)

        await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
        looking.cancel()
        await self._committer.close()
        self._ledger.close()
        await self._connector.close()

    async def _look(self) -> None:
        """As the server does after a restart, only more often."""
        while True:
            await asyncio.sleep(0.3)
            await self._committer.look_again(older_than_s=_GRACE_S)

    async def _refund(self, number: int) -> None:
        order_id = self._job.orders[number]
        action, call = action_of(number, order_id), f"crash-{number}"
        key = key_of(call, action)
        while (status := await self._status(key)) is not Status.DONE:
            if status in (Status.BEGUN, Status.UNKNOWN):
                await asyncio.sleep(0.2)  # nobody may write now: it is being looked up
                continue
            try:
                deadline = Deadline.after(SETTINGS.plan_deadline_s)
                order = await self._connector.get_order(order_id, deadline=deadline)
                plan = await self._connector.plan(action, order, plan_id=f"plan-{number}", deadline=deadline)
            except OmsError:
                await asyncio.sleep(0.05)
                continue
            made = await self._committer.commit(key, call, plan)
            self._reaper.note(f"told {number} {made.status}")
            if made.status == "conflict":
                await asyncio.sleep(0.1)  # another refund of the order has to be certain first

    async def _status(self, key: str) -> Status | None:
        found = await self._entries(ledger.c.key == key)
        return found[0].status if found else None

    async def _entries(self, *where: sa.ColumnElement[bool]) -> list[Entry]:
        return await self._ledger.run(lambda: read(self._ledger.engine, sa.select(ledger).where(*where)))


def main() -> None:
    fields = json.loads(sys.stdin.read())
    asyncio.run(Clerk(Job(**{**fields, "orders": tuple(fields["orders"])})).run())


if __name__ == "__main__":
    main()
