"""What people say about writes of unknown outcome: in SQLite, and in PostgreSQL."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from oms_builders import jumping
from write_fakes import Backend, Clock, a_plan, write_desk

from voicebot.oms.actions import ActionKind
from voicebot.oms.committing import Committer, grace_s
from voicebot.oms.connector import Deadline
from voicebot.oms.ledger import Entry, Ledger, Status
from voicebot.oms.settings import OmsSettings
from voicebot.oms.settling import Said, SettleError, Settlement, Settling, settled
from voicebot.oms.write_desk import WriteDesk
from voicebot.records.live import stamp

WHO = {"by": "kim", "reason": "is in the shop's refunds"}
GRACE_S = grace_s(OmsSettings())


@pytest.fixture
def settling(ledger: Ledger, clock: Clock) -> Settling:
    return Settling(ledger, grace_s=GRACE_S, wall=clock)


async def unknown(ledger: Ledger, clock: Clock, key: str = "k", target: str = "o-1") -> None:
    """A write that nobody knows the outcome of, an hour later."""
    await ledger.begin(key, "c", a_plan(ActionKind.REFUND, target))
    await ledger.finish(key, Status.UNKNOWN, reason="answer_lost")
    clock.pass_by(hours=1)


async def entry(ledger: Ledger, key: str = "k") -> Entry:
    found = await ledger.entry(key)
    assert found is not None
    return found


async def test_what_was_done_is_never_begun_again(ledger: Ledger, settling: Settling, clock: Clock) -> None:
    await unknown(ledger, clock)
    line = await settling.say("k", Said.DONE, reference="R-7", **WHO)
    assert line == Settlement(key="k", at=stamp(clock.now), said=Said.DONE, status=Status.DONE, reference="R-7", **WHO)
    found = await ledger.begin("k", "c", a_plan(ActionKind.REFUND, "o-1"))
    assert found is not None
    assert found.result is not None
    assert (found.status, found.result.reference, found.reason, found.plan) == (Status.DONE, "R-7", "settled", None)
    assert await ledger.begin("l", "d", a_plan(ActionKind.REFUND, "o-1")) is None, "another refund is another one"
    assert settled(ledger.engine) == [line]


async def test_what_was_not_done_may_be_tried_again(ledger: Ledger, settling: Settling, clock: Clock) -> None:
    await unknown(ledger, clock)
    assert await ledger.begin("l", "d", a_plan(ActionKind.REFUND, "o-1")) is not None
    line = await settling.say("k", Said.FAILED, **WHO)
    assert (line.status, line.reference) == (Status.FAILED, "")
    assert ((await entry(ledger)).reason, (await entry(ledger)).result) == ("settled", None)
    assert await ledger.begin("l", "d", a_plan(ActionKind.REFUND, "o-1")) is None


async def test_what_is_certain_stays(ledger: Ledger, settling: Settling, clock: Clock) -> None:
    await unknown(ledger, clock)
    await settling.say("k", Said.DONE, reference="R-7", **WHO)
    for said in (Said.DONE, Said.FAILED):
        with pytest.raises(SettleError, match="certain: done, reference R-7"):
            await settling.say("k", said, reference="R-8", **WHO)
    assert len(settled(ledger.engine)) == 1
    with pytest.raises(SettleError, match="no such write"):
        await settling.say("nothing", Said.FAILED, **WHO)


async def test_what_may_be_under_way_is_the_servers(ledger: Ledger, settling: Settling, clock: Clock) -> None:
    await ledger.begin("k", "c", a_plan())
    clock.pass_by(seconds=GRACE_S - 2.5)
    with pytest.raises(SettleError, match="try again in 3 s"):
        await settling.say("k", Said.FAILED, **WHO)
    clock.pass_by(seconds=2.5)
    assert (await settling.say("k", Said.FAILED, **WHO)).status is Status.FAILED


@pytest.mark.parametrize("asked", [False, True])
async def test_it_is_the_servers_again_after_its_sender_or_a_look_gave_up(
    ledger: Ledger, settling: Settling, clock: Clock, asked: bool
) -> None:
    """A look may have sent what was missing."""
    await unknown(ledger, clock)
    if asked:
        assert await ledger.claim(await entry(ledger))
    else:
        await ledger.finish("k", Status.UNKNOWN, reason="answer_lost")
    clock.pass_by(seconds=GRACE_S - 2.5)
    with pytest.raises(SettleError, match="try again in 3 s"):
        await settling.say("k", Said.FAILED, **WHO)
    clock.pass_by(seconds=2.5)
    await settling.say("k", Said.FAILED, **WHO)


def test_while_the_server_looks_nobody_else_does(tmp_path: Path) -> None:
    class Slow(Settling):
        """The server begins to look while a person's word is being read."""

        async def pending(self, key: str) -> Entry:
            found = await super().pending(key)
            servers.append(asyncio.create_task(desks[0].committer.look_again()))
            await asyncio.sleep(0.1)
            return found

    async def run() -> None:
        clock = Clock()
        with write_desk(tmp_path, backend, clock=clock) as desk:
            desks.append(desk)
            await desk.ledger.begin("k", "c", a_plan())
            clock.pass_by(hours=1)
            office = Committer(desk.connector, desk.guard, desk.ledger, desk.settings)
            with pytest.raises(SettleError, match="somebody is looking at it now"):
                await Slow(desk.ledger, grace_s=GRACE_S, wall=clock).look("k", office, by="kim")
            assert await servers[0] == 1
            assert settled(desk.ledger.engine) == []

    desks: list[WriteDesk] = []
    servers: list[asyncio.Task[int]] = []

    backend = Backend()
    jumping(run)
    assert backend.asked == ["outcome k"]


async def test_of_two_people_one_is_believed(
    ledger: Ledger, settling: Settling, clock: Clock, database_url: str
) -> None:
    await unknown(ledger, clock)
    other = Ledger(database_url, wall=clock)
    words = (
        settling.say("k", Said.DONE, **WHO),
        Settling(other, grace_s=GRACE_S, wall=clock).say("k", Said.FAILED, **WHO),
    )
    told = await asyncio.gather(*words, return_exceptions=True)
    other.close()
    believed = [one for one in told if isinstance(one, Settlement)]
    assert [type(one) for one in told if one not in believed] == [SettleError]
    assert (await entry(ledger)).status is believed[0].status
    assert settled(ledger.engine) == believed


async def test_what_people_said_goes_with_the_write(ledger: Ledger, settling: Settling, clock: Clock) -> None:
    await unknown(ledger, clock, "k", "o-1")
    await unknown(ledger, clock, "l", "o-2")
    await settling.say("k", Said.DONE, **WHO)
    clock.pass_by(days=1)
    edge = clock.now
    await settling.say("l", Said.DONE, **WHO)
    assert ledger.forget(edge) == 1
    assert [line.key for line in settled(ledger.engine)] == ["l"]


@pytest.mark.parametrize(
    ("silent", "blind", "status", "reference"),
    [(0, False, Status.DONE, "R-1"), (0, True, Status.FAILED, ""), (99, False, Status.UNKNOWN, "")],
)
def test_the_order_system_is_asked_again_whatever_the_server_has_given_up(
    tmp_path: Path, silent: int, blind: bool, status: Status, reference: str
) -> None:
    async def play(desk: WriteDesk, clock: Clock) -> tuple[Settlement, Entry]:
        await desk.ledger.begin("k", "c", a_plan())
        await backend.commit(a_plan(), key="k", deadline=Deadline.after(1))
        for _ in range(OmsSettings().unknown_looks):
            await desk.ledger.claim(await entry(desk.ledger))
        settling = Settling(desk.ledger, grace_s=GRACE_S, wall=clock)
        with pytest.raises(SettleError, match="under way"):
            await settling.look("k", desk.committer, by="kim")
        clock.pass_by(hours=1)
        committer = Committer(desk.connector, desk.guard, desk.ledger, desk.settings)
        line = await settling.look("k", committer, by="kim")
        assert settled(desk.ledger.engine) == [line]
        return line, await entry(desk.ledger)

    async def run() -> tuple[Settlement, Entry]:
        clock = Clock()
        with write_desk(tmp_path, backend, clock=clock) as desk:
            return await play(desk, clock)

    backend = Backend(silent=silent, blind=blind)
    line, row = jumping(run)
    assert (line.said, line.status, line.reference, row.status) == (Said.LOOK, status, reference, status)
    assert line.reason == row.reason
    assert backend.told == ["k"], "nothing is sent"
