"""Two servers on one Vendure: what a dead one has left half done is finished by one of them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from vendure_fake import FakeShop, Json, ago, entry, order, payment, refund
from write_fakes import Clock

from voicebot.oms.actions import Action, ActionKind
from voicebot.oms.committing import Committer
from voicebot.oms.connector import Deadline
from voicebot.oms.connectors.marks import stamp
from voicebot.oms.guard import Guard
from voicebot.oms.ledger import Ledger, Status, read
from voicebot.oms.settings import OmsSettings
from voicebot.oms.tables import ledger as rows
from voicebot.records.database import url_for

SETTINGS = OmsSettings()


async def test_a_cancellations_refund_is_sent_by_one_of_two_servers(tmp_path: Path) -> None:
    shown = order()

    def give_back(given: Json) -> Json:
        made = refund(given["input"]["amount"], reason=given["input"]["reason"])
        shown["payments"] = [payment(refunds=[made])]
        return {"refundOrder": {"id": "7", "state": "Pending"}}

    shop = FakeShop({"Order": lambda _: {"order": shown}, "Refund": give_back})
    clock = Clock()
    ledgers = [Ledger(url_for(tmp_path), wall=clock) for _ in range(2)]
    servers = [Committer(shop.connector(), Guard(SETTINGS), ledger, SETTINGS) for ledger in ledgers]
    known = await shop.connector().get_order("1", deadline=Deadline.after(5))
    action = Action(kind=ActionKind.CANCEL, target="1")
    planned = await shop.connector().plan(action, known, plan_id="p", deadline=Deadline.after(5))
    await ledgers[0].begin("k", "c", planned)
    (begun,) = read(ledgers[0].engine)
    cancelled = entry("ORDER_CANCELLATION", at=ago(90), reason=stamp("k"))
    shown.update(state="Cancelled", history={"items": [cancelled]})
    clock.pass_by(seconds=90)
    told = await asyncio.gather(*(server.look(begun) for server in servers), return_exceptions=True)
    (done,) = read(ledgers[0].engine, rows.select())
    for ledger in ledgers:
        ledger.close()
    assert shop.names.count("Refund") == 1
    assert (told.count(True), done.status) == (1, Status.DONE)
