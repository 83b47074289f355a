"""The engine's promises, whatever comes in."""

from __future__ import annotations

import copy
import json
from typing import Any

from facts import NOW, TODAY, delivery, found, order
from hypothesis import given, settings
from hypothesis import strategies as st
from stage import Stage, flows

from voicebot.dialogue.commands import Command, Understanding
from voicebot.dialogue.effects import BookCallback, Effect, Expect, Handoff, HangUp, Query, Say
from voicebot.dialogue.engine import Engine
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
from voicebot.dialogue.lint import COMMANDS
from voicebot.dialogue.state import State

CALLER = "+12025550123"
SHOES = order()
TENT = order("5530418", "Alpine Tent", placed_on="2026-11-18", delivery=delivery("delayed", days_late=4))

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 50) | st.text(max_size=8) | st.sampled_from([TODAY, "ok", "lost"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
broken_orders = st.fixed_dictionaries(
    {"status": st.sampled_from(["ok", "not_found", "timeout", "bad_answer", "", 7]), "orders": json_values},
    optional={"nearest": json_values},
)
mangled = st.builds(lambda key, value: found({**order(), key: value}), st.sampled_from(sorted(order())), json_values)
results = (
    st.sampled_from([found(SHOES), found(TENT), found(SHOES, TENT), found(nearest=["4481207"])])
    | broken_orders
    | mangled
)
commands = st.builds(
    Command,
    st.sampled_from([*sorted(COMMANDS), "start_flow", "set_slot", "correct_slot", "no such command"]),
    st.fixed_dictionaries(
        {},
        optional={
            "flow": st.sampled_from(["wismo", "human_agent", "callback", "patterns/main", "nowhere"]),
            "intent": st.sampled_from(["refund", "lost_package", "wismo"]),
            "slot": st.sampled_from(
                ["order_number", "which_order", "email", "phone", "callback_number", "connect", "x"]
            ),
            "value": st.sampled_from(["4481207", "5530418", "a@b.de", CALLER, True]) | json_values,
        },
    ),
)
requests = st.integers(0, 12).map(lambda number: f"r{number}")
inputs: st.SearchStrategy[Input] = st.one_of(
    st.builds(
        lambda cs: UserSaid(understanding=Understanding(text="", commands=tuple(cs)), now=NOW),
        st.lists(commands, max_size=3),
    ),
    st.builds(KeysPressed, keys=st.text("0123456789*#", max_size=9), now=st.just(NOW)),
    st.builds(UserSilent, silent_ms=st.just(7000), now=st.just(NOW)),
    st.builds(QueryAnswered, request=requests, result=results, now=st.just(NOW)),
    st.builds(
        Decided,
        request=requests,
        decision=st.just({"outcome": {"offer": "voucher"}})
        | st.dictionaries(st.text(max_size=3), json_values, max_size=2),
        now=st.just(NOW),
    ),
    st.builds(Heard, utterance=st.just("u1"), complete=st.booleans(), heard=st.just(""), now=st.just(NOW)),
    st.builds(
        HandoffResult,
        request=requests,
        status=st.sampled_from(["failed", "no_target", "transferred"]),
        now=st.just(NOW),
    ),
    st.builds(
        CallbackBooked,
        request=requests,
        number=st.just(CALLER),
        due=st.sampled_from([NOW, "soon", ""]),
        now=st.just(NOW),
    ),
    st.builds(Failed, where=st.just("oms"), now=st.just(NOW)),
    st.builds(
        CallOpened, now=st.just(NOW), today=st.just(TODAY), caller_number=st.sampled_from([None, CALLER, "anonymous"])
    ),
)


def answer_pending(state: State, event: Input) -> Input:
    """Requests are numbered anew in every call: let most answers hit."""
    if isinstance(event, QueryAnswered | Decided | HandoffResult | CallbackBooked) and state.pending is not None:
        kinds: dict[type[Any], str] = {
            QueryAnswered: "query",
            Decided: "decide",
            HandoffResult: "handoff",
            CallbackBooked: "callback",
        }
        if kinds[type(event)] == state.pending.kind and event.request != "r0":
            return type(event)(
                **{**{f: getattr(event, f) for f in event.__dataclass_fields__}, "request": state.pending.id}
            )
    return event


@settings(max_examples=250, deadline=None)
@given(st.lists(inputs, max_size=25))
def test_no_sequence_of_inputs_breaks_the_engine(events: list[Input]) -> None:
    engine = Engine(flows())
    state = engine.start()
    for event in [CallOpened(now=NOW, today=TODAY, caller_number=CALLER), *events]:
        event = answer_pending(state, event)
        before = copy.deepcopy(state)
        after, effects = engine.step(state, event)
        assert state == before, "the state given was changed"
        assert engine.step(state, event) == (after, effects), "not a function of its arguments"
        assert State.from_json(json.loads(json.dumps(after.to_json()))) == after
        engine.context(after)
        if state.ended and not state.leaving:
            assert effects == ()
        assert after.ended or after.waiting or after.pending is not None, "nobody knows what comes next"
        assert after.ended or not after.waiting or after.stack
        if isinstance(event, UserSaid | KeysPressed | UserSilent) and not state.ended:
            assert any(isinstance(e, Say | Expect | Query | Handoff | BookCallback | HangUp) for e in effects), (
                "silence"
            )
        if after.ended and not state.ended and not isinstance(event, HandoffResult):
            assert any(isinstance(e, HangUp) for e in effects)
        state = after


def test_say_effects_have_unique_names_and_no_empty_wording() -> None:
    stage = Stage(found(SHOES, TENT), caller=CALLER)
    stage.say("where is my order")
    stage.say("the tent")
    names = [effect.utterance for effect in stage.all(Say)]
    assert len(set(names)) == len(names)
    assert all(effect.text.strip() for effect in stage.all(Say))


def test_a_late_answer_to_an_old_request_is_ignored() -> None:
    stage = Stage(hold=["Query"])
    stage.say("where is my order 4481207")
    (query,) = stage.all(Query)
    stage.command("set_slot", slot="order_number", value="5530418")
    newer = stage.all(Query)[-1]
    assert newer.args == {"number": "5530418"}
    state = stage.state
    stage.give(QueryAnswered(request=query.request, result=found(SHOES), now=NOW))
    assert stage.last == []
    assert stage.state.facts == state.facts
    assert "Alpine Tent" in stage.give(QueryAnswered(request=newer.request, result=found(TENT), now=NOW))
    stage.give(QueryAnswered(request=newer.request, result=found(SHOES), now=NOW))
    assert stage.last == []


def test_an_answer_that_never_comes_is_given_up_honestly() -> None:
    stage = Stage(hold=["Query"])
    stage.say("where is my order 4481207")
    assert "looking" in stage.give(UserSilent(silent_ms=7000, now=NOW)) or "moment" in stage.said
    stage.give(UserSilent(silent_ms=7000, now=NOW))
    assert "can't reach our order system" in stage.give(UserSilent(silent_ms=7000, now=NOW))


def test_words_while_an_answer_is_on_its_way_do_not_lose_it() -> None:
    stage = Stage(hold=["Query"])
    stage.say("where is my order 4481207")
    (query,) = stage.all(Query)
    assert "moment" in stage.say("hello?").lower()
    assert "Trail Runner" in stage.give(QueryAnswered(request=query.request, result=found(SHOES), now=NOW))


def test_nothing_happens_after_the_end() -> None:
    stage = Stage()
    stage.say("bye")
    assert stage.state.ended
    assert stage.hung_up
    assert stage.say("hello") == ""


def test_a_transfer_ends_the_conversation_without_hanging_up() -> None:
    stage = Stage(caller=CALLER, transfer="transferred")
    stage.say("agent")
    stage.say("yes")
    assert stage.state.ended
    assert not stage.hung_up


def test_keys_mean_what_was_asked() -> None:
    stage = Stage(found(SHOES, TENT), caller=CALLER)
    stage.say("where is my order")
    assert "Alpine Tent" in stage.give(KeysPressed(keys="2", now=NOW))
    stage = Stage(lambda args: found(SHOES) if args.get("number") == "4481207" else found())
    stage.say("where is my order")
    assert "Trail Runner" in stage.give(KeysPressed(keys="4481207#", now=NOW))
    assert "put you through" in stage.give(KeysPressed(keys="0", now=NOW))


def test_a_fault_inside_is_admitted() -> None:
    stage = Stage()
    assert "something went wrong" in stage.give(Failed(where="recogniser", now=NOW))
    assert stage.expect is not None


def test_what_was_not_heard_is_noted() -> None:
    stage = Stage()
    stage.give(Heard(utterance="u1", complete=False, heard="Hello, this", now=NOW))
    assert stage.state.cut_off == ("u1", "Hello, this")


def test_the_context_tells_what_is_expected() -> None:
    stage = Stage(found(SHOES, TENT), caller=CALLER)
    context = stage.engine.context(stage.state)
    assert (context.kind, context.slot, context.flow) == ("open", "wish", "patterns/main")
    assert context.known == {"order_number": ("4481207", "5530418")}
    stage.say("where is my order")
    context = stage.engine.context(stage.state)
    assert (context.kind, context.slot, context.flow) == ("choice", "which_order", "find_order")
    assert [option.value for option in context.options] == ["4481207", "5530418"]
    assert stage.expect is not None
    assert stage.expect.choices[1] == "the Alpine Tent from 2026-11-18"
    assert "4481207" in stage.expect.bias
    assert stage.engine.context(stage.engine.start()).flow is None


def test_the_ears_are_told_how_patient_to_be() -> None:
    stage = Stage()
    stage.say("where is my order")
    assert stage.expect is not None
    assert (stage.expect.kind, stage.expect.patience) == ("order_number", "dictation")
    stage.say("I'd rather talk to an agent")
    assert stage.expect.kind == "yes_no"
    assert stage.expect.patience == "instant"


def test_variants_take_turns() -> None:
    stage = Stage()
    effects: list[Effect] = []
    for _ in range(4):
        stage.command("not_understood")
        effects += stage.last
    assert len({e.text for e in effects if isinstance(e, Say)}) > 3
