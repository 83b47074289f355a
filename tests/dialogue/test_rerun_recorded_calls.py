"""Calls recorded with the shipped flows, run again on the same flows: nothing is different, whatever happened."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from facts import delivery, order
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rerun_recorder import RecordedCall, flows, log_of, policies, recording, understand

from voicebot.dialogue.rerun.canon import canonical
from voicebot.dialogue.rerun.compare import classify, differences
from voicebot.dialogue.rerun.decisions import decider
from voicebot.dialogue.rerun.outcome import Rerun
from voicebot.dialogue.rerun.run import Mode, Version, rerun
from voicebot.records.events.base import Record
from voicebot.records.projections.reads import reads
from voicebot.records.projections.steps import steps

ORDERS = (
    order("4481207", placed_on="2026-11-16"),
    order("5530418", "Alpine Tent", placed_on="2026-11-18", delivery=delivery("delayed", days_late=9)),
    order(
        "6640529",
        "Rain Jacket",
        placed_on="2026-11-20",
        fulfillment_status="unfulfilled",
        delivery=delivery("processing"),
    ),
)
TEXTS = (
    "where is my order", "my parcel is lost", "4481207", "it is 5530418", "9999999", "yes", "no", "the first one",
    "can I talk to a human", "please call me back", "thanks", "goodbye", "what did you say", "never mind", "blah",
    "what is the weather like", "I don't know", "my order is 4481207, where is it", "no, 5530418", "hold on",
    "the last one", "please cancel my order", "10115",
)  # fmt: skip
Deed = tuple[str, Any]


def said_in_turn(*texts: str) -> list[Deed]:
    return [("say", (text,)) for text in texts]


CANCELLED = said_in_turn("please cancel my order", "6640529", "10115", "yes")
said = st.sampled_from(TEXTS).map(lambda text: ("say", (text,)))
tried = st.lists(st.sampled_from(TEXTS), min_size=2, max_size=3).map(lambda texts: ("tried", tuple(texts)))
pressed = st.sampled_from(["0", "1", "2", "*", "4481207", "55"]).map(lambda keys: ("press", (keys,)))
other = st.sampled_from(
    [("silence", ()), ("interrupt", ()), ("fault", ("talk",)), ("fault", ("hearing",)), ("down", ())]
)
deeds = st.lists(st.one_of(said, tried, pressed, other), min_size=1, max_size=9)


def tried_with(mode: Mode) -> Version:
    decide = decider(policies(), "Europe/Berlin")
    return Version(flows=flows(), decide=decide, understand=understand(flows()), mode=mode)


def again(records: Sequence[Record], mode: Mode = "auto") -> Rerun:
    return rerun(steps(records), tried_with(mode), reads(records), recorded=flows())


@pytest.fixture(scope="module")
def open_call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., RecordedCall]]:
    with recording(tmp_path_factory.mktemp("calls"), ORDERS) as opened:
        yield opened


async def record(call: RecordedCall, script: list[Deed]) -> list[Record]:
    """Play the script; the log as it is read from the store."""
    await call.open()
    for name, args in script:
        if name == "down":
            call.orders.down = True
        else:
            await getattr(call, name)(*args)
    await call.close()
    return [Record.from_json(json.loads(json.dumps(record.to_json()))) for record in log_of(call)]


def assert_same(run: Rerun) -> None:
    assert run.stopped is None
    assert [canonical(s.effects) for s in run.new] == [canonical(s.effects) for s in run.old]
    assert [(s.turn, s.flow, s.step) for s in run.new] == [(s.turn, s.flow, s.step) for s in run.old]
    assert run.old_path == run.new_path
    assert not run.anew
    assert not run.decisions
    assert classify(run, differences(run)) == "same"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(begun=st.integers(0, len(CANCELLED)), script=deeds, transfers=st.booleans())
def test_the_same_flows_do_exactly_the_same(
    open_call: Callable[..., RecordedCall], begun: int, script: list[Deed], transfers: bool
) -> None:
    """Calls that begin with nothing, with a whole cancellation, or with a part of one, and go on in any way."""
    records = asyncio.run(record(open_call(transfers=transfers), CANCELLED[:begun] + script))
    assert begun < len(CANCELLED) or "commit_action" in kinds_in(records)
    assert_same(again(records))


def kinds_in(records: list[Record]) -> set[str]:
    return {effect["kind"] for step in steps(records) for effect in step.effects} | {
        f"{step.input['kind']} {step.input.get('status', '')}".strip() for step in steps(records)
    }


HUMAN = said_in_turn("a human please", "yes", "a human please", "yes")


@pytest.mark.parametrize(
    ("script", "transfers", "seen"),
    [
        (HUMAN, False, {"handoff", "handoff_result no_target"}),
        (HUMAN, True, {"handoff", "handoff_result transferred"}),
        (said_in_turn("please call me back", "yes", "yes"), False, {"book_callback", "callback_booked"}),
        (CANCELLED, False, {"check_proof", "plan_action", "commit_action", "answered"}),
        (CANCELLED[:3] + said_in_turn("no"), False, {"plan_action", "abandon_plan"}),
        ([("silence", ()), ("silence", ()), ("silence", ())], False, {"user_silent"}),
        ([*said_in_turn("where is my order"), ("press", ("1",))], False, {"keys_pressed"}),
        ([("down", ()), ("tried", ("where is", "4481207")), ("interrupt", ())], False, {"query", "heard"}),
        ([("fault", ("talk",)), ("fault", ("hearing",)), *said_in_turn("goodbye")], False, {"failed", "hang_up"}),
    ],
    ids=[
        "no agent",
        "transferred",
        "call-back",
        "cancelled",
        "not cancelled",
        "silence",
        "keys",
        "order system down",
        "faults",
    ],
)
async def test_hand_offs_call_backs_keys_silence_and_failures_are_run_again(
    open_call: Callable[..., RecordedCall], script: list[Deed], transfers: bool, seen: set[str]
) -> None:
    records = await record(open_call(transfers=transfers), script)
    assert seen <= kinds_in(records)
    assert_same(again(records))
    assert_same(again(records, "recorded"))


async def test_a_call_understood_anew_by_the_same_flows_is_the_same(open_call: Callable[..., RecordedCall]) -> None:
    records = await record(open_call(), said_in_turn("where is my order", "the first one", "bye"))
    run = again(records, "anew")
    assert run.anew == (1, 2, 3)
    assert classify(run, differences(run)) == "same"


async def test_without_the_flows_of_the_recording_the_log_alone_is_compared(
    open_call: Callable[..., RecordedCall],
) -> None:
    records = await record(open_call(), said_in_turn("where is my order", "the first one"))
    run = rerun(steps(records), tried_with("auto"), reads(records))
    assert run.old_path is None
    assert classify(run, differences(run)) == "same"
