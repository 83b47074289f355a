"""Every input and effect survives JSON."""

from __future__ import annotations

import json

import pytest
from facts import NOW, TODAY, found, order

from voicebot.dialogue.codec import effect_from_json, input_from_json, to_json
from voicebot.dialogue.commands import Command, Understanding
from voicebot.dialogue.effects import BookCallback, Decide, Effect, Expect, Handoff, HangUp, Matched, Query, Say
from voicebot.dialogue.inputs import (
    CallbackBooked,
    CallOpened,
    Decided,
    Failed,
    HandoffResult,
    Heard,
    Input,
    KeysPressed,
    QueryAnswered,
    UserSaid,
    UserSilent,
)
from voicebot.dialogue.wording import Part

UNDERSTOOD = Understanding(
    text="my order 4481207",
    intent="wismo",
    confidence=0.9,
    slots={"order_number": "4481207"},
    commands=(Command("start_flow", {"flow": "wismo"}, 0.9), Command("set_slot", {"slot": "a", "value": "b"})),
    alternatives=("my order", ("4481207", -0.25)),
)
INPUTS: list[Input] = [
    CallOpened(now=NOW, today=TODAY, caller_number="+12025550123"),
    UserSaid(understanding=UNDERSTOOD, now=NOW),
    KeysPressed(keys="12#", now=NOW),
    UserSilent(silent_ms=7000, now=NOW),
    QueryAnswered(request="r1", result=found(order()), now=NOW),
    Decided(request="r2", decision={"outcome": {"offer": "voucher"}}, now=NOW),
    Heard(utterance="u1", complete=False, heard="Hel", now=NOW),
    HandoffResult(request="r3", status="failed", now=NOW),
    CallbackBooked(request="r4", number="+12025550123", due=NOW, now=NOW),
    Failed(where="oms", now=NOW, detail={"request": "r1"}),
]
WORDING = (Part("text", "Your order "), Part("order_number", "4481207"))
EFFECTS: list[Effect] = [
    Say(utterance="u1", wording=WORDING, role="greeting", interruptible=False),
    Expect(kind="choice", slot="which", choices=("a", "b"), patience="instant", bias=("4481207",), silence_ms=9000),
    Query(request="r1", op="find_orders", args={"number": "4481207"}, filler=WORDING),
    Decide(request="r2", policy="late_delivery", facts={"days_late": 3}),
    Handoff(request="r3", reason="policy", queue="late", summary="s"),
    BookCallback(request="r4", number="+12025550123", reason="x"),
    HangUp(reason="goodbye"),
    Matched(slot="order_number", decision="confirm", value="4481207", confidence=0.8, hypotheses=("4481217",)),
]


@pytest.mark.parametrize("event", INPUTS, ids=lambda e: type(e).__name__)
def test_inputs_survive_json(event: Input) -> None:
    assert input_from_json(json.loads(json.dumps(to_json(event)))) == event


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda e: type(e).__name__)
def test_effects_survive_json(effect: Effect) -> None:
    assert effect_from_json(json.loads(json.dumps(to_json(effect)))) == effect


def test_kinds_are_told() -> None:
    assert to_json(INPUTS[1])["kind"] == "user_said"
    assert to_json(EFFECTS[5])["kind"] == "book_callback"


@pytest.mark.parametrize("row", [{}, {"kind": "nothing"}, {"kind": "say"}, {"kind": "say", "wording": [{"a": 1}]}])
def test_what_is_no_effect_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        effect_from_json(row)
