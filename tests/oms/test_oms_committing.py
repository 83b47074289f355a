"""Writes that go wrong in every way, on a clock that jumps: each happens once at most, and what is told is true."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from oms_builders import jumping
from write_fakes import LOST, Backend, Clock, a_plan, all_entries, an_order, write_desk

from voicebot.oms.actions import ActionKind, ActionPlan, ActionResult
from voicebot.oms.committing import Committed, grace_s
from voicebot.oms.connector import Cap, Conflict, Deadline, DeadlineExceeded, NotAllowed, OmsError, Unavailable
from voicebot.oms.ledger import Entry, Status, read
from voicebot.oms.settings import OmsSettings
from voicebot.oms.write_desk import WriteDesk

T = TypeVar("T")
PLAIN = frozenset(Cap) - {Cap.IDEMPOTENT_WRITES}
GRACE_S = grace_s(OmsSettings())


def story(tmp_path: Path, backend: Backend, play: Callable[[WriteDesk, Clock], Awaitable[T]]) -> T:
    async def run() -> T:
        clock = Clock()
        with write_desk(tmp_path, backend, clock=clock, settings=OmsSettings(breaker_failures=50)) as desk:
            return await play(desk, clock)

    return jumping(run)


def committed(tmp_path: Path, backend: Backend) -> tuple[Committed, Entry]:
    async def play(desk: WriteDesk, _: Clock) -> tuple[Committed, Entry]:
        made = await desk.committer.commit("k", "c", a_plan())
        (entry,) = all_entries(desk.ledger)
        return made, entry

    return story(tmp_path, backend, play)


def test_a_write_that_works(tmp_path: Path) -> None:
    backend = Backend()
    made, entry = committed(tmp_path, backend)
    assert (made.status, made.attempts, made.read_back, made.repeated) == ("done", 1, False, False)
    assert made.result is not None
    assert made.result.reference == "R-1"
    assert (entry.status, entry.result, entry.plan) == (Status.DONE, made.result, None)
    assert backend.told == ["k"]


@pytest.mark.parametrize(
    ("refusal", "status", "reason"),
    [
        (NotAllowed("no", reason="already_shipped"), "not_allowed", "already_shipped"),
        (Conflict("no"), "conflict", "changed"),
    ],
)
def test_a_refusal_is_certain(tmp_path: Path, refusal: OmsError, status: str, reason: str) -> None:
    backend = Backend(script=[refusal])
    made, entry = committed(tmp_path, backend)
    assert (made.status, made.reason) == (status, reason)
    assert (entry.status, entry.reason) == (Status.FAILED, reason)
    assert not [asked for asked in backend.asked if asked.startswith("outcome")]


def test_a_lost_answer_is_read_back_and_not_repeated(tmp_path: Path) -> None:
    backend = Backend(script=[LOST])
    made, entry = committed(tmp_path, backend)
    assert (made.status, made.read_back, made.attempts) == ("done", True, 1)
    assert backend.told == ["k"]
    assert entry.status is Status.DONE


def test_what_did_not_happen_is_sent_again_where_a_repetition_does_no_harm(tmp_path: Path) -> None:
    backend = Backend(script=[Unavailable("500")])
    made, _ = committed(tmp_path, backend)
    assert (made.status, made.attempts) == ("done", 2)
    assert backend.told == ["k", "k"]


def test_without_keys_at_the_backend_nothing_is_sent_twice(tmp_path: Path) -> None:
    backend = Backend(script=[DeadlineExceeded("late")], caps=PLAIN)
    made, entry = committed(tmp_path, backend)
    assert (made.status, backend.told) == ("unknown", ["k"])
    assert (entry.status, entry.reason) == (Status.UNKNOWN, "answer_lost")
    assert entry.plan is not None


def test_a_write_is_not_sent_again_for_ever(tmp_path: Path) -> None:
    backend = Backend(script=[Unavailable("500")] * 9)
    made, entry = committed(tmp_path, backend)
    assert (made.status, backend.told) == ("unknown", ["k", "k"])
    assert entry.status is Status.UNKNOWN


def test_a_repetition_that_is_refused_may_mean_that_the_first_was_done(tmp_path: Path) -> None:
    class Late(Backend):
        """The first write is done only when the second one comes."""

        async def commit(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult:
            if self.told:
                self.commits[key] = ActionResult(status="committed", reference="R-1")
                self.script = [NotAllowed("no", reason="already_cancelled")]
            return await super().commit(plan, key=key, deadline=deadline)

    backend = Late(script=[Unavailable("500")])
    made, entry = committed(tmp_path, backend)
    assert (made.status, made.read_back, entry.status) == ("done", True, Status.DONE)


def test_an_order_that_cannot_tell_is_asked_again(tmp_path: Path) -> None:
    made, _ = committed(tmp_path, Backend(script=[LOST], silent=2))
    assert (made.status, made.read_back) == ("done", True)


def test_the_caller_is_told_in_time(tmp_path: Path) -> None:
    async def play(desk: WriteDesk, _: Clock) -> tuple[Committed, float]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        return await desk.committer.commit("k", "c", a_plan()), loop.time() - began

    made, took_s = story(tmp_path, Backend(script=[LOST] * 9, silent=99), play)
    assert made.status == "unknown"
    assert took_s <= 8.0


def test_a_second_commit_gets_the_first_result(tmp_path: Path) -> None:
    async def play(desk: WriteDesk, _: Clock) -> list[Committed]:
        at_once = await asyncio.gather(*(desk.committer.commit("k", "c", a_plan()) for _ in range(3)))
        return [*at_once, await desk.committer.commit("k", "c", a_plan(plan_id="p2"))]

    backend = Backend(takes_s=0.1)
    made = story(tmp_path, backend, play)
    assert [one.status for one in made] == ["done"] * 4
    assert [one.repeated for one in made] == [False, False, False, True]
    assert {one.result and one.result.reference for one in made} == {"R-1"}
    assert backend.told == ["k"]


def test_a_caller_who_hangs_up_does_not_stop_it(tmp_path: Path) -> None:
    async def play(desk: WriteDesk, _: Clock) -> list[Entry]:
        waiting = asyncio.create_task(desk.committer.commit("k", "c", a_plan()))
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await desk.committer.close()
        return all_entries(desk.ledger)

    (entry,) = story(tmp_path, Backend(takes_s=1.0), play)
    assert entry.status is Status.DONE


def test_an_open_circuit_means_not_asked(tmp_path: Path) -> None:
    async def play(desk: WriteDesk, _: Clock) -> Committed:
        async def fails(deadline: Deadline) -> None:
            raise Unavailable("down")

        for _attempt in range(60):
            with pytest.raises(OmsError):
                await desk.guard.send(fails, Deadline.after(1))
        return await desk.committer.commit("k", "c", a_plan())

    backend = Backend()
    made = story(tmp_path, backend, play)
    assert (made.status, made.reason, backend.told) == ("failed", "not_asked", [])


def test_without_a_ledger_nothing_is_written(tmp_path: Path) -> None:
    async def play(desk: WriteDesk, _: Clock) -> Committed:
        with desk.ledger.engine.connect() as connection:
            connection.exec_driver_sql("DROP TABLE ledger")
            connection.commit()
        return await desk.committer.commit("k", "c", a_plan())

    backend = Backend()
    made = story(tmp_path, backend, play)
    assert (made.status, made.reason, backend.told) == ("failed", "ledger", [])


@pytest.mark.parametrize(("blind", "status", "reason"), [(False, Status.DONE, ""), (True, Status.FAILED, "not_done")])
def test_what_a_crash_has_left_is_looked_up(tmp_path: Path, blind: bool, status: Status, reason: str) -> None:
    async def play(desk: WriteDesk, clock: Clock) -> tuple[int, int, list[Entry]]:
        plan = a_plan()
        await desk.ledger.begin("k", "c", plan)
        await backend.commit(plan, key="k", deadline=Deadline.after(1))
        clock.pass_by(seconds=GRACE_S - 1)
        too_early = await desk.committer.look_again()
        clock.pass_by(seconds=1)
        return too_early, await desk.committer.look_again(), all_entries(desk.ledger)

    backend = Backend(blind=blind)
    too_early, settled, (entry,) = story(tmp_path, backend, play)
    assert (too_early, settled) == (0, 1)
    assert (entry.status, entry.reason) == (status, reason)
    assert backend.told == ["k"]


def test_what_was_read_is_of_no_use_when_it_was_begun_again_meanwhile(tmp_path: Path) -> None:
    class Watched(Backend):
        """While it is asked, another process has its answer, and a caller tries again."""

        async def outcome(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult | None:
            told = await super().outcome(plan, key=key, deadline=deadline)
            (desk,) = desks
            await desk.ledger.finish(key, Status.FAILED, reason="not_done")
            assert await desk.ledger.begin(key, "c", a_plan(plan_id="p2")) is None
            return told

    async def play(desk: WriteDesk, clock: Clock) -> tuple[int, list[Entry]]:
        desks.append(desk)
        await desk.ledger.begin("k", "c", a_plan())
        clock.pass_by(minutes=1)
        return await desk.committer.look_again(), all_entries(desk.ledger)

    desks: list[WriteDesk] = []
    settled, (entry,) = story(tmp_path, Watched(), play)
    assert (settled, entry.status, entry.attempts) == (0, Status.BEGUN, 2)


def test_what_cannot_be_told_is_left_to_people(tmp_path: Path) -> None:
    async def play(desk: WriteDesk, clock: Clock) -> list[Entry]:
        await desk.ledger.begin("k", "c", a_plan())
        for _ in range(30):
            clock.pass_by(minutes=1)
            await desk.committer.look_again()
        return read(desk.ledger.engine)

    (entry,) = story(tmp_path, Backend(silent=10_000), play)
    assert (entry.status, entry.looks) == (Status.UNKNOWN, OmsSettings().unknown_looks)


def test_after_a_crash_the_same_write_is_looked_up_first(tmp_path: Path) -> None:
    async def play(desk: WriteDesk, _: Clock) -> Committed:
        await desk.ledger.begin("k", "c", a_plan())
        await backend.commit(a_plan(), key="k", deadline=Deadline.after(1))
        return await desk.committer.commit("k", "c", a_plan())

    backend = Backend()
    made = story(tmp_path, backend, play)
    assert (made.status, made.read_back, backend.told) == ("done", True, ["k"])


def test_another_call_does_not_repeat_what_nobody_knows_the_outcome_of(tmp_path: Path) -> None:
    async def play(desk: WriteDesk, clock: Clock) -> list[str]:
        refund = ActionKind.REFUND
        made = [await desk.committer.commit("k", "c", a_plan(refund, amount_minor=2000))]
        made.append(await desk.committer.commit("l", "d", a_plan(refund, amount_minor=2000)))
        made.append(await desk.committer.commit("m", "d", a_plan(refund, amount_minor=3000)))
        clock.pass_by(minutes=1)
        backend.silent = 0
        await desk.committer.look_again()
        made.append(await desk.committer.commit("m", "d", a_plan(refund, amount_minor=3000)))
        assert all(one.repeated for one in made[1:3]), "their drafts are to be removed"
        return [one.status for one in made]

    backend = Backend(script=[LOST], silent=100)
    assert story(tmp_path, backend, play) == ["unknown", "unknown", "conflict", "done"]
    assert backend.told == ["k", "m"]


def test_the_same_write_in_another_call_is_done_when_the_first_was(tmp_path: Path) -> None:
    async def play(desk: WriteDesk, _: Clock) -> Committed:
        await desk.ledger.begin("k", "c", a_plan())
        await backend.commit(a_plan(), key="k", deadline=Deadline.after(1))
        return await desk.committer.commit("l", "d", a_plan())

    backend = Backend()
    made = story(tmp_path, backend, play)
    assert (made.status, made.repeated, backend.told) == ("done", True, ["k"])


def test_what_may_be_under_way_is_not_sent_with_another_plan(tmp_path: Path) -> None:
    class Drafts(Backend):
        """Finds what was done by the draft of its plan."""

        async def outcome(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult | None:
            self.asked.append(f"outcome of {plan.id}")
            return None

    async def play(desk: WriteDesk, clock: Clock) -> list[Committed]:
        made = [await desk.committer.commit("k", "c", a_plan(plan_id="p1"))]
        made.append(await desk.committer.commit("k", "c", a_plan(plan_id="p2")))
        clock.pass_by(minutes=1)
        await desk.committer.look_again()
        made.append(await desk.committer.commit("k", "c", a_plan(plan_id="p3")))
        return made

    backend = Drafts(script=[DeadlineExceeded("late"), None], caps=PLAIN)
    assert [made.status for made in story(tmp_path, backend, play)] == ["unknown", "unknown", "done"]
    assert backend.asked == ["outcome of p1"] * 3
    assert backend.told == ["k", "k"]


def test_snapshots_of_the_order_are_dropped(tmp_path: Path) -> None:
    async def play(desk: WriteDesk, _: Clock) -> int:
        async def fetch(deadline: Deadline) -> object:
            return await backend.get_order("o-4481207", deadline=deadline)

        key = ("get_order", "o-4481207")
        await desk.guard.read(key, fetch, Deadline.after(1))
        await desk.committer.commit("k", "c", a_plan())
        await desk.guard.read(key, fetch, Deadline.after(1))
        return backend.asked.count("get o-4481207")

    backend = Backend(orders=[an_order()])
    assert story(tmp_path, backend, play) == 2


def test_the_process_looks_after_what_a_crash_has_left_by_itself(tmp_path: Path) -> None:
    async def play(desk: WriteDesk, clock: Clock) -> list[Entry]:
        await desk.ledger.begin("k", "c", a_plan())
        await backend.commit(a_plan(), key="k", deadline=Deadline.after(1))
        clock.pass_by(minutes=1)
        desk.start()
        await asyncio.sleep(GRACE_S + 1)
        entries = all_entries(desk.ledger)
        await desk.close()
        return entries

    backend = Backend()
    (entry,) = story(tmp_path, backend, play)
    assert (entry.status, backend.told) == (Status.DONE, ["k"])
