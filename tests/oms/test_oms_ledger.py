"""What the ledger keeps, and whom it lets write: in SQLite, and in PostgreSQL."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from pathlib import Path

import pytest
import sqlalchemy as sa
from write_fakes import WHEN, Clock, a_plan

from voicebot.oms import ledger as module
from voicebot.oms.actions import Action, ActionKind, ActionPlan, ActionResult
from voicebot.oms.ledger import Entry, Ledger, Status, key_of, read
from voicebot.oms.tables import ledger as rows
from voicebot.records.database import StoreError, connect, url_for

DONE = ActionResult(status="committed", reference="R-1", facts={"refund_minor": 100}, at=WHEN)


def test_the_key_is_that_of_the_same_write_only() -> None:
    def key(call: str = "c", kind: ActionKind = ActionKind.REFUND, target: str = "o", **args: object) -> str:
        return key_of(call, Action(kind=kind, target=target, args=args))

    assert key(amount_minor=1, reason="x") == key(reason="x", amount_minor=1)
    others = {key("d"), key(kind=ActionKind.CANCEL), key(target="p"), key(amount_minor=1), key(amount_minor=2), key()}
    assert len(others) == 6
    assert len(key(reason="x" * 9000)) <= 96


async def entry(ledger: Ledger) -> Entry:
    found = await ledger.entry("k")
    assert found is not None
    return found


async def test_a_write_is_begun_once(ledger: Ledger) -> None:
    assert await ledger.begin("k", "c", a_plan()) is None
    found = await ledger.begin("k", "c", a_plan())
    assert found is not None
    assert (found.status, found.attempts, found.plan) == (Status.BEGUN, 1, a_plan())


async def test_what_was_done_stays_done(ledger: Ledger) -> None:
    await ledger.begin("k", "c", a_plan())
    assert await ledger.finish("k", Status.DONE, result=DONE)
    assert not await ledger.finish("k", Status.FAILED)
    assert not await ledger.finish("k", Status.DONE)
    found = await ledger.begin("k", "c", a_plan())
    assert found is not None
    assert (found.status, found.result, found.plan) == (Status.DONE, DONE, None)


async def test_what_certainly_did_not_happen_may_be_tried_again(ledger: Ledger) -> None:
    await ledger.begin("k", "c", a_plan())
    await ledger.finish("k", Status.FAILED, reason="not_done")
    assert await ledger.begin("k", "c", a_plan(plan_id="p2")) is None
    found = await ledger.begin("k", "c", a_plan())
    assert found is not None
    assert (found.attempts, found.reason, found.plan and found.plan.id) == (2, "", "p2")


async def test_while_nobody_knows_whether_it_happened_no_other_call_may_do_it(ledger: Ledger) -> None:
    refund = ActionKind.REFUND
    await ledger.begin("k", "c", a_plan(refund, amount_minor=2000))
    found = await ledger.begin("l", "d", a_plan(refund, amount_minor=3000))
    assert found is not None
    assert found.key == "k"
    assert await ledger.begin("m", "d", a_plan(refund, target="o-other")) is None
    await ledger.finish("k", Status.DONE, result=DONE)
    assert await ledger.begin("l", "d", a_plan(refund, amount_minor=3000)) is None


async def test_an_answer_that_is_very_late_beats_what_the_order_told_before(ledger: Ledger) -> None:
    for key, reason, late in (("k", "not_done", True), ("l", "already_shipped", False)):
        await ledger.begin(key, "c", a_plan(target=key))
        await ledger.finish(key, Status.FAILED, reason=reason)
        assert await ledger.finish(key, Status.DONE, result=DONE) is late
        found = await ledger.entry(key)
        assert found is not None
        assert (found.status, found.result) == ((Status.DONE, DONE) if late else (Status.FAILED, None))


async def test_what_was_read_about_one_attempt_says_nothing_about_the_next(ledger: Ledger) -> None:
    await ledger.begin("k", "c", a_plan())
    await ledger.finish("k", Status.FAILED, reason="not_done", attempt=1)
    await ledger.begin("k", "c", a_plan())
    assert not await ledger.finish("k", Status.FAILED, reason="not_done", attempt=1)
    assert not await ledger.finish("k", Status.DONE, result=DONE, attempt=1)
    found = await entry(ledger)
    assert (found.status, found.attempts) == (Status.BEGUN, 2)
    assert await ledger.finish("k", Status.FAILED, attempt=2)


async def test_a_write_that_is_not_there_is_none(ledger: Ledger) -> None:
    assert await ledger.entry("k") is None
    assert not await ledger.finish("k", Status.DONE)


async def test_a_note_waits_for_no_other(ledger: Ledger) -> None:
    await ledger.begin("k", "c", a_plan(ActionKind.NOTE, text="one"))
    assert await ledger.begin("l", "c", a_plan(ActionKind.NOTE, text="two")) is None


async def test_of_many_at_once_one_may_write(ledger: Ledger) -> None:
    found = await asyncio.gather(*(ledger.begin("k", "c", a_plan()) for _ in range(20)))
    assert found.count(None) == 1


async def test_two_processes_see_one_ledger(database_url: str, ledger: Ledger) -> None:
    other = Ledger(database_url)
    assert await ledger.begin("k", "c", a_plan()) is None
    assert await other.begin("k", "c", a_plan()) is not None
    other.close()


async def test_a_plan_survives_with_all_that_its_connector_needs(ledger: Ledger, clock: Clock) -> None:
    address = {"street": "1 Main St", "postcode": "94103"}
    plan = ActionPlan(
        id="p1",
        action=Action(kind=ActionKind.ADDRESS_CHANGE, target="o1", args={"address": address}),
        preview={"items": [{"name": "Mug", "quantity": 2}]},
        version="7",
        expires_at=WHEN,
        backend={"edit": "e1", "steps": [1, 2]},
    )
    await ledger.begin("k", "c", plan)
    clock.pass_by(minutes=5)
    (found,) = await ledger.unfinished(older_than_s=60, looks=3)
    assert found.plan == plan
    assert await ledger.unfinished(older_than_s=600, looks=3) == []


async def test_it_is_not_looked_at_for_ever(ledger: Ledger, clock: Clock) -> None:
    await ledger.begin("k", "c", a_plan())
    for _ in range(2):
        assert await ledger.claim(await entry(ledger))
        await ledger.finish("k", Status.UNKNOWN, reason="unavailable")
    clock.pass_by(minutes=5)
    assert await ledger.unfinished(older_than_s=60, looks=2) == []
    found = await entry(ledger)
    assert (found.status, found.looks, found.reason) == (Status.UNKNOWN, 2, "unavailable")


async def test_of_many_who_would_ask_about_a_write_one_may(database_url: str, ledger: Ledger, clock: Clock) -> None:
    await ledger.begin("k", "c", a_plan())
    seen = await entry(ledger)
    other = Ledger(database_url, wall=clock)
    told = await asyncio.gather(*(one.claim(seen) for one in (ledger, other) * 5))
    other.close()
    assert (told.count(True), (await entry(ledger)).looks) == (1, 1)


async def test_what_was_asked_about_rests_for_those_who_wish_it(ledger: Ledger, clock: Clock) -> None:
    await ledger.begin("k", "c", a_plan())
    assert await ledger.claim(await entry(ledger), rest_s=30), "nobody has asked yet"
    clock.pass_by(seconds=29)
    assert not await ledger.claim(await entry(ledger), rest_s=30)
    clock.pass_by(seconds=1)
    assert await ledger.claim(await entry(ledger), rest_s=30)


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.DONE, Status.FAILED])
async def test_what_has_changed_since_it_was_read_is_not_asked_about(
    ledger: Ledger, clock: Clock, status: Status
) -> None:
    await ledger.begin("k", "c", a_plan())
    seen = await entry(ledger)
    if status is Status.UNKNOWN:
        clock.pass_by(seconds=1)
    await ledger.finish("k", status)
    assert not await ledger.claim(seen)
    if status is Status.FAILED:
        await ledger.begin("k", "c", a_plan())
        assert not await ledger.claim(seen), "that is another attempt, of the same moment"


async def test_retention_keeps_what_is_open(ledger: Ledger, clock: Clock) -> None:
    for key in ("done", "open"):
        await ledger.begin(key, "c", a_plan(target=key))
    await ledger.finish("done", Status.DONE, result=DONE)
    clock.pass_by(days=1)
    assert ledger.forget(clock.now) == 1
    assert [one.key for one in read(ledger.engine)] == ["open"]


async def test_an_address_is_not_kept_when_it_is_done(ledger: Ledger) -> None:
    await ledger.begin("k", "c", a_plan(ActionKind.ADDRESS_CHANGE, address={"street": "Secret Street 1"}))
    await ledger.finish("k", Status.DONE, result=DONE)
    found = await ledger.begin("k", "c", a_plan())
    assert found is not None
    assert found.plan is None


async def test_a_ledger_that_cannot_be_written_lets_nobody_write(ledger: Ledger) -> None:
    with ledger.engine.connect() as connection:
        connection.exec_driver_sql("DROP TABLE ledger")
        connection.commit()
    with pytest.raises(StoreError):
        await ledger.begin("k", "c", a_plan())


def test_sqlite_waits_for_its_disk(tmp_path: Path) -> None:
    ledger = Ledger(url_for(tmp_path))
    with ledger.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
    ledger.close()


@pytest.mark.e2e
@pytest.mark.parametrize(("server", "ours"), [("off", "local"), ("local", "local"), ("remote_write", "remote_write")])
def test_postgresql_waits_for_its_disk(postgres_url: str, server: str, ours: str) -> None:
    ledger = Ledger(f"{postgres_url}%20-csynchronous_commit%3D{server}")
    with ledger.engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == ours
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "read committed"
    ledger.close()


@pytest.mark.e2e
async def test_a_postgresql_that_was_started_anew_is_found_again(postgres_url: str) -> None:
    ledger, other = Ledger(postgres_url), Ledger(postgres_url)
    assert await ledger.begin("k", "c", a_plan()) is None
    with other.engine.connect() as connection:
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
        assert connection.exec_driver_sql(cut).all()
    assert await ledger.begin("l", "c", a_plan(target="o-2")) is None
    ledger.close()
    other.close()


@pytest.mark.e2e
async def test_a_process_that_stands_still_does_not_keep_others_waiting(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOCKED_MS", 300)
    ledger, still = Ledger(postgres_url), connect(postgres_url)
    with still.connect() as connection:
        row = {"key": "k", "call": "c", "action": "cancel", "target": "o-4481207", "status": "begun", "begun": ""}
        row |= {"changed": "", "reason": ""}
        connection.execute(sa.insert(rows).values(**row, attempts=1, looks=0, alone=True))
        with pytest.raises(StoreError, match="lock timeout"):
            await ledger.begin("l", "d", a_plan())
        assert await ledger.begin("m", "d", a_plan(target="o-2")) is None
    assert await ledger.begin("l", "d", a_plan()) is None
    ledger.close()
    still.dispose()


def _begin_and_die(url: str) -> None:
    asyncio.run(Ledger(url).begin("k", "c", a_plan()))
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_was_begun_survives_a_kill(database_url: str) -> None:
    child = multiprocessing.get_context("spawn").Process(target=_begin_and_die, args=(database_url,))
    child.start()
    child.join(30)
    assert child.exitcode == -signal.SIGKILL
    ledger = Ledger(database_url)
    (found,) = read(ledger.engine)
    assert (found.key, found.status) == ("k", Status.BEGUN)
    ledger.close()
