from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from medusa_fake import FakeShop, Json, refusal

from voicebot.oms.connector import Conflict, Deadline, DeadlineExceeded, NotAllowed
from voicebot.oms.connectors.medusa import drafts
from voicebot.oms.connectors.medusa.drafts import Drafts

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
LOCKED = refusal("Order (order_1) already has an existing active order change")


def change(note: str, *, minutes_ago: float = 1, status: str = "pending", **more: Any) -> Json:
    return {
        "id": "ordch_1",
        "change_type": "return_request",
        "status": status,
        "internal_note": note,
        "return_id": "return_1",
        "created_at": (NOW - timedelta(minutes=minutes_ago)).isoformat(),
        **more,
    }


class Lock:
    """An order that has at most one open change, as Medusa's."""

    def __init__(self, *changes: Json) -> None:
        self.changes = list(changes)
        self.shop = FakeShop(
            {
                "GET orders/order_1/changes": lambda _: {"order_changes": self.changes},
                "POST returns": self._open,
                "DELETE returns/return_1/request": self._delete,
                "DELETE exchanges/oexc_1/request": self._delete,
                "DELETE order-edits/order_1": self._delete,
            }
        )
        self.drafts = Drafts(self.shop.session(), lifetime=timedelta(minutes=15), now=lambda: NOW)

    @property
    def open(self) -> list[Json]:
        return [c for c in self.changes if c["status"] == "pending"]

    def _open(self, request: httpx.Request) -> Json | tuple[int, Json]:
        if self.open:
            return LOCKED
        self.changes.append(change(self.shop.bodies[-1]["internal_note"]))
        return {"return": {"id": "return_1", "display_id": 12}}

    def _delete(self, request: httpx.Request) -> Json:
        self.changes = [c for c in self.changes if c["status"] != "pending"]
        return {"deleted": True}

    async def build(self, plan_id: str = "p-1") -> drafts.Draft:
        async with self.drafts.building(drafts.RETURN, "order_1", plan_id, Deadline.after(5)) as draft:
            return draft


async def test_a_draft_carries_its_plan() -> None:
    lock = Lock()
    draft = await lock.build()
    assert (draft.path, draft.confirm_path, draft.number) == ("returns/return_1", "returns/return_1/request", "12")
    assert lock.open[0]["internal_note"] == "voicebot plan p-1"


async def test_somebody_elses_draft_is_a_conflict_and_stays() -> None:
    for note in ("", "voicebot plan p-0"):
        lock = Lock(change(note))
        with pytest.raises(Conflict):
            await lock.build()
        assert len(lock.open) == 1


async def test_a_colleagues_old_draft_stays() -> None:
    lock = Lock(change("counting parcels", minutes_ago=600))
    with pytest.raises(Conflict):
        await lock.build()
    assert len(lock.open) == 1


async def test_a_draft_of_ours_that_was_left_behind_is_removed() -> None:
    lock = Lock(change("voicebot plan p-0", minutes_ago=16))
    await lock.build()
    assert [c["internal_note"] for c in lock.open] == ["voicebot plan p-1"]


async def test_a_failure_while_building_leaves_nothing() -> None:
    lock = Lock()
    with pytest.raises(NotAllowed):
        async with lock.drafts.building(drafts.RETURN, "order_1", "p-1", Deadline.after(5)):
            raise NotAllowed("no")
    assert lock.open == []


async def test_a_caller_who_hangs_up_while_it_is_built_leaves_nothing() -> None:
    lock = Lock()
    inside = asyncio.Event()

    async def build() -> None:
        async with lock.drafts.building(drafts.RETURN, "order_1", "p-1", Deadline.after(5)):
            inside.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(build())
    await inside.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await lock.drafts.close()
    assert lock.open == []


async def test_a_draft_whose_opening_was_not_answered_is_found_by_its_mark() -> None:
    lock = Lock()

    def lost(request: httpx.Request) -> Json:
        lock._open(request)
        raise httpx.ReadError("broke", request=request)

    lock.shop.answers["POST returns"] = lost
    with pytest.raises(Exception, match="no answer"):
        await lock.build()
    assert lock.open == []


async def test_abandoning_touches_only_the_plans_own_draft() -> None:
    lock = Lock(change("voicebot plan p-2"))
    await lock.drafts.abandon("order_1", "p-1", Deadline.after(5))
    assert len(lock.open) == 1
    for _ in range(2):
        await lock.drafts.abandon("order_1", "p-2", Deadline.after(5))
    assert lock.open == []


async def test_what_was_confirmed_is_not_abandoned() -> None:
    lock = Lock(change("voicebot plan p-1", status="confirmed"))
    await lock.drafts.abandon("order_1", "p-1", Deadline.after(5))
    assert [name for name in lock.shop.asked if name.startswith("DELETE")] == []


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"change_type": "exchange", "exchange_id": "oexc_1"}, "DELETE exchanges/oexc_1/request"),
        ({"change_type": "edit", "return_id": None}, "DELETE order-edits/order_1"),
    ],
)
async def test_every_kind_has_its_own_way_out(more: Json, path: str) -> None:
    lock = Lock(change("voicebot plan p-1", **more))
    await lock.drafts.abandon("order_1", "p-1", Deadline.after(5))
    assert lock.shop.asked[-1] == path


async def test_a_draft_that_went_between_is_no_failure() -> None:
    lock = Lock(change("voicebot plan p-1"))
    lock.shop.answers["DELETE returns/return_1/request"] = refusal("An active Order Change is required to proceed")
    await lock.drafts.abandon("order_1", "p-1", Deadline.after(5))


async def test_a_vanished_draft_cannot_be_confirmed() -> None:
    lock = Lock()
    with pytest.raises(Conflict):
        await lock.drafts.confirm(drafts.Draft(drafts.RETURN, "return_1"), Deadline.after(5))


async def test_no_answer_in_time_is_no_conflict() -> None:
    lock = Lock()
    with pytest.raises(DeadlineExceeded):
        async with lock.drafts.building(drafts.RETURN, "order_1", "p-1", Deadline.after(5)):
            raise DeadlineExceeded("late")
    assert lock.open == []
