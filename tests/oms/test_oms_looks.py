"""Who asks what became of a write, and when it is believed that it has not happened. Asking may send what is missing,
as the refund of a cancellation: so two never ask at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from oms_builders import jumping
from write_fakes import LOST, Backend, Clock, a_plan, all_entries, write_desk

from voicebot.oms.actions import ActionKind, ActionPlan, ActionResult
from voicebot.oms.committing import Committed, Committer, grace_s
from voicebot.oms.connector import UNDER_WAY_S, Cap, Deadline, NotAllowed
from voicebot.oms.ledger import Status
from voicebot.oms.settings import OmsSettings
from voicebot.oms.settling import Said, SettleError, Settling
from voicebot.oms.write_desk import WriteDesk

T = TypeVar("T")
SETTINGS = OmsSettings(breaker_failures=50)
GRACE_S = grace_s(SETTINGS)
PLAIN = frozenset(Cap) - {Cap.IDEMPOTENT_WRITES}


@dataclass
class Slow(Backend):
    """Looks into its books for a second; `most` have done so at once."""

    looking: int = 0
    most: int = 0

    async def outcome(self, plan: ActionPlan, *, key: str, deadline: Deadline) -> ActionResult | None:
        self.looking += 1
        self.most = max(self.most, self.looking)
        try:
            await asyncio.sleep(1.0)
            return await super().outcome(plan, key=key, deadline=deadline)
        finally:
            self.looking -= 1

    @property
    def looks(self) -> int:
        return sum(asked.startswith("outcome") for asked in self.asked)


def story(tmp_path: Path, backend: Backend, play: Callable[[WriteDesk, Clock], Awaitable[T]]) -> T:
    async def run() -> T:
        clock = Clock()
        with write_desk(tmp_path, backend, clock=clock, settings=SETTINGS) as desk:
            return await play(desk, clock)

    return jumping(run)


def another_server(desk: WriteDesk) -> Committer:
    return Committer(desk.connector, desk.guard, desk.ledger, desk.settings)


def test_of_two_servers_one_looks(tmp_path: Path) -> None:
    async def play(desk: WriteDesk, clock: Clock) -> list[int]:
        await desk.ledger.begin("k", "c", a_plan())
        clock.pass_by(minutes=1)
        return [*await asyncio.gather(desk.committer.look_again(), another_server(desk).look_again())]

    backend = Slow()
    assert sorted(story(tmp_path, backend, play)) == [0, 1]
    assert (backend.looks, backend.most) == (1, 1)


def test_a_caller_does_not_ask_beside_a_server_that_looks(tmp_path: Path) -> None:
    async def play(desk: WriteDesk, clock: Clock) -> Committed:
        await desk.ledger.begin("k", "c", a_plan())
        await backend.commit(a_plan(), key="k", deadline=Deadline.after(1))
        clock.pass_by(minutes=1)
        looking = asyncio.create_task(another_server(desk).look_again())
        await asyncio.sleep(0.5)
        made = await desk.committer.commit("k", "c", a_plan())
        assert await looking == 1
        return made

    backend = Slow()
    made = story(tmp_path, backend, play)
    assert (made.status, made.repeated, made.cause) == (
        "unknown",
        True,
        "somebody is looking at it, or did a moment ago",
    )
    assert (backend.looks, backend.told) == (1, ["k"])


def test_a_second_call_waits_for_the_first_ones_answer(tmp_path: Path) -> None:
    async def play(desk: WriteDesk, _: Clock) -> list[Committed]:
        first = asyncio.create_task(desk.committer.commit("k", "c", a_plan()))
        await asyncio.sleep(5.5)
        assert backend.looking == 1, "its answer was lost, and it reads the order back"
        return [await desk.committer.commit("l", "d", a_plan()), await first]

    backend = Slow(script=[LOST])
    second, first = story(tmp_path, backend, play)
    assert [made.status for made in (first, second)] == ["done"] * 2
    assert [made.repeated for made in (first, second)] == [False, True]
    assert (backend.looks, backend.told) == (1, ["k"])


def test_a_second_call_is_refused_with_the_first(tmp_path: Path) -> None:
    async def play(desk: WriteDesk, _: Clock) -> list[Committed]:
        return await asyncio.gather(*(desk.committer.commit(key, key, a_plan()) for key in ("k", "l")))

    backend = Slow(script=[NotAllowed("no", reason="already_shipped")], takes_s=1.0)
    made = story(tmp_path, backend, play)
    assert {(one.status, one.reason) for one in made} == {("not_allowed", "already_shipped")}
    assert (backend.looks, backend.told) == (0, ["k"])


def test_what_was_asked_about_a_moment_ago_is_not_asked_about_by_callers(tmp_path: Path) -> None:
    """The look may have sent what was missing, and have got no answer."""

    async def play(desk: WriteDesk, clock: Clock) -> list[int]:
        await desk.ledger.begin("k", "c", a_plan())
        clock.pass_by(minutes=1)
        looks = []
        for pause_s in (0, GRACE_S - 1, 1):
            clock.pass_by(seconds=pause_s)
            made = await desk.committer.commit("k", "c", a_plan())
            assert made.status == "unknown"
            looks.append(backend.looks)
        return looks

    backend = Slow(blind=True)
    assert story(tmp_path, backend, play) == [1, 1, 2]


@pytest.mark.parametrize("after_s", [25, UNDER_WAY_S])
def test_what_a_provider_may_still_be_working_on_is_neither_failed_nor_begun_again(
    tmp_path: Path, after_s: float
) -> None:
    """A refund whose answer is lost, and which the order shows only when its provider has answered."""

    async def play(desk: WriteDesk, clock: Clock) -> list[str]:
        loop = asyncio.get_running_loop()
        told: list[str] = []
        began = loop.time()
        made = await desk.committer.commit("k", "c", a_plan(ActionKind.REFUND))
        assert (made.status, loop.time() - began <= SETTINGS.commit_deadline_s) == ("unknown", True), "in time"
        clock.pass_by(seconds=loop.time() - began)
        clock.pass_by(seconds=after_s)
        settling = Settling(desk.ledger, grace_s=GRACE_S, wall=clock)
        assert await another_server(desk).look_again() == 0
        with pytest.raises(SettleError, match="under way"):
            await settling.say("k", Said.FAILED, by="kim", reason="not there")
        told.append((await desk.committer.commit("l", "d", a_plan(ActionKind.REFUND))).status)
        (entry,) = all_entries(desk.ledger)
        told.append(entry.status)
        backend.blind = False  # the provider has answered
        clock.pass_by(seconds=GRACE_S)
        await another_server(desk).look_again()
        (entry,) = all_entries(desk.ledger)
        return [*told, entry.status]

    backend = Slow(script=[LOST], caps=PLAIN, blind=True)
    assert story(tmp_path, backend, play) == ["unknown", Status.UNKNOWN, Status.DONE]
    assert backend.told == ["k"]
