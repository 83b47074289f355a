"""Proofs, codes and messages of one call."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from oms_builders import FakeLog, jumping, line
from write_fakes import WHEN, Backend, Clock, Post, a_customer, an_order, of, write_desk

from voicebot.oms.connector import Cap, Unavailable
from voicebot.oms.settings import OmsSettings
from voicebot.oms.write_desk import WriteDesk
from voicebot.oms.writes import CallWrites
from voicebot.records.database import StoreError
from voicebot.records.events.messages import MessageSent
from voicebot.records.events.verification import CodeSent, VerificationAttempted

T = TypeVar("T")
ID = "o-4481207"
CALLER = "+14155550100"


class Scene:
    """A desk, and calls at it."""

    def __init__(self, desk: WriteDesk, backend: Backend, post: Post, clock: Clock) -> None:
        self.desk, self.backend, self.post, self.clock = desk, backend, post, clock
        self.log = FakeLog()
        self.said: list[str] = []

    def call(self, caller: str | None = CALLER, call_id: str = "call-1") -> CallWrites:
        self.log = FakeLog(call_id=call_id)
        return self.desk.for_call(self.log, caller=caller, spoken=lambda: self.said)

    @property
    def code(self) -> str:
        found = re.search(r"\d{6}", self.post.sent[-1].text)
        assert found is not None
        return found[0]


def play(
    tmp_path: Path,
    story: Callable[[Scene], Awaitable[T]],
    backend: Backend | None = None,
    settings: OmsSettings | None = None,
) -> T:
    async def run() -> T:
        shop = backend or Backend(orders=[an_order()], accounts=[a_customer()], takes_s=0.01)
        post, clock = Post(), Clock()
        with write_desk(tmp_path, shop, post, settings=settings, clock=clock) as desk:
            return await story(Scene(desk, shop, post, clock))

    return jumping(run)


@pytest.mark.parametrize(
    ("factor", "value"),
    [("postcode", "94103"), ("email", "jane.smith at example.com"), ("name", "Jane Smith"), ("item", "trail runner")],
)
def test_one_thing_on_file_verifies(tmp_path: Path, factor: str, value: str) -> None:
    async def story(scene: Scene) -> None:
        call = scene.call()
        result = await call.check("v1", ID, factor, value)
        assert result == {"status": "ok", "subject": "c-1", "proved": 2, "factor": factor}
        assert call.proofs.level("c-1") == 2
        assert call.proofs.level("c-2") == 1
        (event,) = of(scene.log, VerificationAttempted)
        assert (event.factor, event.outcome, event.level, event.subject) == (factor, "ok", 2, "c-1")
        assert value not in str(scene.log.events)

    lines = (line(name="Trail Runner shoes"),)
    play(tmp_path, story, Backend(orders=[an_order(lines=lines)], accounts=[a_customer()]))


def test_orders_that_do_not_exist_answer_like_those_that_do(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        real, absent = scene.call(), scene.call()
        assert await real.check("v1", ID, "postcode", "1") == await absent.check("v1", "o-0", "postcode", "1")
        assert await real.check("v2", ID, "postcode", "1") == {"status": "mismatch", "left": 1}
        assert await absent.check("v2", "o-0", "postcode", "1") == {"status": "mismatch", "left": 1}

    play(tmp_path, story)


def test_after_three_wrong_ones_not_even_the_right_one_counts(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        call = scene.call()
        lefts = [(await call.check(f"v{i}", ID, "postcode", "10000"))["left"] for i in range(3)]
        assert lefts == [2, 1, 0]
        assert await call.check("v4", ID, "postcode", "94103") == {"status": "locked"}
        assert await call.send_code("s1", ID) == {"status": "locked"}
        assert of(scene.log, VerificationAttempted)[-1].locked_by == "call"
        assert call.proofs.level("c-1") == 1

    play(tmp_path, story)


def test_a_customer_is_locked_over_calls_and_numbers_for_a_while(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        for i in range(6):
            await scene.call(f"+1415555{i:04}", f"call-{i}").check("v", ID, "name", "Nobody Else")
        call = scene.call("+14155559999", "call-9")
        assert await call.check("v", ID, "postcode", "94103") == {"status": "locked"}
        assert of(scene.log, VerificationAttempted)[-1].locked_by == "customer"
        assert await call.send_code("s", ID) == {"status": "locked"}
        scene.clock.pass_by(hours=25)
        assert (await scene.call().check("v", ID, "postcode", "94103"))["status"] == "ok"

    play(tmp_path, story)


def test_a_number_is_locked_over_calls_and_customers(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        for i in range(10):
            await scene.call(call_id=f"call-{i}").check("v", f"o-{i}", "postcode", "10000")
        assert await scene.call().check("v", ID, "postcode", "94103") == {"status": "locked"}
        assert (await scene.call("+15550000000").check("v", ID, "postcode", "94103"))["status"] == "ok"

    play(tmp_path, story)


@pytest.mark.parametrize(("one_customer", "locked_by"), [(True, "customer"), (False, "caller")])
def test_calls_that_try_at_once_have_no_more_attempts(tmp_path: Path, one_customer: bool, locked_by: str) -> None:
    async def story(scene: Scene) -> None:
        orders = [ID] * 8 if one_customer else [f"o-{n}" for n in range(8)]  # none of these exists
        calls, logs = [], []
        for n in range(8):
            calls.append(scene.call(f"+1415555{n:04}" if one_customer else CALLER, f"call-{n}"))
            logs.append(scene.log)
        told = await asyncio.gather(
            *(call.check("v", order, "postcode", "10000") for call, order in zip(calls, orders, strict=True))
        )
        compared = [one for one in told if one == {"status": "mismatch", "left": 2}]
        assert (len(compared), told.count({"status": "locked"})) == (3, 5)
        events = [event for log in logs for event in of(log, VerificationAttempted)]
        assert sorted(event.locked_by for event in events) == [""] * 3 + [locked_by] * 5
        assert all(event.left == 3 for event in events if event.locked_by)

    play(tmp_path, story, settings=OmsSettings(proof_attempts_customer=3, proof_attempts_caller=3))


def test_right_ones_at_once_use_no_attempt_up(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        for _ in range(3):
            calls = [scene.call(call_id=f"call-{n}") for n in range(3)]
            told = await asyncio.gather(*(call.check("v", ID, "postcode", "94103") for call in calls))
            assert [one["status"] for one in told] == ["ok"] * 3

    play(tmp_path, story, settings=OmsSettings(proof_attempts_customer=3, proof_attempts_caller=3))


def test_a_right_one_that_cannot_be_given_back_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost(*_: object) -> None:
        raise StoreError("the database is gone")

    async def story(scene: Scene) -> None:
        monkeypatch.setattr(scene.desk.proof_room.attempts, "give_back", lost)
        assert (await scene.call().check("v", ID, "postcode", "94103"))["status"] == "ok"

    play(tmp_path, story)


def test_what_we_said_ourselves_proves_nothing(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        call = scene.call()
        scene.said.append("Your order with the Trail Runner shoes is on its way.")
        assert await call.check("v", ID, "item", "trail runner shoes") == {"status": "no_proof"}
        assert (await call.check("v", ID, "item", "trail runner shoes"))["status"] == "no_proof"
        assert (await call.check("v", ID, "postcode", "94103"))["status"] == "ok"

    lines = (line(name="Trail Runner shoes"),)
    play(tmp_path, story, Backend(orders=[an_order(lines=lines)], accounts=[a_customer()]))


def test_without_anything_on_file_there_is_no_proof(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        assert await scene.call().check("v", ID, "email", "a@b.example") == {"status": "no_proof"}
        assert await scene.call().check("v", ID, "code", "123456") == {"status": "no_proof"}
        assert await scene.call().check("v", ID, "shoe size", "9") == {"status": "no_proof"}

    play(tmp_path, story, Backend(orders=[an_order(customer_id=None, email=None)]))


def test_an_order_system_that_is_silent_uses_no_attempt_up(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        call = scene.call()
        assert await call.check("v", ID, "postcode", "10000") == {"status": "unavailable"}
        assert of(scene.log, VerificationAttempted)[-1].left == 3

    play(tmp_path, story, Backend(fault=lambda: Unavailable("down")))


def test_a_guest_proves_one_order_only(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        result = await scene.call().check("v", ID, "postcode", "94103")
        assert result["subject"] == f"order:{ID}"

    play(tmp_path, story, Backend(orders=[an_order(customer_id=None)]))


# --- one-time codes


def test_a_code_to_the_contact_on_file_is_strong_proof(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        call = scene.call()
        assert await call.send_code("s1", ID) == {"status": "sent", "channel": "sms"}
        (message,) = scene.post.sent
        assert (message.to, message.channel, message.kind) == ("+14155550134", "sms", "code")
        assert message.text == f"{scene.code} for 10 minutes"
        spoken = " ".join(scene.code)
        assert (await call.check("v1", ID, "code", spoken))["proved"] == 3
        assert await call.check("v2", ID, "code", spoken) == {"status": "no_proof"}
        assert scene.code not in str(scene.log.events)
        assert [(event.status, event.channel) for event in of(scene.log, CodeSent)] == [("sent", "sms")]

    play(tmp_path, story)


def test_a_code_has_three_tries_and_ten_minutes(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        call = scene.call()
        await call.send_code("s1", ID)
        right = scene.code
        wrong = "000000" if right != "000000" else "000001"
        for _ in range(3):
            assert (await call.check("v", ID, "code", wrong))["status"] == "mismatch"
        assert (await call.check("v", ID, "code", right))["status"] == "mismatch"
        late = scene.call(call_id="call-2")
        await late.send_code("s2", ID)
        scene.clock.pass_by(minutes=11)
        assert (await late.check("v", ID, "code", scene.code))["status"] == "mismatch"

    play(tmp_path, story, settings=OmsSettings(proof_attempts=9, proof_attempts_customer=9))


def test_a_code_is_for_one_customer_and_one_call(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        call = scene.call()
        await call.send_code("s1", ID)
        assert await call.check("v", "o-2", "code", scene.code) == {"status": "no_proof"}
        assert await scene.call().check("v", ID, "code", scene.code) == {"status": "no_proof"}

    orders = [an_order(), an_order(id="o-2", customer_id="c-2")]
    play(tmp_path, story, Backend(orders=orders, accounts=[a_customer(), a_customer(id="c-2")]))


@pytest.mark.parametrize(
    ("backend", "status", "reason"),
    [
        (
            Backend(orders=[an_order()], accounts=[a_customer(contact_changed_at=WHEN - timedelta(days=2))]),
            "no_contact",
            "contact_changed",
        ),
        (Backend(orders=[an_order()], accounts=[a_customer(phones=(), emails=())]), "no_contact", "none_on_file"),
        (Backend(), "no_contact", "no_order"),
        (Backend(fault=lambda: Unavailable("down")), "failed", "Unavailable"),
    ],
)
def test_a_code_that_cannot_be_sent(tmp_path: Path, backend: Backend, status: str, reason: str) -> None:
    async def story(scene: Scene) -> None:
        assert await scene.call().send_code("s1", ID) == {"status": status}
        assert scene.post.sent == []
        assert [(event.status, event.reason) for event in of(scene.log, CodeSent)] == [(status, reason)]

    play(tmp_path, story, backend)


def test_codes_are_not_sent_for_ever(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        call = scene.call()
        results = [(await call.send_code(f"s{i}", ID))["status"] for i in range(5)]
        assert results == ["sent", "sent", "sent", "locked", "locked"]
        for i in range(5):
            await scene.call(call_id=f"call-{i}").send_code("s", ID)
        assert await scene.call(call_id="call-9").send_code("s", ID) == {"status": "locked"}
        assert len(scene.post.sent) == 8

    play(tmp_path, story)


def test_a_code_that_was_not_taken_proves_nothing(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        scene.post.refuses = True
        call = scene.call()
        assert await call.send_code("s1", ID) == {"status": "failed"}
        assert await call.check("v", ID, "code", "123456") == {"status": "no_proof"}

    play(tmp_path, story)


# --- messages


def test_a_message_goes_to_the_contact_on_file(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        result = await scene.call().send_message("m1", ID, "store_hours", "Open until six.", "")
        assert result == {"status": "sent", "channel": "email"}
        (message,) = scene.post.sent
        assert (message.id, message.to, message.text) == ("call-1-m1", "jane.smith@example.com", "Open until six.")
        assert [(event.message, event.with_link) for event in of(scene.log, MessageSent)] == [("store_hours", False)]
        assert "Open until six" not in str(scene.log.events)

    play(tmp_path, story, Backend(orders=[an_order()], accounts=[a_customer(phones=())]))


def test_messages_that_are_not_sent(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        scene.post.refuses = True
        call = scene.call()
        assert await call.send_message("m1", ID, "x", "Hello", "") == {"status": "failed"}
        assert await call.send_message("m2", ID, "label", "Hello", "c1") == {"status": "failed"}
        reasons: list[Any] = [event.reason for event in of(scene.log, MessageSent)]
        assert reasons == ["MessageError", "no_link"]

    play(tmp_path, story)


def test_a_backend_without_customers_uses_the_order(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        await scene.call().send_message("m1", ID, "x", "Hello", "")
        assert scene.post.sent[0].to == "j@x.example"

    caps = frozenset(Cap) - {Cap.CUSTOMERS}
    play(tmp_path, story, Backend(orders=[an_order()], accounts=[a_customer()], caps=caps))
